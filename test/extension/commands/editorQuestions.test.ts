import assert from "node:assert/strict";
import { test } from "node:test";
import { definitionAround } from "../../../extension/commands/definitionAround.ts";
import {
  changesQuestion,
  explainQuestion,
  problemQuestion,
  usesQuestion,
} from "../../../extension/commands/editorQuestions.ts";
import type { OutlinedDefinition } from "../../../protocol/outline.ts";
import { parseQuestion } from "../../../server/recall/question.ts";

const problem = {
  message: "Cannot find name 'fooBar'.\nDid you mean 'fooBaz'?",
  ...{ source: "ts", code: "2304", isError: true, path: "src/a b.ts", line: 6, character: 2 },
  lines: "  fooBar();",
};

test("a problem is asked about as compilers write it, with its code and its lines", () => {
  assert.equal(
    problemQuestion(problem),
    "Why does this error occur?\n\nsrc/a b.ts:7:3: error: Cannot find name 'fooBar'. Did you mean 'fooBaz'?\n(ts 2304)\n\n```\n  fooBar();\n```",
  );
  const fenced = problemQuestion({ ...problem, lines: "a\n```\nb", isError: false, source: "" });
  assert.ok(fenced.includes(": warning: Cannot"), fenced);
  assert.ok(fenced.endsWith("````\na\n```\nb\n````"), fenced);
  assert.ok(problemQuestion({ ...problem, lines: " " }).endsWith("(ts 2304)"));
});

test("the server understands the questions that the editor makes", () => {
  const kinds = [
    usesQuestion("fooBar"),
    changesQuestion({ name: "fooBar" }),
    changesQuestion({ path: "src/a.ts" }),
    explainQuestion("src/a.ts", false),
    problemQuestion({ ...problem, path: "src/a.ts" }),
  ].map((question) => parseQuestion(question).intent.kind);
  assert.deepEqual(kinds, ["whoCalls", "past", "past", "what", "error"]);
  assert.equal(explainQuestion("src/a b", true), "Explain the folder `src/a b`");
});

const at = (name: string, start: number, end: number, character = 0): OutlinedDefinition => ({
  ...{ name, kind: "function", container: "", nameLine: start },
  range: { start: { line: start, character: 0 }, end: { line: end, character } },
});

for (const [line, name] of [
  [0, undefined],
  [1, "outer"],
  [4, "inner"],
  [6, "outer"],
  [9, "outer"],
  [10, undefined],
] as const) {
  test(`the definition around line ${line}: ${name ?? "none"}`, () => {
    const definitions = [at("outer", 1, 9, 1), at("inner", 3, 6)];
    assert.equal(definitionAround(definitions, line)?.name, name);
  });
}

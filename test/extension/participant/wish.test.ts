import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { followUps } from "../../../extension/participant/followUps.ts";
import { wishOf, withoutReferences, type Written } from "../../../extension/participant/wish.ts";
import { translate } from "../translate.ts";

const selection = { file: "/work/a.ts", text: "a()", range: { startLine: 0, endLine: 1 } };
const written = (
  command: string | undefined,
  prompt: string,
  more: Partial<Written> = {},
): Written => ({
  command,
  prompt,
  ...more,
});

for (const [name, asked, wish] of [
  ["a question", written(undefined, " Where is it? "), { kind: "ask", question: "Where is it?" }],
  ["nothing", written(undefined, " "), { kind: "unclear", command: undefined }],
  [
    "a question about an attached file",
    written(undefined, "how does it end?", { attachedPath: "src/a b.ts", activePath: "src/c.ts" }),
    { kind: "ask", question: "how does it end? (in `src/a b.ts`)" },
  ],
  [
    "a question about attached code",
    written(undefined, "who calls it?", { selection }),
    { kind: "ask", question: "who calls it?", selection },
  ],
  ["/find", written("find", "retries"), { kind: "find", query: "retries" }],
  ["/find without words", written("find", ""), { kind: "unclear", command: "find" }],
  ["/all with quotes", written("all", '"TODO: x"'), { kind: "all", literal: "TODO: x" }],
  ["/remember", written("remember", "we use tabs"), { kind: "remember", text: "we use tabs" }],
  [
    "/explain of a name",
    written("explain", "fooBar"),
    { kind: "ask", question: "Explain `fooBar`" },
  ],
  [
    "/explain of words",
    written("explain", "how retries work"),
    { kind: "ask", question: "Explain how retries work" },
  ],
  [
    "/explain of attached code",
    written("explain", "", { selection }),
    { kind: "ask", question: "What does this do?", selection },
  ],
  [
    "/remember with code selected",
    written("remember", "we use tabs", { selectedInEditor: selection }),
    { kind: "remember", text: "we use tabs", selection },
  ],
  [
    "“this” with code selected",
    written(undefined, "who calls this?", { selectedInEditor: selection }),
    { kind: "ask", question: "who calls this?", selection },
  ],
  [
    "“it” with code selected, which is the last answer's first",
    written(undefined, "who calls it?", { selectedInEditor: selection }),
    { kind: "ask", question: "who calls it?", selectionElse: selection },
  ],
  [
    "a clause that begins with “that”, with code selected",
    written(undefined, "is there anything that retries a failed request?", {
      selectedInEditor: selection,
    }),
    { kind: "ask", question: "is there anything that retries a failed request?" },
  ],
  [
    "the whole repository with code selected",
    written(undefined, "what is this repository about?", { selectedInEditor: selection }),
    { kind: "ask", question: "what is this repository about?" },
  ],
  [
    "/explain this function",
    written("explain", "this function", { selectedInEditor: selection }),
    { kind: "ask", question: "What does this do?", selection },
  ],
  [
    "/explain this beside an open file",
    written("explain", "this", { activePath: "src/a.ts" }),
    { kind: "ask", question: "Explain src/a.ts" },
  ],
  [
    "/history it beside an open file",
    written("history", "it", { activePath: "src/a.ts" }),
    { kind: "ask", question: "When and why did src/a.ts change?" },
  ],
  [
    "a question of its own with code selected",
    written(undefined, "where is fooBar?", { selectedInEditor: selection }),
    { kind: "ask", question: "where is fooBar?" },
  ],
  [
    "/explain of words with code selected",
    written("explain", "fooBar", { selectedInEditor: selection }),
    { kind: "ask", question: "Explain `fooBar`" },
  ],
  [
    "/explain of an attached file with code selected",
    written("explain", "", { attachedPath: "src/a.ts", selectedInEditor: selection }),
    { kind: "ask", question: "Explain src/a.ts" },
  ],
  [
    "/explain beside an open file",
    written("explain", "", { activePath: "src/a.ts" }),
    { kind: "ask", question: "Explain src/a.ts" },
  ],
  ["/explain of nothing", written("explain", ""), { kind: "unclear", command: "explain" }],
  [
    "/history of a method",
    written("history", "Pool.load"),
    { kind: "ask", question: "When and why did `Pool.load` change?" },
  ],
  [
    "/history of a file",
    written("history", "src/pool.ts"),
    { kind: "ask", question: "When and why did src/pool.ts change?" },
  ],
  [
    "/changed",
    written("changed", "", { activePath: "src/a.ts" }),
    { kind: "ask", question: "What changed since I last looked?" },
  ],
  [
    "/changed since a day",
    written("changed", "since yesterday"),
    { kind: "ask", question: "What changed since yesterday?" },
  ],
  [
    "/changed of an attached file",
    written("changed", "", { attachedPath: "src/a.ts" }),
    { kind: "ask", question: "What changed in src/a.ts?" },
  ],
] as const) {
  test(`what is wanted: ${name}`, () => assert.deepEqual(wishOf(asked), wish));
}

test("every command of the manifest is known, and none else", () => {
  const manifest = JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, "../../../package.json"), "utf8"),
  ) as { contributes: { chatParticipants: { commands: { name: string }[] }[] } };
  const [participant, ...others] = manifest.contributes.chatParticipants;
  assert.deepEqual(others, []);
  const names = participant?.commands.map(({ name }) => name) ?? [];
  assert.deepEqual(names.toSorted(), ["all", "changed", "explain", "find", "history", "remember"]);
  const plain = wishOf(written(undefined, "fooBar"));
  for (const name of names) assert.notDeepEqual(wishOf(written(name, "fooBar")), plain, name);
  assert.deepEqual(wishOf(written("dance", "fooBar")), plain);
});

test("what stands for attached files is taken out of the prompt", () => {
  const prompt = "how does #file:a.ts use #sel here?";
  const references = [{ range: [9, 19] as const }, { range: [24, 28] as const }];
  assert.equal(withoutReferences(prompt, references), "how does use here?");
});

test("what may be asked next is offered for a plain name alone", () => {
  assert.deepEqual(
    followUps("tideHeight", translate).map(({ prompt, command }) => [command, prompt]),
    [
      [undefined, "Who calls `tideHeight`?"],
      ["history", "tideHeight"],
    ],
  );
  for (const subject of [undefined, 1, "a b", "a`b", "x".repeat(100), "[a](b)"])
    assert.deepEqual(followUps(subject, translate), []);
});

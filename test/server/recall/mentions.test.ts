/** What a question names with `@`, from its text alone and in a real memory. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mentionText, pathMention } from "../../../protocol/mentions.ts";
import { withoutScope } from "../../../server/recall/mentions.ts";
import { parseQuestion } from "../../../server/recall/question.ts";
import { functionText, withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const readings: Readonly<Record<string, { paths?: string[]; sure?: string[]; names?: string[] }>> =
  {
    "how does @src/a.ts retry?": { paths: ["src/a.ts"] },
    "@src/net/ where is the retry": { paths: ["src/net/"] },
    "look at @src/a.ts.": { paths: ["src/a.ts"] },
    "look at (@src/a.ts), please": { paths: ["src/a.ts"] },
    "see @src/a.ts:12-40 and @src/b.ts:3": { paths: ["src/a.ts:11-39", "src/b.ts:2"] },
    'what is in @"docs/read me.md":4': { paths: ["docs/read me.md:3"] },
    'what is in @"app/(group)/page.tsx"': { paths: ["app/(group)/page.tsx"] },
    "what does @./LICENSE say": { paths: ["LICENSE"] },
    "what does @proto.js say": { paths: ["proto.js"] },
    "app/[id]/page.tsx and @app/[id]/page.tsx": { paths: ["app/[id]/page.tsx"] },
    "who calls @symbol Pool.load": { names: ["Pool.load"] },
    "who calls @symbol run?": { names: ["run"] },
    "what does @Component do": {},
    "why is @angular/core needed": {},
    "what does @Injectable or @param x mean": { names: ["Injectable", "param"] },
    "mail me@example.com about it": {},
    "who reads @app.route": { paths: ["app.route"], sure: [] },
    "explain\n```\n@src/a.ts\n```": {},
  };

describe("a question with an at sign:", () => {
  for (const [question, { paths = [], sure = paths, names = [] }] of Object.entries(readings)) {
    test(question, () => {
      const { mentions, identifiers } = parseQuestion(question);
      const written = mentions.map(({ path, line, endLine, isSure }) => ({
        place: `${path}${line === undefined ? "" : `:${line}`}${endLine === undefined ? "" : `-${endLine}`}`,
        isSure,
      }));
      assert.deepEqual(
        written.map(({ place }) => place),
        paths,
      );
      assert.deepEqual(
        written.filter(({ isSure }) => isSure).map(({ place }) => place),
        sure,
      );
      for (const name of names) assert.ok(identifiers.includes(name), `${name} is meant`);
    });
  }
});

test("whatever a file is called, the way it is written is read as that file", () => {
  const paths = [
    ...[
      "src/a.ts",
      "README.md",
      "LICENSE",
      "bin/run",
      "a b",
      "docs/read me.md",
      "a b/c d.ts",
      ".env.sample",
    ],
    ...[
      "app/(group)/[id]/page.tsx",
      "src/net/",
      "folder with blank/",
      "it's/here.py",
      "日本/語.md",
    ],
    ...["-leading.ts", "@scope/pkg/index.ts", "x.unknownending", "a,b.ts"],
  ];
  for (const path of paths) {
    const { mentions } = parseQuestion(`What is in ${pathMention(path)} and why?`);
    assert.deepEqual(
      mentions.map((mention) => mention.path),
      [path],
    );
  }
  assert.equal(
    mentionText({ kind: "symbol", rootId: "r", path: "a.ts", name: "Pool.load" }),
    "@symbol Pool.load",
  );
});

const files = {
  "src/net/retry.ts": `/** Waits before the next attempt. */\nexport function backOff(attempt: number): number {\n  return attempt * 2;\n}\n`,
  "src/net/send.ts": `import { backOff } from "./retry.ts";\n\n/** Sends, and waits before the next attempt. */\nexport function send(): number {\n  return backOff(1);\n}\n`,
  "src/jobs/wait.ts": `/** Waits before the next attempt of a job. */\nexport function waitForAttempt(attempt: number): number {\n  return attempt + 1;\n}\n\n/** The next attempt waits. */\nexport const nextAttemptWaits = true;\n`,
  "docs/read me.md": "# Attempts\n\nHow the next attempt waits.\n",
  "src/quiet.ts": functionText("unrelated"),
};
let opened: OpenedMemory;
withMemory(files, (memory) => (opened = memory));

const asked = "where does it wait before the next attempt";
const scopes: readonly (readonly [
  string,
  readonly string[],
  readonly string[],
  readonly string[],
])[] = [
  [`${asked} @src/jobs/wait.ts`, ["src/jobs/wait.ts"], ["src/jobs/wait.ts"], []],
  [`${asked} @src/net/`, ["src/net/retry.ts", "src/net/send.ts"], ["src/net/"], []],
  [`${asked} in @"docs/read me.md"`, ["docs/read me.md"], ["docs/read me.md"], []],
  [`${asked} @src/quiet.ts`, ["src/quiet.ts"], ["src/quiet.ts"], []],
  [`${asked} @src/quiet.ts @src/gone.ts`, ["src/quiet.ts"], ["src/quiet.ts"], ["src/gone.ts"]],
  [`@jobs ${asked}`, ["src/jobs/wait.ts"], ["src/jobs/"], []],
  [`@send.ts ${asked}`, ["src/net/send.ts"], ["src/net/send.ts"], []],
  [`@send.ts @gone.ts ${asked}`, ["src/net/send.ts"], ["src/net/send.ts"], ["gone.ts"]],
];
for (const [query, paths, within, missing] of scopes) {
  test(`searched is only what is named: ${query}`, async () => {
    const { recalls, trace } = await opened.recaller.search(
      { query, limit: 10, neighbours: false },
      new AbortController().signal,
    );
    assert.deepEqual([...new Set(recalls.map(({ citation }) => citation.path))].sort(), paths);
    assert.deepEqual(trace.mentions, { within, missing });
  });
}

test("where a question is asked first and says then where to look, the same is found", async () => {
  const found = async (query: string): Promise<readonly unknown[]> => {
    const { recalls } = await opened.recaller.search(
      { query, limit: 10 },
      new AbortController().signal,
    );
    return recalls.map(({ citation, score }) => [citation.path, citation.range, score]);
  };
  for (const named of ["@src/net/", "@retry.ts", "@src/net/send.ts @src/jobs/wait.ts"])
    assert.deepEqual(await found(`${asked}? ${named}`), await found(`${named} ${asked}?`));
});

test("a path that is searched alone is not looked for in it", async () => {
  const terms = async (query: string): Promise<readonly string[]> => {
    const { trace } = await opened.recaller.search(
      { query, limit: 1 },
      new AbortController().signal,
    );
    return trace.terms.map(({ term }) => term);
  };
  assert.deepEqual(await terms(`@src/net/send.ts ${asked}`), await terms(asked));
  assert.ok((await terms("@src/net/send.ts")).includes("send"));
  assert.ok((await terms(`@src/gone.ts ${asked}`)).includes("gone"));
});

test("a query that names nothing is limited to what its question names", async () => {
  const mentions = [{ path: "src/net/", isSure: true }];
  const found = async (query: string): Promise<readonly string[]> => {
    const { recalls } = await opened.recaller.search(
      { query, limit: 10, neighbours: false },
      new AbortController().signal,
      { mentions },
    );
    return [...new Set(recalls.map(({ citation }) => citation.path))].sort();
  };
  assert.deepEqual(await found(asked), ["src/net/retry.ts", "src/net/send.ts"]);
  assert.deepEqual(await found(`${asked} @src/quiet.ts`), ["src/quiet.ts"]);
});

test("when nothing that is named is in memory, everything is searched, and the trace says so", async () => {
  const { recalls, trace } = await opened.recaller.search(
    { query: `${asked} @src/gone/`, limit: 10 },
    new AbortController().signal,
  );
  assert.ok(recalls.length > 2);
  assert.deepEqual(trace.mentions, { within: [], missing: ["src/gone/"] });
});

const withoutScopes: readonly (readonly [question: string, meant: string])[] = [
  ["@src/a.ts how is it made?", "how is it made?"],
  ["@src/a.ts:3-9, @src/b/ how is it made?", "how is it made?"],
  ["how is it made in @src/a.ts?", "how is it made"],
  ["how is it made @src/a.ts and @src/b/", "how is it made"],
  ["@src/a.ts what is it made of?", "what is it made of?"],
  ["@src/a.ts what it is made of", "what it is made of"],
  ["what does @src/a.ts do?", "what does @src/a.ts do?"],
  ["@src/a.ts", "@src/a.ts"],
  ["explain @src/a.ts", "explain @src/a.ts"],
  ["@src/other.ts how is it made?", "@src/other.ts how is it made?"],
];
for (const [question, meant] of withoutScopes)
  test(`what is meant by: ${question}`, () =>
    assert.equal(withoutScope(question, ["src/a.ts", "src/b/"]), meant));

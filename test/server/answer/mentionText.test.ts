import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { MentionTrace } from "../../../protocol/mentions.ts";
import { tellScope } from "../../../server/answer/mentionText.ts";
import { rootOf } from "../../../server/cli/storeLocation.ts";
import type { Services } from "../../../server/handlers.ts";
import { createServices } from "../../../server/serverParts.ts";
import { begin, commit } from "../history/repositories.ts";
import { temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { settings } from "../workspaceMemoryHarness.ts";

/** What is told of mentions. */
function told(mentions: MentionTrace | undefined): string[] {
  const blocks: string[] = [];
  const writer = { block: (text: string) => void blocks.push(text) };
  tellScope({ result: { trace: mentions === undefined ? {} : { mentions } }, writer });
  return blocks;
}

const cases: readonly (readonly [within: string[], missing: string[], text: string | undefined])[] =
  [
    [["src/a.ts"], [], "Looked only in `src/a.ts`."],
    [
      ["src/net/", "a.ts"],
      ["b.ts"],
      "Looked only in `src/net/` and `a.ts`. `b.ts` is not in memory.",
    ],
    [[], ["b.ts", "c/"], "`b.ts` and `c/` are not in memory. This is of all files:"],
    [[], [], undefined],
    [
      Array.from({ length: 7 }, (_, n) => `${n}.ts`),
      [],
      "Looked only in `0.ts`, `1.ts`, `2.ts`, `3.ts`, `4.ts` and 2 more.",
    ],
    [["a`](x).ts"], [], "Looked only in ``a`](x).ts``."],
  ];
for (const [within, missing, text] of cases)
  test(String(text), () =>
    assert.deepEqual(told({ within, missing }), text === undefined ? [] : [text]),
  );

test("a question without mentions says nothing", () => assert.deepEqual(told(undefined), []));

describe("a question that names files with an at sign is limited to them, or says that it is not:", () => {
  const scratch = temporaryFolder();
  const folder = path.join(scratch.path, "project");
  const { signal } = new AbortController();
  let services: Services;
  const gate =
    'export function openGate(): number {\n  return raiseBar();\n}\nexport function raiseBar(): number {\n  if (isStuck()) throw new Error("the bar is stuck in the mud");\n  return 1;\n}\n';
  before(async () => {
    begin(folder);
    commit(folder, "Open the gate", {
      "src/gate.ts": gate,
      "src/harbour.ts":
        'import { openGate } from "./gate.ts";\nexport function enterHarbour(): number {\n  return openGate();\n}\n',
      "yard/crane.ts":
        'import { openGate } from "../src/gate.ts";\nexport function liftCrane(): number {\n  return openGate();\n}\n',
    });
    commit(folder, "Tell how to pay", {
      "docs/pay.md": "# Pay\n\nWho enters pays at the booth.\n",
    });
    commit(folder, "Count what passes", {
      "src/gate.ts": gate.replace("raiseBar();", "raiseBar() + 1;"),
    });
    writeTree(folder, { "raft/new.ts": "export const nPlanks = 12;\n" });
    const log = { log: () => undefined };
    const how = { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" } as const;
    services = await createServices(log, how);
    const root = rootOf(folder);
    await services.memory.open(path.join(scratch.path, "store"), [root], settings, true);
    await services.memory.settled(true, signal);
    await services.history.settled(root.id, true, signal);
    await services.notes.remember({ text: "the gate opens at dawn because of the tide" });
  });
  after(async () => {
    await services.memory.close();
    scratch[Symbol.dispose]();
  });

  function check(
    question: string,
    holds: readonly RegExp[],
    holdsNot: readonly RegExp[],
    how: { readonly deep?: true } = {},
  ): void {
    test(`${question}${how.deep === true ? " (deep)" : ""}`, async () => {
      const { markdown } = await services.answers.ask(
        { question, askId: "a", ...how },
        () => undefined,
        signal,
      );
      for (const pattern of holds) assert.match(markdown, pattern);
      for (const pattern of holdsNot) assert.doesNotMatch(markdown, pattern);
    });
  }
  check(
    "find all places of `openGate` in @yard/",
    [
      /Looked only in `yard\/`/,
      /on 2 lines in 1 file:/,
      /I read what is in memory there, 1 file\./,
    ],
    [/harbour/],
  );
  check(
    "find all places of `enterHarbour` in @yard/",
    [/`enterHarbour` does not occur in any remembered file there\./],
    [/harbour\.ts/],
  );
  check(
    "who calls openGate in @yard/crane.ts?",
    [/Looked only in `yard\/crane\.ts`/, /liftCrane/],
    [/enterHarbour/],
  );
  check(
    "who calls raiseBar in @yard/?",
    [/Nothing else there uses `raiseBar` by name/],
    [/openGate\(\)/],
  );
  check(
    "what happens between enterHarbour and raiseBar in @yard/?",
    [/This is drawn from all files, not only from `yard\/`\./, /harbour\.ts/],
    [/Looked only/],
  );
  check(
    "@yard/ what was decided about when the gate opens at dawn?",
    [/This is drawn from all notes, not only from `yard\/`\./, /because of the tide/],
    [/Looked only/],
  );
  check(
    "why did we decide that the gate opens at dawn, @yard/?",
    [/This is drawn from all notes, not only from `yard\/`\./, /because of the tide/],
    [/Looked only/],
  );
  check(
    "who calls openGate? @crane.ts",
    [/Looked only in `yard\/crane\.ts`/, /liftCrane/],
    [/enterHarbour/],
  );
  check("@yard where is liftCrane?", [/Looked only in `yard\/`/, /liftCrane/], [/harbour\.ts/]);
  check("@yard", [/Looked only in `yard\/`/, /is a folder with 1 remembered file/], [/I found no/]);
  check("@yard/ what is in it?", [/is a folder with 1 remembered file/], [/I found no/]);
  check(
    "@yard as of HEAD, where is openGate?",
    [/Looked only in `yard\/`/, /As of/],
    [/harbour\.ts/],
  );
  check(
    "when did raiseBar change? @gate.ts",
    [/Looked only in `src\/gate\.ts`/, /`raiseBar` was added in/],
    [/Count/],
  );
  check("@gone.ts where is liftCrane?", [/^`gone\.ts` is not in memory\. This is of all/], []);
  check(
    "@Injectable where is liftCrane?",
    [/liftCrane/],
    [/Looked only/, /is not in memory\. This/],
  );
  check(
    "where is @gate/openGate used?",
    [/^`@gate\/openGate` does not occur in any remembered file\./],
    [/harbour/],
  );
  test("where to look may be said before the question or behind it", async () => {
    const ask = async (question: string): Promise<string> =>
      (await services.answers.ask({ question, askId: "a" }, () => undefined, signal)).markdown;
    for (const asked of ["where is openGate?", "what happens between enterHarbour and raiseBar?"])
      for (const named of ["@src/gate.ts", "@harbour.ts", "@yard", "@src/gate.ts @yard/"])
        assert.equal(await ask(`${asked} ${named}`), await ask(`${named} ${asked}`));
  });

  const offer = /To look in the whole workspace, ask again without naming `yard\/`\./;
  check(
    "@yard/ where is raiseBar?",
    [/I found no answer in `yard\/`: `raiseBar` does not occur there\./, offer],
    [/gate\.ts/, /harbour/],
  );
  check(
    "where is enterHarbour in @yard/crane.ts?",
    [
      /I found no answer in `yard\/crane\.ts`: `enterHarbour` does not occur there\./,
      /ask again without naming `yard\/crane\.ts`\./,
    ],
    [/is a function/],
  );
  check(
    "how does @yard/ encrypt passwords?",
    [/I found no answer in `yard\/`: `encrypt` and `passwords` do not occur there\./, offer],
    [/anywhere in memory/, /is a function/],
  );
  check("@yard/ who raises the bar?", [/in `yard\/`/, offer], [/gate\.ts/]);
  check(
    "@yard/ where is openGatte?",
    [/I found no answer in `yard\/`: `openGatte` does not occur there\./, offer],
    [/gate\.ts/],
  );
  check("@src/ where is openGatte?", [/Names like `openGatte`:[^]*gate\.ts/], [/crane/]);
  const message = "the bar is stuck in the mud";
  for (const said of [`Error: ${message}`, message]) {
    check(`@yard/ ${said}`, [/Looked only in `yard\/`/, /I found no/, offer], [/gate\.ts/]);
    check(
      `@src/ ${said}`,
      [/^Looked only in `src\/`\.\n\nThe message comes from .*gate\.ts/],
      [/yard/],
    );
  }
  const trace = [
    `Error: ${message}`,
    "    at raiseBar (src/gate.ts:5:9)",
    "    at openGate (src/gate.ts:2:10)",
    "    at liftCrane (yard/crane.ts:3:10)",
  ].join("\n");
  check(
    `@yard/ why?\n${trace}`,
    [
      /The innermost call in `yard\/` is `liftCrane`/,
      /Not shown: 2 frames outside `yard\/` or no longer there\./,
    ],
    [/gate\.ts:/, /this workspace/],
  );
  const pasted = "find code similar to\n```ts\nfunction open() {\n  return openGate();\n}\n```";
  check(`@docs/ ${pasted}`, [/I found nothing in `docs\/`/], [/gate\.ts/, /crane/]);
  check(`@yard/ ${pasted}`, [/Looked only in `yard\/`/, /liftCrane/], [/gate\.ts/, /harbour/]);
  check(
    "@docs/ as of HEAD, where is openGate?",
    [
      /Looked only in `docs\/`/,
      /nothing in `docs\/` is called `openGate`/,
      /Looked at 1 file of that commit/,
      /ask again without naming `docs\/`/,
    ],
    [/gate\.ts/, /crane/],
  );
  check("@src/ as of HEAD, where is openGate?", [/\*\*`openGate`\*\*/], [/crane/, /docs/]);
  check("as of HEAD, where is openGate in @src/gone/?", [/not in memory/, /gate\.ts/], [/only in/]);
  const twoParts = "where is openGate, and what raises the bar?";
  check(
    `@docs/ ${twoParts}`,
    [/Looked only in `docs\/`/, /I found no answer in `docs\/`/, /without naming `docs\/`/],
    [/gate\.ts/, /harbour/],
    { deep: true },
  );
  check(
    "@src/ where is openGate, and where is liftCrane?",
    [
      /Looked only in `src\/`\.\n\n### /,
      /### where is liftCrane\?\n\nI found nothing in `src\/` for this part\./,
      /without naming `src\/`/,
    ],
    [/yard/],
    { deep: true },
  );
  check(twoParts, [/gate\.ts/], [/Looked only/, /without naming/], { deep: true });
  check(
    "when did openGate change in @src/gate.ts?",
    [/Looked only in `src\/gate\.ts`/, /`openGate` was changed in .*:\n\n> Count what passes/],
    [/`src\/gate\.ts` was/],
  );
  check("when did raiseBar change in @src/gate.ts?", [/`raiseBar` was added in/], [/Count/]);
  check("what changed in `src/gate.ts`?", [/2 commits .* in `src\/gate\.ts`/], [/Looked only/]);
  for (const question of ["@docs/ when did openGate change?", "who knows openGate in @docs/?"])
    check(
      question,
      [
        /Looked only in `docs\/`/,
        /No commit in memory changed anything that is called `openGate` in `docs\/`\./,
        /ask again without naming `docs\/`/,
      ],
      [/Tell how to pay/, /Open the gate/],
    );
  for (const question of ["@docs/ what changed since yesterday?", "@docs/: what changed?"])
    check(question, [/1 commit by 1 person changed 1 file in `docs\/`/], [/do not occur/, /src/]);
  check(
    "@docs/ @src/ what changed since yesterday?",
    [/This is of `docs\/` alone\. Ask about `src\/` in a question of its own\./],
    [/gate\.ts/],
  );
  check("@src/gate.ts when did it change lately?", [/`src\/gate\.ts` was changed/], [/`lately`/]);
  check(
    "@raft/ when was counting what passes added?",
    [
      /This is drawn from all commits, not only from `raft\/`\./,
      /What comes nearest among the commits is .*:\n\n> Count what passes/,
    ],
    [/Looked only/],
  );
  check(
    "@docs/ which came first, openGate or docs/pay.md?",
    [/This is drawn from all commits, saved files, notes and questions, not only from `docs\/`\./],
    [/Looked only/],
  );
  check(
    "which came first, openGate in @yard/ or docs/pay.md?",
    [/I do not know when “openGate in .* was/],
    [/came first\./],
  );
  check("@yard/ where is liftCrane?", [/Commits about this, in all files:/], [/I found no/]);
  check("where is openGate called in @yard/?", [/liftCrane/], [/I found no/]);
  check("where is liftCrane in @yard/crane.ts?", [/`liftCrane`\*\* is a function/], [/I found no/]);
  check("what does @yard/crane.ts do?", [/is a file of/], [/I found no/]);
  check("explain @yard/", [/is a folder with 1 remembered file/], [/I found no/]);
  check("who calls openGate?", [/liftCrane/, /enterHarbour/], [/Looked only/, /drawn from all/]);

  test("a prompt for a language model holds code of the named files alone", async () => {
    const question = "@yard/ where is liftCrane?";
    const { items } = await services.context({ question, maxTokens: 4_000 }, [], signal);
    const paths = items.flatMap(({ source }) =>
      source.kind === "code" ? [source.citation.path] : [],
    );
    assert.deepEqual(paths, ["yard/crane.ts"]);
  });

  test("what changed since the last look is told of the named files alone", async () => {
    const files = ["src/gate.ts", "yard/crane.ts"];
    for (const file of [...files, undefined])
      services.memory.openEditors(file === undefined ? [] : [path.join(folder, file)]);
    const ask = async (question: string): Promise<string> =>
      (await services.answers.ask({ question, askId: "a" }, () => undefined, signal)).markdown;
    assert.match(
      await ask("what changed since I last looked?"),
      /of 2 files that you have looked at/,
    );
    const crane = readFileSync(path.join(folder, "yard/crane.ts"), "utf8");
    writeTree(folder, {
      "src/gate.ts": gate.replace("return 1", "return 2"),
      "yard/crane.ts": crane.replace("return openGate()", "return 2 * openGate()"),
    });
    const told = await ask("@yard/ what changed since I last looked?");
    assert.match(told, /1 file changed of the files in `yard\/` that you have looked at:/);
    assert.match(told, /crane\.ts/);
    assert.doesNotMatch(told, /gate\.ts/);
    const none = await ask("@docs/ what changed since I last looked?");
    assert.match(none, /Nothing changed of the files in `docs\/` that you have looked at\./);
  });
});

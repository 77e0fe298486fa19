import assert from "node:assert/strict";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import type { MentionTrace } from "../../../protocol/mentions.ts";
import { tellScope } from "../../../server/answer/mentionText.ts";
import { rootOf } from "../../../server/cli/storeLocation.ts";
import type { Services } from "../../../server/handlers.ts";
import { createServices } from "../../../server/serverParts.ts";
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
  before(async () => {
    writeTree(folder, {
      "src/gate.ts":
        "export function openGate(): number {\n  return raiseBar();\n}\nexport function raiseBar(): number {\n  return 1;\n}\n",
      "src/harbour.ts":
        'import { openGate } from "./gate.ts";\nexport function enterHarbour(): number {\n  return openGate();\n}\n',
      "yard/crane.ts":
        'import { openGate } from "../src/gate.ts";\nexport function liftCrane(): number {\n  return openGate();\n}\n',
    });
    const log = { log: () => undefined };
    const how = { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" } as const;
    services = await createServices(log, how);
    await services.memory.open(path.join(scratch.path, "store"), [rootOf(folder)], settings, true);
    await services.memory.settled(true, signal);
    await services.notes.remember({ text: "the gate opens at dawn because of the tide" });
  });
  after(async () => {
    await services.memory.close();
    scratch[Symbol.dispose]();
  });

  function check(question: string, holds: readonly RegExp[], holdsNot: readonly RegExp[]): void {
    test(question, async () => {
      const { markdown } = await services.answers.ask(
        { question, askId: "a" },
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
    "why did we decide that the gate opens at dawn, @yard/?",
    [/This is drawn from all notes, not only from `yard\/`\./, /because of the tide/],
    [/Looked only/],
  );
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
  check("where is openGate called in @yard/?", [/liftCrane/], [/I found no/]);
  check("where is liftCrane in @yard/crane.ts?", [/`liftCrane`\*\* is a function/], [/I found no/]);
  check("what does @yard/crane.ts do?", [/is a file of/], [/I found no/]);
  check("explain @yard/", [/is a folder with 1 remembered file/], [/I found no/]);
  check("who calls openGate?", [/liftCrane/, /enterHarbour/], [/Looked only/, /drawn from all/]);
});

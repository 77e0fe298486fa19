/** What is offered behind an `@`, from a real memory. */
import assert from "node:assert/strict";
import path from "node:path";
import { describe, test } from "node:test";
import { mentionText, type SuggestParams } from "../../../protocol/mentions.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { Suggester } from "../../../server/recall/suggester.ts";
import { functionText, withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const files = {
  "src/http/retryPolicy.ts": `export class RetryPolicy {\n  delayBefore(attempt: number): number {\n    return attempt;\n  }\n}\n`,
  "src/http/client.ts": functionText("sendRequest"),
  "src/jobs/retry.ts": functionText("retryJob"),
  "test/http/retryPolicy.test.ts": functionText("checkPolicy"),
  "docs/read me.md": "# Retries\n",
  "README.md": "# Shop\n",
};
let opened: OpenedMemory;
withMemory(files, (memory) => {
  opened = memory;
  opened.memory.openEditors([path.join(opened.folder, "src/http/client.ts")]);
});

function offered(prefix: string, more: Partial<SuggestParams> = {}): string[] {
  const suggester = new Suggester(opened.memory, nodeClock);
  return suggester.suggest({ prefix, limit: 10, ...more }).map(mentionText);
}

const firsts: Readonly<Record<string, string>> = {
  "": "@src/http/client.ts",
  retrypol: "@src/http/retryPolicy.ts",
  "http/ret": "@src/http/retryPolicy.ts",
  rpt: "@src/http/retryPolicy.ts",
  README: "@README.md",
  "read m": '@"docs/read me.md"',
  "src/jo": "@src/jobs/",
  delayBef: "@symbol RetryPolicy.delayBefore",
  "RetryPolicy.de": "@symbol RetryPolicy.delayBefore",
  sendreq: "@symbol sendRequest",
};
describe("the first offer behind @", () => {
  for (const [prefix, first] of Object.entries(firsts))
    test(prefix || "nothing", () => assert.equal(offered(prefix)[0], first));
});

test("only what is wanted is offered, and no more than asked for", () => {
  assert.deepEqual(offered("retry", { kinds: ["folder"] }), []);
  assert.deepEqual(offered("ht", { kinds: ["folder"] }), ["@src/http/", "@test/http/"]);
  assert.deepEqual(offered("retry", { kinds: ["symbol"] }).toSorted(), [
    "@symbol RetryPolicy",
    "@symbol retryJob",
  ]);
  assert.equal(offered("", { limit: 3 }).length, 3);
});

test("what fits nothing and what is hostile is offered nothing", () => {
  for (const prefix of ["zzqx", '"*', "a".repeat(1_000), "\0", "{symbol} : (", "%", "\u202e"])
    assert.deepEqual(offered(prefix), []);
});

test("a file that came is offered", async () => {
  opened.write({ "src/new/arrival.ts": functionText("arrive") });
  await opened.settled();
  assert.equal(offered("arriv")[0], "@src/new/arrival.ts");
});

/** What fits better what somebody typed, as the finders of editors have it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fuzzyScore, fuzzyText } from "../../../server/recall/fuzzyScore.ts";

/** What comes first for what was typed, the better one before the other. */
const orders: readonly (readonly [typed: string, better: string, other: string])[] = [
  ["storeL", "server/work/storeFolder.ts", "server/history/editLog.ts"],
  ["storeL", "server/cli/storeLocation.ts", "server/work/storeFolder.ts"],
  ["storeL", "server/work/storeLater.ts", "server/cli/restoreLog.ts"],
  ["memory", "server/recall/memoryBank.ts", "server/memory/database.ts"],
  ["http", "src/http/client.ts", "src/healthTestProbe.ts"],
  ["rpt", "src/http/retryPolicy.ts", "server/prompt/text.ts"],
  ["folder", "server/work/storeFolder.ts", "server/flow/order.ts"],
  ["stfold", "server/work/storeFolder.ts", "server/tools/found/old.ts"],
  ["sF", "work/storeFolder.ts", "work/itself.ts"],
  ["toolst", "server/toolStatus.ts", "server/tools/list.ts"],
  ["log", "server/log.ts", "server/catalog.ts"],
  ["memB", "server/memory/memoryBank.ts", "server/tools/remember.ts"],
  ["member", "server/tools/remember.ts", "server/memory/bets/era.ts"],
  ["srvrec", "server/recall/uses.ts", "server/endpoint/streamChat.ts"],
  ["restart", "server/restart.ts", "server/res/tart.ts"],
  ["srcjobs", "src/jobs/retry.ts", "server/recall/objects.ts"],
];
describe("what fits better:", () => {
  for (const [typed, better, other] of orders)
    test(`${typed}: ${better} before ${other}`, () => {
      const score = fuzzyScore(typed);
      const [first, second] = [score(fuzzyText(better)), score(fuzzyText(other))];
      assert.ok(first !== undefined);
      assert.ok(first > (second ?? -Infinity), `${first} and ${second ?? "none"}`);
    });
});

test("letters that do not occur in their order fit nothing", () => {
  const score = fuzzyScore("xa");
  for (const text of ["a/x.ts", "axe", ""]) assert.equal(score(fuzzyText(text)), undefined);
});

test("what would score less than is asked for is none, and nothing else", () => {
  for (const [typed, ...texts] of orders)
    for (const text of texts.map(fuzzyText)) {
      const score = fuzzyScore(typed);
      const fit = score(text);
      if (fit === undefined) continue;
      assert.equal(score(text, fit), fit, `${typed} in ${text.text}`);
      assert.equal(score(text, fit + 1), undefined, `${typed} in ${text.text}`);
    }
});

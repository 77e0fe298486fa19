import assert from "node:assert/strict";
import { test } from "node:test";
import { roomShort } from "../../../extension/firstRun/roomNeeded.ts";
import type { MemoryState } from "../../../extension/memory/memoryState.ts";
import { createWording } from "../../../extension/wording.ts";
import type { DeepMemoryStatus } from "../../../protocol/deepMemory.ts";
import { deepStatus } from "../../protocol/inMemoryServices.ts";
import { memoryStatus, rootStatus, testRoot } from "../inMemoryServer.ts";
import { translate } from "../translate.ts";

const wording = createWording(translate, "en");
const full: DeepMemoryStatus = {
  ...deepStatus,
  detail: { kind: "noRoom" },
  filesEncoded: 1_000,
  filesLeftOut: 3_000,
  bytesOnDisk: 500_000_000,
  budgetBytes: 512_000_000,
};
const open = (deep: DeepMemoryStatus): MemoryState => ({
  kind: "open",
  status: { ...memoryStatus([rootStatus(testRoot("one"))]), deep },
});

test("a workspace that does not fit is told with what is left out and the room that it needs", () => {
  const short = roomShort(open(full), wording);
  assert.match(short?.sentence ?? "", /from 1,000 of 4,000 files.* room of 512 MB is used up/);
  // 2 GB for four times the files, a margin, and whole steps.
  assert.equal(short?.neededMB, 2_304);
});

for (const [what, state] of [
  ["all fits", open(deepStatus)],
  ["files are left out for their size alone", open({ ...full, detail: { kind: "tooLarge" } })],
  ["the rest is still being read", open({ ...full, state: "filling" })],
  ["nothing is open", { kind: "starting" }],
] as const) {
  test(`nothing is said while ${what}`, () => {
    assert.equal(roomShort(state, wording), undefined);
  });
}

/** Two hundred changes between the recall and what is shown of a model's answer. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { changeOutcomes } from "../../../bench/prose/plantedChanges.ts";

test("of two hundred changed places none is linked to lines that the model was not shown", async () => {
  const dir = mkdtempSync(path.join(tmpdir(), "lore-changes-"));
  try {
    const outcomes = await changeOutcomes(dir);
    assert.equal(outcomes.filter(({ isChanged }) => isChanged).length, 200);
    assert.equal(outcomes.filter(({ change }) => change === "nothing").length, 20);
    assert.deepEqual(
      outcomes.filter(({ isWrong }) => isWrong),
      [],
    );
    for (const outcome of outcomes)
      assert.deepEqual(
        [outcome.isLinked, outcome.isMarked],
        [outcome.stays, !outcome.stays],
        outcome.change,
      );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

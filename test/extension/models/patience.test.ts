import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ModelError } from "../../../extension/models/languageModel.ts";
import { withPatience } from "../../../extension/models/patience.ts";

async function* pieces(...all: readonly (string | Promise<never>)[]): AsyncIterable<string> {
  for (const piece of all) yield await piece;
}
const never = new Promise<never>(() => undefined);

test("pieces pass as they come", async () => {
  const seen: string[] = [];
  for await (const piece of withPatience(pieces("a", "b"), assert.fail)) seen.push(piece);
  assert.deepEqual(seen, ["a", "b"]);
});

test("who reads no further ends the pieces", async () => {
  let isEnded = false;
  const endless = async function* (): AsyncIterable<string> {
    try {
      for (;;) yield await Promise.resolve("a");
    } finally {
      isEnded = true;
    }
  };
  for await (const piece of withPatience(endless(), assert.fail)) {
    assert.equal(piece, "a");
    break;
  }
  assert.ok(isEnded);
});

for (const [name, all, ms] of [
  ["the first piece", [never], 120_000],
  ["the next piece", ["a", never], 60_000],
] as const) {
  test(`${name} is waited for, and not for ever`, async (t) => {
    mock.timers.enable({ apis: ["setTimeout"] });
    t.after(() => mock.timers.reset());
    let nStopped = 0;
    const read = (async () => {
      for await (const piece of withPatience(pieces(...all), () => nStopped++)) assert.equal(piece, "a");
    })();
    const ends = assert.rejects(
      read,
      (error) => error instanceof ModelError && error.failure === "timeout",
    );
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    mock.timers.tick(ms - 1);
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    assert.equal(nStopped, 0);
    mock.timers.tick(1);
    await ends;
    assert.equal(nStopped, 1);
  });
}

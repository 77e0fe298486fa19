import assert from "node:assert/strict";
import { test } from "node:test";
import { GrowingProse } from "../../../server/endpoint/growingProse.ts";

for (const [name, versions, shown] of [
  ["sentences come one by one", ["A.", "A. B.", "A. B.\n\nC."], ["A.", " B.", "\n\nC."]],
  ["the same again adds nothing", ["A.", "A.", "A. B."], ["A.", "", " B."]],
  [
    "code at the end waits until it is whole",
    ["A.\n\n```ts\na\n```", "A.\n\n```ts\na\nb\n```", "A.\n\n```ts\na\nb\n```\n\nC."],
    ["A.", "", "\n\n```ts\na\nb\n```\n\nC."],
  ],
  ["code that ends the text is shown with its end", ["```\na\n```"], ["```\na\n```"]],
  ["what was taken back is not gone on from", ["A. B.", "A! B. C."], ["A. B.", ""]],
] as const) {
  test(`a growing text: ${name}`, () => {
    const growing = new GrowingProse();
    const last = versions.length - 1;
    assert.deepEqual(
      versions.map((version, at) => growing.next(version, at === last)),
      shown,
    );
    assert.equal(growing.differs(versions[last] ?? ""), name.startsWith("what was taken back"));
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import type { TracedPlace } from "../../../protocol/savedTrace.ts";
import { placeChanges } from "../../../server/recall/placeChanges.ts";

/** `a.ts:3-9 hash score`, lines zero-based and half-open. */
function places(...written: readonly string[]): TracedPlace[] {
  return written.map((text) => {
    const [, path = "", start, end, hash = "", score] =
      /^(.+):(\d+)-(\d+) (\w+) ([\d.]+)$/.exec(text) ?? [];
    return {
      rootId: "root",
      path,
      range: {
        start: { line: Number(start), character: 0 },
        end: { line: Number(end), character: 0 },
      },
      contentHash: hash.padStart(16, "0"),
      score: Number(score),
      parts: [{ kind: "body", weight: Number(score) }],
    };
  });
}

/** Each change as `place of now ← place before: states`. */
function changes(before: readonly TracedPlace[], now: readonly TracedPlace[]): string[] {
  const shown = (place: TracedPlace | undefined): string =>
    place === undefined ? "–" : `${place.path}:${place.range.start.line}`;
  return placeChanges(before, now).map(
    (change) => `${shown(change.now)} ← ${shown(change.before)}: ${change.states.join(" ")}`,
  );
}

const cases: Readonly<
  Record<string, { before: readonly string[]; now: readonly string[]; are: readonly string[] }>
> = {
  "the same": {
    before: ["a:1-5 aa 2", "b:1-5 bb 1"],
    now: ["a:1-5 aa 2", "b:1-5 bb 1"],
    are: ["a:1 ← a:1: ", "b:1 ← b:1: "],
  },
  "another order": {
    before: ["a:1-5 aa 2", "b:1-5 bb 1"],
    now: ["b:1-5 bb 3", "a:1-5 aa 2"],
    are: ["b:1 ← b:1: rank score", "a:1 ← a:1: rank"],
  },
  "came and went": {
    before: ["a:1-5 aa 2"],
    now: ["b:1-5 bb 2"],
    are: ["b:1 ← –: came", "– ← a:1: went"],
  },
  "other lines": {
    before: ["a:1-5 aa 2"],
    now: ["a:101-105 aa 2"],
    are: ["a:101 ← a:1: lines"],
  },
  "other text": { before: ["a:1-5 aa 2"], now: ["a:1-5 ab 2"], are: ["a:1 ← a:1: text"] },
  "longer, with other text": {
    before: ["a:10-15 aa 2"],
    now: ["a:8-20 ab 1"],
    are: ["a:8 ← a:10: lines text score"],
  },
  "moved far and changed, alone in its file": {
    before: ["a:1-5 aa 2", "b:1-5 bb 1"],
    now: ["a:90-95 ab 2", "b:1-5 bb 1"],
    are: ["a:90 ← a:1: lines text", "b:1 ← b:1: "],
  },
  "moved far and changed, among others": {
    before: ["a:1-5 aa 2", "a:10-15 ac 1"],
    now: ["a:90-95 ab 2", "a:200-210 ad 1"],
    are: ["a:90 ← –: came", "a:200 ← –: came", "– ← a:1: went", "– ← a:10: went"],
  },
  "the same text twice in a file": {
    before: ["a:1-5 aa 2", "a:50-55 aa 1"],
    now: ["a:52-57 aa 2", "a:3-8 aa 1"],
    are: ["a:52 ← a:50: rank lines score", "a:3 ← a:1: rank lines score"],
  },
  "a text that moved to another file": {
    before: ["a:1-5 aa 2"],
    now: ["b:1-5 aa 2"],
    are: ["b:1 ← –: came", "– ← a:1: went"],
  },
  "nothing now": { before: ["a:1-5 aa 2"], now: [], are: ["– ← a:1: went"] },
};

for (const [name, { before, now, are }] of Object.entries(cases)) {
  test(name, () => assert.deepEqual(changes(places(...before), places(...now)), are));
}

test("parts of the score that differ are told, absent ones as 0", () => {
  const [before] = places("a:1-5 aa 2");
  assert.ok(before !== undefined);
  const now: TracedPlace = {
    ...before,
    score: 3,
    parts: [
      { kind: "path", weight: 1 },
      { kind: "body", weight: 2 },
    ],
  };
  assert.deepEqual(placeChanges([before], [now])[0]?.parts, [{ kind: "path", before: 0, now: 1 }]);
  assert.deepEqual(placeChanges([now], [before])[0]?.parts, [{ kind: "path", before: 1, now: 0 }]);
});

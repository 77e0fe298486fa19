/** Rows in pages: some of them are compared as all of them are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Block } from "../../../server/bank/bankTables.ts";
import { AnchorLists } from "../../../server/bank/anchorLists.ts";
import { RepresentativeRows, type BlockScores } from "../../../server/bank/representativeRows.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { kernel } from "./bankHarness.ts";

const rowBytes = 64;
const nPerBlock = 4;

function filled(nBlocks: number, random: () => number) {
  const rows = new RepresentativeRows(rowBytes, kernel);
  const blocks = Array.from({ length: nBlocks }, (_, id): Block => {
    const block = { id, nRepresentatives: nPerBlock } as Block;
    rows.add(block, vector(random, nPerBlock * rowBytes));
    return block;
  });
  return { rows, blocks };
}

function vector(random: () => number, length: number): Int8Array {
  return Int8Array.from({ length }, () => Math.floor(random() * 255) - 127);
}

test("listed rows have the scores that they have one by one", () => {
  const random = randomNumbers(81);
  // More than two pages.
  const { rows, blocks } = filled(5_000, random);
  for (const block of blocks.slice(100, 140)) rows.hide(block);
  for (const nListed of [0, 1, 50, 9_000, 30_000]) {
    const drawn = Array.from({ length: nListed }, () => Math.floor(random() * rows.nRows));
    const listed = Uint32Array.from(new Set(drawn));
    rows.ask(vector(random, rowBytes));
    const found: BlockScores = new Map();
    rows.scanListed(listed, 16, nPerBlock, found);
    const all = new Map<Block, number>();
    for (const row of listed) {
      const [block, score] = [rows.ownerOf(row), rows.similarity(row)];
      if (score > (all.get(block) ?? Number.NEGATIVE_INFINITY)) all.set(block, score);
    }
    const expected = [...all].sort(([, a], [, b]) => b - a).slice(0, 16);
    for (const [block, score] of expected)
      assert.ok(Math.abs((found.get(block) ?? -2) - score) < 1e-6, `${nListed}`);
    for (const [block, score] of found) assert.ok(Math.abs((all.get(block) ?? -2) - score) < 1e-6);
  }
});

test("a list has the rows that were added to it, packed or not", () => {
  const random = randomNumbers(82);
  const nAnchors = 40;
  const lists = new AnchorLists(nAnchors, 100);
  const plain = Array.from({ length: nAnchors }, (): number[] => []);
  const check = (anchors: readonly number[]): void => {
    const found = [...lists.rowsOf(anchors)].sort((a, b) => a - b);
    const expected = new Set(anchors.flatMap((anchor) => plain[anchor] ?? []));
    assert.deepEqual(
      found,
      [...expected].sort((a, b) => a - b),
    );
  };
  for (let row = 0; row < 12_000; row++) {
    // A dead row is in none.
    const anchors = row % 17 === 0 ? [] : [row % nAnchors, (row * 7 + 3) % nAnchors];
    lists.add(anchors);
    for (const anchor of anchors) plain[anchor]?.push(row);
    if (row % 900 === 0) check([Math.floor(random() * nAnchors), 5, 6]);
    if (row === 6_000) lists.pack();
  }
  check(Array.from({ length: nAnchors }, (_, anchor) => anchor));
  assert.equal(lists.nRows, 12_000);
  assert.deepEqual([...lists.anchorsOf(1, 2)], [1, 10, 2, 17]);
});

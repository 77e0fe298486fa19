import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { treemap } from "../../../webview/picture/treemap.ts";

/** A thousandth of a unit: what rounding may cost. */
const slack = 1e-3;
const space = { x: 0, y: 0, width: 600, height: 400 };

test("a treemap fills its space, each tile as its value, and no tile lies on another", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 60 }),
      (given) => {
        const values = given.toSorted((a, b) => b - a);
        const whole = values.reduce((sum, value) => sum + value, 0);
        const tiles = treemap(values, space);
        tiles.forEach(({ x, y, width, height }, idx) => {
          const share = (values[idx] as number) / whole;
          assert.ok(Math.abs((width * height) / (space.width * space.height) - share) < 1e-9);
          assert.ok(x >= -slack && y >= -slack);
          assert.ok(x + width <= space.width + slack && y + height <= space.height + slack);
          for (const other of tiles.slice(idx + 1)) {
            const across = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
            const along = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
            assert.ok(across < slack || along < slack, "two tiles lie on each other");
          }
        });
      },
    ),
  );
});

test("tiles are as near to squares as in the paper's example", () => {
  const tiles = treemap([6, 6, 4, 3, 2, 2, 1], space);
  const worst = Math.max(
    ...tiles.map(({ width, height }) => Math.max(width / height, height / width)),
  );
  assert.ok(worst < 3, `${worst}`);
});

test("nothing, and values of nothing, have no area", () => {
  assert.deepEqual(treemap([], space), []);
  const [one, two] = treemap([5, 0], space);
  assert.deepEqual(one, space);
  assert.equal((two?.width ?? 1) * (two?.height ?? 1), 0);
  assert.equal(treemap([0, 0], space)[1]?.width, 0);
});

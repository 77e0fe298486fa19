import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { EncoderQueue } from "../../../server/model/encoderQueue.ts";

const noTokens = new Uint16Array();

function textsOf(
  request: number,
  n: number,
): { request: number; idx: number; tokens: Uint16Array }[] {
  return Array.from({ length: n }, (_, idx) => ({ request, idx, tokens: noTokens }));
}

function drained(queue: EncoderQueue<number>): string[] {
  const order: string[] = [];
  for (let text = queue.next(); text !== undefined; text = queue.next())
    order.push(`${text.request}.${text.idx}`);
  return order;
}

test("the newest question's texts come first, each question's in order", () => {
  const queue = new EncoderQueue<number>(10);
  queue.add(1, textsOf(1, 3));
  assert.equal(queue.next()?.idx, 0);
  queue.add(2, textsOf(2, 2));
  assert.deepEqual(drained(queue), ["2.0", "2.1", "1.1", "1.2"]);
  assert.equal(queue.size, 0);
});

test("a question that is removed has nothing left", () => {
  const queue = new EncoderQueue<number>(10);
  queue.add(1, textsOf(1, 3));
  queue.add(2, textsOf(2, 1));
  queue.remove(1);
  queue.remove(7);
  assert.equal(queue.size, 1);
  assert.deepEqual(drained(queue), ["2.0"]);
});

test("without room the oldest give way, and a question larger than all room does itself", () => {
  const queue = new EncoderQueue<number>(5);
  assert.deepEqual(queue.add(1, textsOf(1, 2)), []);
  assert.deepEqual(queue.add(2, textsOf(2, 2)), []);
  assert.deepEqual(queue.add(3, textsOf(3, 2)), [1]);
  assert.deepEqual(queue.add(4, textsOf(4, 6)), [2, 3, 4]);
  assert.equal(queue.size, 0);
});

test("it never holds more than it may, and counts what it holds", () => {
  const step = fc.oneof(
    fc.record({ add: fc.integer({ min: 1, max: 6 }) }),
    fc.constant("next" as const),
    fc.record({ remove: fc.nat({ max: 20 }) }),
  );
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      (steps, max) => {
        const queue = new EncoderQueue<number>(max);
        for (const [id, what] of steps.entries()) {
          if (what === "next") queue.next();
          else if ("add" in what) queue.add(id, textsOf(id, what.add));
          else queue.remove(what.remove);
          assert.ok(queue.size <= max);
        }
        assert.equal(queue.size, drained(queue).length);
      },
    ),
  );
});

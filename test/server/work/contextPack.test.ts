import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { ContextSource } from "../../../protocol/context.ts";
import { packContext, type ContextCandidate } from "../../../server/work/contextPack.ts";
import { citationIn } from "./roundHarness.ts";

/** A token for each word, and one for the heading. */
const count = (text: string): number => text.split(/\s+/).filter((word) => word !== "").length;

type Kind = "round" | "code";
interface Made {
  readonly kind?: Kind;
  readonly value: number;
  readonly lines: number;
  readonly wordsPerLine?: number;
  readonly mayBeCut?: boolean;
}

function candidate(name: string, made: Made): ContextCandidate {
  const { kind = "code", value, lines, wordsPerLine = 10, mayBeCut = false } = made;
  const source: ContextSource =
    kind === "code"
      ? { kind, citation: citationIn(name) }
      : { kind, turnIds: [name], createdMs: 0 };
  const text = Array.from({ length: lines }, (_, line) =>
    [`${name}${line}`, ...Array.from({ length: wordsPerLine - 1 }, () => "w")].join(" "),
  ).join("\n");
  return { source, value, text, mayBeCut, block: (shown) => `#${name}\n${shown}` };
}

const packed = (candidates: readonly ContextCandidate[], maxTokens: number): string[] =>
  packContext(candidates, maxTokens, count).map(({ block, isCut }) => {
    const [head = ""] = block.split("\n");
    return isCut ? `${head} ${block.split("\n").length - 1}` : head;
  });

const packs: readonly {
  readonly name: string;
  readonly candidates: Readonly<Record<string, Made>>;
  readonly maxTokens: number;
  readonly packed: readonly string[];
}[] = [
  { name: "nothing", candidates: {}, maxTokens: 100, packed: [] },
  {
    name: "all that fits, in its own order",
    candidates: { a: { value: 0.1, lines: 3 }, b: { value: 1, lines: 3 } },
    maxTokens: 100,
    packed: ["#a", "#b"],
  },
  {
    name: "no room at all",
    candidates: { a: { value: 1, lines: 3, mayBeCut: true } },
    maxTokens: -5,
    packed: [],
  },
  {
    name: "what is worth more for its tokens",
    candidates: {
      a: { value: 1, lines: 30 },
      b: { value: 1, lines: 15 },
      c: { value: 1, lines: 14 },
    },
    maxTokens: 300,
    packed: ["#b", "#c"],
  },
  {
    name: "what is short is not better for it",
    candidates: { a: { value: 0.5, lines: 1 }, b: { value: 1, lines: 8 } },
    maxTokens: 85,
    packed: ["#b"],
  },
  {
    name: "whole lines of what does not fit",
    candidates: { a: { value: 1, lines: 30, mayBeCut: true } },
    maxTokens: 105,
    packed: ["#a 10"],
  },
  {
    name: "no beginning of next to nothing",
    candidates: { a: { value: 1, lines: 30, mayBeCut: true } },
    maxTokens: 25,
    packed: [],
  },
  {
    name: "half for code when rounds would take all",
    candidates: {
      a: { kind: "round", value: 3, lines: 30 },
      b: { kind: "round", value: 3, lines: 30 },
      c: { kind: "code", value: 0.1, lines: 30 },
    },
    maxTokens: 610,
    packed: ["#a", "#c"],
  },
];
for (const { name, candidates, maxTokens, packed: expected } of packs) {
  test(`a pack of ${maxTokens} tokens: ${name}`, () => {
    const made = Object.entries(candidates).map(([id, each]) => candidate(id, each));
    assert.deepEqual(packed(made, maxTokens), expected);
  });
}

test("rounds get no more than their share of the room, and only as much where nothing else is there", () => {
  const rounds = [0, 1, 2, 3].map((n) =>
    candidate(`r${n}`, { kind: "round", value: 1, lines: 5, mayBeCut: true }),
  );
  const code = candidate("code", { value: 0.1, lines: 10, mayBeCut: true });
  const heads = (candidates: readonly ContextCandidate[], maxConversation: number): string[] =>
    packContext(candidates, 200, count, maxConversation).map(
      ({ block }) => `${block.split("\n")[0]}`,
    );
  assert.deepEqual(heads([...rounds, code], 1), ["#r0", "#r1", "#r2", "#r3"]);
  assert.deepEqual(heads([...rounds, code], 0.3), ["#r0", "#code"]);
  assert.deepEqual(heads(rounds, 0.3), ["#r0"]);
  assert.deepEqual(heads([...rounds, code], 0), ["#code"]);
});

test("what others cover goes when they are in, and its tokens are used", () => {
  const a = candidate("a", { kind: "round", value: 1, lines: 5 });
  const b = candidate("b", { kind: "round", value: 0.01, lines: 5 });
  const line = { ...candidate("line", { kind: "round", value: 2, lines: 1 }), coveredBy: [a, b] };
  assert.deepEqual(packed([line, a, b], 60), ["#line"]);
  assert.deepEqual(packed([line, a, b], 200), ["#a", "#b"]);
});

test("whatever there is: never over the budget, only whole lines, each once and in order", () => {
  const made = fc.array(
    fc.record({
      kind: fc.constantFrom<Kind>("round", "code"),
      value: fc.double({ min: 0, max: 1, noNaN: true }),
      lines: fc.integer({ min: 0, max: 40 }),
      wordsPerLine: fc.integer({ min: 1, max: 50 }),
      mayBeCut: fc.boolean(),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(made, fc.integer({ min: -10, max: 2_000 }), (all, maxTokens) => {
      const candidates = all.map((each, idx) => candidate(`c${idx}`, each));
      const items = packContext(candidates, maxTokens, count);
      const sum = items.reduce((n, { nTokens }) => n + nTokens, 0);
      assert.ok(sum <= Math.max(0, maxTokens));
      const order = items.map((item) => candidates.indexOf(item.candidate));
      assert.deepEqual(
        order,
        [...new Set(order)].toSorted((a, b) => a - b),
      );
      for (const {
        candidate: { text: whole },
        text,
        block,
        nTokens,
        isCut,
      } of items) {
        assert.equal(nTokens, count(block));
        assert.equal(isCut, text !== whole);
        if (isCut) assert.ok(whole.startsWith(`${text}\n`));
      }
    }),
  );
});

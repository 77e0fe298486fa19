/** What the graph is given of a memory: names begin anew with each of its texts, and the same memory is prepared once. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { LmConfig } from "../../../server/lm/lmManifest.ts";
import { LmTokenizer } from "../../../server/lm/lmTokenizer.ts";
import { MemoryInputs, type MemoryTokens } from "../../../server/lm/memoryTokens.ts";
import { NameReader, nNames } from "../../../server/lm/names.ts";

const tokenizer = new LmTokenizer(new Uint32Array(), 260, "tokenizer.bin");
const names = NameReader.of(tokenizer);
const config: LmConfig = {
  ...{ vocabulary: 260, dModel: 8, nLayers: 3, nHeads: 2, nKvHeads: 2, dFfn: 8 },
  ...{ bankLayer: 1, dHead: 4, window: 64, conv: 4 },
};
const width = config.nKvHeads * config.dHead;

function memoryOf(text: string, spans?: MemoryTokens["spans"]): MemoryTokens {
  const ids = tokenizer.encode(Buffer.from(text));
  return {
    ids,
    keys: new Int8Array(ids.length * width),
    keyScales: new Float32Array(ids.length * config.nKvHeads),
    values: new Int8Array(ids.length * width),
    valueScales: new Float32Array(ids.length * config.nKvHeads),
    ...(spans === undefined ? {} : { spans }),
  };
}

describe("a memory's names", () => {
  const text = "get a.b cd";

  test("are those of one text when nothing says where another begins", () => {
    const { ids } = memoryOf(text);
    const { memory_names: found } = new MemoryInputs(config, names).of(memoryOf(text));
    assert.deepEqual(found, { data: names.namesOf(ids), shape: [ids.length, nNames] });
  });

  test("begin anew where a span does", () => {
    const { ids } = memoryOf(text);
    const spans = [{ from: 0 }, { from: 4 }, { from: 9 }];
    const { memory_names: found } = new MemoryInputs(config, names).of(memoryOf(text, spans));
    const expected = [ids.subarray(0, 4), ids.subarray(4, 9), ids.subarray(9)].flatMap((part) => [
      ...names.namesOf(part),
    ]);
    assert.deepEqual([...(found?.data ?? [])], expected);
    assert.notDeepEqual(expected, [...names.namesOf(ids)]);
  });
});

test("tokens come as the graph's whole numbers", () => {
  const { memory_ids: ids } = new MemoryInputs(config, names).of(memoryOf("\u0000a\u007f"));
  assert.deepEqual(ids, { data: BigInt64Array.of(0n, 97n, 127n), shape: [3] });
});

test("without a memory there is one token that nobody sees, without a name", () => {
  const inputs = new MemoryInputs(config, names);
  for (const nothing of [undefined, memoryOf("")]) {
    const { memory_bias: bias, memory_names: found } = inputs.of(nothing);
    assert.deepEqual(bias, { data: Float32Array.of(-1e4), shape: [1] });
    assert.deepEqual(found, { data: new Int32Array(nNames), shape: [1, nNames] });
  }
});

test("the same memory is prepared once, and another one anew", () => {
  const inputs = new MemoryInputs(config, names);
  const [one, other] = [memoryOf("one"), memoryOf("other")];
  const first = inputs.of(one);
  assert.equal(inputs.of(one), first);
  assert.deepEqual(inputs.of(other)["memory_ids"]?.shape, [5]);
  assert.deepEqual(inputs.of(undefined)["memory_ids"]?.shape, [1]);
  assert.deepEqual(inputs.of(one), first);
});

test("what is not this model's is refused, again each time", () => {
  const inputs = new MemoryInputs(config, names);
  const bad = { ...memoryOf("ab"), keys: new Int8Array(width) };
  for (let i = 0; i < 2; i++) assert.throws(() => inputs.of(bad), RangeError);
});

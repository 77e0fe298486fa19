import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkEncoding } from "../../../server/deep/chunkEncoding.ts";
import { threadEntry } from "../../../server/threads.ts";
import { openLm, trainedFolder } from "../lm/lmHarness.ts";
import { quietLog } from "../workspaceMemoryHarness.ts";

test("more chunks than the client lets wait are encoded one after the other, and closing ends those that wait", async () => {
  const model = await openLm(trainedFolder);
  const { manifest, tokenizer } = model.parts;
  await model.close();
  const encoding = new ChunkEncoding({
    ...{ manifest, folder: trainedFolder, entry: threadEntry("lmEncodeThread"), log: quietLog },
    maxWaiting: 1,
  });
  const tokens = tokenizer.encode(new TextEncoder().encode("const a = 1;"));
  const encoded = await Promise.all([1, 2, 3, 4].map(() => encoding.encode(tokens)));
  for (const { keys } of encoded) assert.deepEqual(keys, encoded[0]?.keys);
  const cut = [1, 2, 3].map(() => encoding.encode(tokens));
  const ends = Promise.all(cut.map((one) => assert.rejects(one, { name: "AbortError" })));
  await Promise.all([encoding.close(), ends]);
});

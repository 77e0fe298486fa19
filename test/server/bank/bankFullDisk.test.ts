/** A disk that gets full at any moment: the bank says so, stays as it was, and goes on when there is room. */
import assert from "node:assert/strict";
import { syncBuiltinESMExports } from "node:module";
import path from "node:path";
import { describe, test, type TestContext } from "node:test";
import { limitDisk } from "../../fixtures/fullDisk.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import {
  asQuery,
  filesWith,
  makeChunks,
  openBank,
  putFile,
  recalled,
  settle,
  tokenBytes,
  VectorSource,
} from "./bankHarness.ts";

const fs = process.getBuiltinModule("node:fs");
const all = { nBlocks: 128, neighbourShare: 0 } as const;

/** Lets the disk take so many more bytes, then half of what it is given, then none. Returns what makes room again. */
function fillDisk(t: TestContext, roomBytes: number): () => void {
  const { writeSync } = fs;
  let room = roomBytes;
  const limited = (handle: number, bytes: Uint8Array, from = 0, n = bytes.length, at?: number) => {
    if (room <= 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const taken = Math.min(n, room);
    room -= taken;
    return writeSync(handle, bytes, from, taken, at);
  };
  const { mock } = t.mock.method(fs, "writeSync", limited as typeof fs.writeSync);
  syncBuiltinESMExports();
  return () => {
    mock.restore();
    syncBuiltinESMExports();
  };
}

describe("a file that is put on a full disk is not taken", () => {
  const failures: Readonly<Record<string, (t: TestContext) => () => void>> = {
    "when no byte fits": (t) => fillDisk(t, 0),
    "in the middle of a record": (t) => fillDisk(t, 100_000),
    "between two segments": (t) => fillDisk(t, 200_000),
    "when the catalogue cannot grow": () => {
      limitDisk({ pages: 1 });
      return () => limitDisk({});
    },
    "when the transaction begins": () => {
      limitDisk({ refused: /^BEGIN/ });
      return () => limitDisk({});
    },
    "when the transaction ends": () => {
      limitDisk({ refused: /^COMMIT/ });
      return () => limitDisk({});
    },
  };
  for (const [name, fill] of Object.entries(failures))
    test(name, async (t) => {
      using folder = temporaryFolder();
      const options = { segmentBytes: 150_000, nShortTerm: 6 };
      let store = await openBank(folder.path, options);
      const source = new VectorSource(50);
      putFile(store, "kept", makeChunks(source, "kept", 2));
      const query = [asQuery(source.next())];
      const answer = (): unknown => {
        const blocks = recalled(store, query, all);
        return { blocks, tokens: store.tokensOf(blocks), files: store.files() };
      };
      const before = answer();
      const chunks = makeChunks(source, "more", 40);
      const makeRoom = fill(t);
      assert.deepEqual(store.put("more", "hash", chunks), { kind: "diskFull" });
      makeRoom();
      assert.deepEqual(answer(), before);
      for (const chunk of chunks) assert.deepEqual(filesWith(folder.path, tokenBytes(chunk)), []);
      putFile(store, "more", chunks);
      const after = answer();
      store.close();
      store = await openBank(folder.path, options);
      assert.deepEqual(answer(), after);
      assert.deepEqual(store.missing(), []);
      store.close();
    });
});

test("a file that is deleted on a full disk stays, and can be deleted later", async () => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const source = new VectorSource(51);
  putFile(store, "f", makeChunks(source, "f", 2));
  limitDisk({ refused: /^COMMIT/ });
  assert.deepEqual(store.remove("f"), { kind: "diskFull" });
  assert.equal(recalled(store, [asQuery(source.next())], all).length, 8);
  limitDisk({});
  assert.deepEqual(store.remove("f"), { kind: "done" });
  store.close();
});

test("a segment that cannot be rewritten stays, and is rewritten later", async (t) => {
  using folder = temporaryFolder();
  const store = await openBank(folder.path);
  const source = new VectorSource(52);
  for (const name of ["a", "b", "c"]) putFile(store, name, makeChunks(source, name, 2));
  store.remove("a");
  const { bytes } = store.status();
  const query = [asQuery(source.next())];
  const before = recalled(store, query, all);
  const makeRoom = fillDisk(t, 70_000);
  assert.deepEqual(await store.upkeep(1000), { more: true, diskFull: true });
  assert.equal(store.compact(), false);
  makeRoom();
  assert.equal(store.tokensOf(before).ids.length, 4 * 232);
  await settle(store);
  assert.ok(store.status().bytes < bytes - 100_000);
  assert.deepEqual(recalled(store, query, all), before);
  assert.deepEqual(store.tokensOf(before).lost, []);
  store.close();
});

test("a damaged record that is found on a full disk can be put again when there is room", async () => {
  using folder = temporaryFolder();
  const source = new VectorSource(54);
  const chunks = makeChunks(source, "f", 2);
  let store = await openBank(folder.path, { nShortTerm: 0 });
  putFile(store, "f", chunks);
  const segment = path.join(folder.path, "segment-1.bank");
  const bytes = fs.readFileSync(segment);
  bytes[5000] = (bytes[5000] as number) ^ 1;
  fs.writeFileSync(segment, bytes);
  limitDisk({ refused: /^BEGIN/ });
  const query = [asQuery(source.next())];
  assert.equal(store.tokensOf(recalled(store, query, all)).lost.length, 4);
  assert.equal(store.nLost, 1);
  limitDisk({});
  putFile(store, "f", chunks);
  const after = recalled(store, query, all);
  assert.equal(after.length, 8);
  store.close();
  store = await openBank(folder.path, { nShortTerm: 0 });
  assert.deepEqual(store.missing(), []);
  assert.deepEqual(recalled(store, query, all), after);
  assert.deepEqual(store.tokensOf(after).lost, []);
  store.close();
});

test("what cannot be erased now is erased later", async (t) => {
  using folder = temporaryFolder();
  const source = new VectorSource(53);
  const chunks = makeChunks(source, "f", 2);
  let store = await openBank(folder.path);
  putFile(store, "f", chunks);
  putFile(store, "g", makeChunks(source, "g", 1));
  const makeRoom = fillDisk(t, 0);
  assert.deepEqual(store.remove("f"), { kind: "done" });
  store.close();
  assert.equal(filesWith(folder.path, tokenBytes(chunks[1] ?? assert.fail())).length, 1);
  makeRoom();
  store = await openBank(folder.path);
  for (const chunk of chunks) assert.deepEqual(filesWith(folder.path, tokenBytes(chunk)), []);
  store.close();
});

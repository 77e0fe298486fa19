/** Search by meaning on a real memory, with a model of a few dozen words (test/server/model/fixtureModel.ts). */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import type { RootStatus, SearchResult } from "../../../protocol/types.ts";
import { temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { fixtureModel } from "../model/fixtureModel.ts";
import { openMemory, workspace, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const files = {
  "src/store.ts": "export function evictOldest(limit: number): void {\n  trim(limit);\n}\n",
  "src/shop.ts":
    "export function invoiceTotal(lines: number[]): number {\n  return lines.length;\n}\n",
  "src/gate.ts":
    "export function authenticate(name: string): boolean {\n  return name !== '';\n}\n",
  "src/list.ts":
    "export function rankEntries(entries: string[]): string[] {\n  return entries.toSorted();\n}\n",
};
/** Shares no word with `src/store.ts`. */
const question = "When is a picture thrown away?";

/** A folder without a model in it. */
const nowhere = "/nonexistent/model";

function ask(opened: OpenedMemory, query = question): Promise<SearchResult> {
  return opened.recaller.search({ query, limit: 10 }, AbortSignal.timeout(60_000));
}

function pathsOf({ recalls }: SearchResult): string[] {
  return recalls.map(({ citation }) => citation.path);
}

async function settledRoot(opened: OpenedMemory): Promise<RootStatus> {
  return (await opened.settled()).roots[0] as RootStatus;
}

/** Reads the store beside the memory: the model, and the number of each content's embeddings by its hash. */
function stored({ storeFile }: OpenedMemory): {
  model: string;
  embeddings: Record<string, number>;
} {
  const database = new DatabaseSync(storeFile, { readOnly: true });
  try {
    const model = database.prepare("SELECT value FROM meta WHERE key = 'embeddingModel'").get();
    const rows = database.prepare("SELECT CAST(hash AS TEXT) AS hash, embedding FROM blob").all();
    return {
      model: String(model?.["value"]),
      embeddings: Object.fromEntries(
        rows.map((row) => [String(row["hash"]), Number(row["embedding"])]),
      ),
    };
  } finally {
    database.close();
  }
}

describe("a question that shares no word with its answer", () => {
  test("finds it by meaning", async () => {
    using place = workspace(files);
    await using opened = await openMemory(place.folder, place.storeDir);
    const { nChunks, nEmbedded, notices } = await settledRoot(opened);
    assert.deepEqual([nChunks, nEmbedded, notices], [4, 4, []]);
    const result = await ask(opened);
    assert.equal(pathsOf(result)[0], "src/store.ts");
    assert.ok(result.tiers.includes("meaning"));
    const reason = result.recalls[0]?.reasons.find(({ kind }) => kind === "meaning");
    assert.match(reason?.detail ?? "", /^similarity 0\.\d\d, place 1 by meaning$/);
    const { meaning, stages } = result.trace;
    assert.equal(meaning?.state, "used");
    assert.deepEqual([meaning?.nEmbedded, meaning?.nChunks], [4, 4]);
    assert.ok((meaning?.memoryBytes ?? 0) > 0);
    assert.deepEqual(
      stages
        .filter(({ name }) => name === "words" || name === "meaning")
        .map(({ name, nCandidates }) => [name, nCandidates]),
      [
        ["words", 0],
        ["meaning", 1],
      ],
    );
  });

  test("does not find it without a model, and says why", async () => {
    using place = workspace(files);
    await using opened = await openMemory(place.folder, place.storeDir, { modelFolder: nowhere });
    const { nEmbedded, notices } = await settledRoot(opened);
    assert.equal(nEmbedded, 0);
    const notice = {
      kind: "modelUnavailable",
      model: "static",
      cause: "missing",
      file: "manifest.json",
    };
    assert.deepEqual(notices, [notice]);
    const result = await ask(opened);
    assert.deepEqual(pathsOf(result), []);
    assert.deepEqual(result.tiers, ["lexical", "symbols"]);
    assert.equal(result.trace.meaning?.state, "unavailable");
    assert.equal(pathsOf(await ask(opened, "evictOldest"))[0], "src/store.ts");
  });
});

test("a question without words is not searched for by meaning", async () => {
  using place = workspace(files);
  await using opened = await openMemory(place.folder, place.storeDir);
  await opened.settled();
  for (const query of ["", "?!", "\u0000\u0001"]) {
    const { recalls, trace } = await ask(opened, query);
    assert.deepEqual(
      [recalls.length, trace.meaning?.state],
      [0, "notAsked"],
      JSON.stringify(query),
    );
  }
});

test("text that changed since it was remembered is judged as it is now", async () => {
  using place = workspace(files);
  await using opened = await openMemory(place.folder, place.storeDir);
  await opened.settled();
  await opened.memory.pause();
  writeTree(place.folder, {
    "src/store.ts": "export function invoicePrice(): number {\n  return 1;\n}\n",
  });
  const strengthOf = async (query: string): Promise<number> => {
    const { recalls } = await ask(opened, query);
    const changed = recalls.find(({ citation }) => citation.path === "src/store.ts");
    return changed?.reasons.find(({ kind }) => kind === "meaning")?.weight ?? 0;
  };
  assert.ok((await strengthOf(question)) < 0.05);
  assert.ok((await strengthOf("cost of src/store.ts")) > 0.1);
});

test("embeddings by another model are computed again, without chunking anew", async () => {
  using place = workspace(files);
  using other = temporaryFolder();
  writeTree(other.path, fixtureModel("2"));
  await using first = await openMemory(place.folder, place.storeDir);
  await first.settled();
  const before = stored(first);
  await first.memory.close();
  await using second = await openMemory(place.folder, place.storeDir, { modelFolder: other.path });
  const { nEmbedded } = await settledRoot(second);
  const after = stored(second);
  assert.equal(nEmbedded, 4);
  assert.match(before.model, /^fixture@1#/);
  assert.match(after.model, /^fixture@2#/);
  assert.deepEqual(Object.keys(after.embeddings).sort(), Object.keys(before.embeddings).sort());
  const old = new Set(Object.values(before.embeddings));
  assert.ok(Object.values(after.embeddings).every((embedding) => !old.has(embedding)));
  assert.equal(pathsOf(await ask(second))[0], "src/store.ts");
});

test("what was remembered without a model gets its embeddings when there is one", async () => {
  using place = workspace(files);
  await using first = await openMemory(place.folder, place.storeDir, { modelFolder: nowhere });
  await first.settled();
  await first.memory.close();
  await using second = await openMemory(place.folder, place.storeDir);
  assert.equal((await settledRoot(second)).nEmbedded, 4);
  assert.equal(pathsOf(await ask(second))[0], "src/store.ts");
});

test("a missing model costs the embeddings nothing", async () => {
  using place = workspace(files);
  await using first = await openMemory(place.folder, place.storeDir);
  await first.settled();
  const before = stored(first);
  await first.memory.close();
  await using second = await openMemory(place.folder, place.storeDir, { modelFolder: nowhere });
  await second.settled();
  assert.deepEqual(pathsOf(await ask(second)), []);
  assert.deepEqual(stored(second), before);
});

test("going back to a branch embeds nothing again", async () => {
  using place = workspace(files);
  await using opened = await openMemory(place.folder, place.storeDir);
  await opened.settled();
  const before = stored(opened).embeddings;
  opened.write({
    "src/store.ts": "export const nothing = 1;\n",
    "src/new.ts": "export const more = 2;\n",
  });
  await opened.settled();
  assert.notEqual(pathsOf(await ask(opened))[0], "src/store.ts", "content of the other branch");
  opened.write(files);
  await opened.settled();
  const after = stored(opened).embeddings;
  for (const [hash, embedding] of Object.entries(before)) assert.equal(after[hash], embedding);
  assert.equal(Object.keys(after).length, Object.keys(before).length + 2);
  assert.equal(pathsOf(await ask(opened))[0], "src/store.ts");
});

test("files that are made exact during a question keep their meaning", async () => {
  using place = workspace(files);
  await using opened = await openMemory(place.folder, place.storeDir);
  await opened.settled(false);
  const { recalls } = await ask(opened);
  assert.equal(recalls[0]?.citation.path, "src/store.ts");
});

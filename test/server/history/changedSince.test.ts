import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import xxhash from "xxhash-wasm";
import type { ChangedFile, ChangedParams } from "../../../protocol/changed.ts";
import {
  changedSince,
  seenNow,
  type ChangedContext,
} from "../../../server/history/changedSince.ts";
import { VersionCache } from "../../../server/history/definitionVersions.ts";
import { SeenStore } from "../../../server/history/seenStore.ts";
import { createSyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import { createNodeFileSystem } from "../../../server/nodePorts.ts";
import { grammarFolderUrl } from "../../../server/threads.ts";
import { git, temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { begin, commit } from "./repositories.ts";

const syntax = await createSyntaxChunker(fileURLToPath(grammarFolderUrl()));
const hasher = await xxhash();

function contextOf(folder: string): ChangedContext {
  return {
    folder,
    rules: {
      ...{ files: createNodeFileSystem(), exclude: ["secret"], include: [] },
      maxFileBytes: 1_000_000,
    },
    ...{ syntax, versions: new VersionCache(), hashText: (text) => hasher.h64ToString(text) },
    ...{ nowMs: () => 1_000, signal: new AbortController().signal },
  };
}

async function changed(
  folder: string,
  seen: SeenStore,
  since: ChangedParams["since"],
): Promise<readonly ChangedFile[] | string> {
  const outcome = await changedSince(contextOf(folder), seen, { since, limit: 100 });
  return outcome?.kind === "changed" ? outcome.files : (outcome?.kind ?? "failed");
}

/** `path change` with `change container.name` of each definition. */
function told(files: readonly ChangedFile[] | string): readonly string[] | string {
  if (typeof files === "string") return files;
  return files.flatMap(({ path: at, change, definitions }) => [
    `${at} ${change}`,
    ...definitions.map(
      ({ name, container, change: how }) =>
        `  ${how} ${container === "" ? name : `${container}.${name}`}`,
    ),
  ]);
}

const before =
  "/** Old. */\nexport function spoken() {\n  return 1;\n}\nexport class Pool {\n  load(n: number) {\n    return n;\n  }\n  gone() {\n    return 0;\n  }\n  same() {\n    return 5;\n  }\n}\n";
const after =
  "/** New. */\nexport function spoken() {\n  return 1;\n}\nexport class Pool {\n  load(n: string) {\n    return n;\n  }\n  same() {\n      return   5;\n  }\n  fresh() {\n    return 9;\n  }\n}\n";

test("since a commit: definitions that came, went or changed, and nothing of mere layout or hidden files", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  commit(root, "one", {
    "a.ts": before,
    "moved.py": "def f():\n    return 1\n",
    "old.c": "int o(void) {\n  return 1;\n}\n",
    "secret/a.ts": "export const a = 1;\n",
  });
  git(root, ["tag", "v1"]);
  git(root, ["mv", "moved.py", "there.py"]);
  commit(root, "two", {
    "a.ts": after,
    "new.ts": "export function made() {\n  return 1;\n}\n",
    "old.c": undefined,
    "secret/a.ts": "export const a = 2;\n",
  });
  const seen = new SeenStore(path.join(folder.path, "seen.sqlite"));
  try {
    const files = await changed(root, seen, { at: "v1" });
    assert.deepEqual(told(files), [
      "a.ts changed",
      "  comment spoken",
      "  signature Pool.load",
      "  added Pool.fresh",
      "  removed Pool.gone",
      "new.ts added",
      "  added made",
      "old.c deleted",
      "  removed o",
      "there.py renamed",
    ]);
    const fresh = (files as readonly ChangedFile[])[0]?.definitions.find(
      ({ name }) => name === "fresh",
    );
    assert.deepEqual(fresh?.lines, { startLine: 11, endLine: 14 });
    assert.equal(await changed(root, seen, { at: "v9" }), "unknownSince");
  } finally {
    seen.close();
  }
});

test("looks: the first one tells nothing, and each later one what came since the one before", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const seen = new SeenStore(path.join(folder.path, "seen.sqlite"));
  try {
    assert.equal(await changed(root, seen, "look"), "unknownSince");
    commit(root, "one", { "a.ts": before });
    assert.equal(await changed(root, seen, "look"), "noLook");
    assert.deepEqual(told(await changed(root, seen, "look")), []);
    commit(root, "two", { "b.ts": "export function made() {\n  return 1;\n}\n" });
    assert.deepEqual(told(await changed(root, seen, "look")), ["b.ts added", "  added made"]);
    assert.deepEqual(told(await changed(root, seen, "look")), []);
  } finally {
    seen.close();
  }
});

test("files: each is compared with what it was when it was looked at, committed or not", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const file = path.join(folder.path, "seen.sqlite");
  begin(root);
  writeTree(root, { "a.ts": before, "b.ts": before, "secret/a.ts": before });
  const first = new SeenStore(file);
  assert.equal(await changed(root, first, "files"), "noLook");
  for (const name of ["a.ts", "b.ts"]) {
    const mark = await seenNow(contextOf(root), name);
    assert.ok(mark);
    first.mark(mark);
  }
  assert.equal(await seenNow(contextOf(root), "secret/a.ts"), undefined);
  assert.equal(await seenNow(contextOf(root), "../root/a.ts"), undefined);
  symlinkSync(file, path.join(root, "link.ts"));
  assert.equal(await seenNow(contextOf(root), "link.ts"), undefined);
  first.close();
  const seen = new SeenStore(file);
  try {
    assert.deepEqual(told(await changed(root, seen, "files")), []);
    writeTree(root, { "a.ts": after, "c.ts": before });
    assert.deepEqual(told(await changed(root, seen, "files")), [
      "a.ts changed",
      "  comment spoken",
      "  signature Pool.load",
      "  added Pool.fresh",
      "  removed Pool.gone",
    ]);
    const again = await seenNow(contextOf(root), "a.ts");
    if (again !== undefined) seen.mark(again);
    assert.deepEqual(told(await changed(root, seen, "files")), []);
    assert.ok(!JSON.stringify(seen.files()).includes("return"));
  } finally {
    seen.close();
  }
});

/** The encoder as part of a memory: shipped, not shipped, unusable; what the status says, and how it all ends. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import * as esbuild from "esbuild";
import { bundleOptions, presentBundles } from "../../scripts/bundles.ts";
import type { Notice } from "../../protocol/notices.ts";
import type { MemoryStatus, SearchResult } from "../../protocol/types.ts";
import type { SearchHow } from "../../server/services.ts";
import { temporaryFolder, writeTree, type TemporaryFolder } from "./ingest/treesOnDisk.ts";
import { OpenedEncoder, patience, tokenizer } from "./model/encoderHarness.ts";
import {
  embeddingByHand,
  fixtureEncoder,
  fixtureRerank,
  notANumber,
} from "./model/fixtureEncoder.ts";
import type { FixtureFiles } from "./model/fixtureModel.ts";
import { openMemory, statusWhere, workspace, type OpenedMemory } from "./workspaceMemoryHarness.ts";

function folderOf(files: FixtureFiles): TemporaryFolder {
  const folder = temporaryFolder();
  writeTree(folder.path, files);
  return folder;
}

const files = {
  "a.ts": "export function price(): number {\n  return 1;\n}\n",
  "shop/b.ts": "export function cost(price: number): number {\n  return price + 1;\n}\n",
  "shop/till/c.ts": "export function till(price: number): number {\n  return price * 2;\n}\n",
  "d.ts": "export const drawer = { price: 3 };\n",
};
const names = { "a.ts": "price", "shop/b.ts": "cost", "shop/till/c.ts": "till", "d.ts": "drawer" };

/** A memory of some files with an encoder of these files. */
async function withEncoder(
  encoderFiles: FixtureFiles,
  use: (opened: OpenedMemory) => Promise<void>,
): Promise<void> {
  using tree = workspace(files);
  using encoder = folderOf(encoderFiles);
  await using opened = await openMemory(tree.folder, tree.storeDir, {
    encoderFolder: encoder.path,
    // Without it the places are first ranked by hand, which the tests can ask for too.
    rankerFolder: path.join(tree.folder, "none"),
    logLevel: "off",
  });
  await opened.settled();
  await use(opened);
}

function search(opened: OpenedMemory, how?: SearchHow): Promise<SearchResult> {
  return opened.recaller.search({ query, limit: 10, neighbours: false }, patience(), how);
}
const query = "price";

/** Asks until the encoder is not late: a thread that starts is at first. */
async function searchInTime(opened: OpenedMemory): Promise<SearchResult> {
  let result: SearchResult;
  do result = await search(opened);
  while (result.trace.reread?.state === "late");
  return result;
}

/** What the status says of the encoder. */
function told({ roots }: MemoryStatus): Notice[] {
  return roots
    .flatMap(({ notices }) => notices)
    .filter((notice) => notice.kind === "modelUnavailable" && notice.model === "encoder");
}

describe("a memory", () => {
  test("with an encoder puts its best places in the order that the similarities give", () =>
    withEncoder(fixtureEncoder(), async (opened) => {
      const { weight, candidates } = fixtureRerank;
      const before = (await search(opened, { ranking: "byHand" })).recalls;
      assert.equal(before.length, Object.keys(files).length);
      const { recalls, trace } = await searchInTime(opened);
      assert.deepEqual(trace.reread, { state: "used", nPlaces: candidates });
      assert.ok(trace.stages.some(({ name }) => name === "reread"));
      const read = before.slice(0, candidates).map(({ citation, score }) => {
        const path = citation.path as keyof typeof files;
        const similarity = similarityByHand(`${path}\n${names[path]}\n${files[path]}`);
        return { path, score, similarity };
      });
      const least = Math.min(...read.map(({ similarity }) => similarity));
      const expected = [
        ...read
          .map(({ path, score, similarity }) => ({
            path: path as string,
            score: score + weight * (similarity - least),
          }))
          .sort((a, b) => b.score - a.score),
        ...before.slice(candidates).map(({ citation: { path }, score }) => ({ path, score })),
      ];
      assert.deepEqual(
        recalls.map(({ citation }) => citation.path),
        expected.map(({ path }) => path),
      );
      for (const [i, { score, reasons }] of recalls.entries()) {
        assert.ok(Math.abs(score - (expected[i]?.score as number)) < 1e-4);
        const total = reasons.reduce((sum, reason) => sum + reason.weight, 0);
        assert.ok(Math.abs(total - score) < 0.05, "the reasons add up to the score");
        const isRead = reasons.some(({ detail }) => detail.endsWith("when read again"));
        assert.equal(isRead, i < candidates);
      }
      assert.notDeepEqual(
        recalls.map(({ citation }) => citation.path),
        before.map(({ citation }) => citation.path),
        "the fixture's similarities change the order",
      );
      assert.deepEqual(told(opened.memory.status()), []);
    }));

  test("reads nothing again when it is asked to go without", () =>
    withEncoder(fixtureEncoder(), async (opened) => {
      for (const ranking of ["words", "meaning", "byHand"] as const)
        assert.equal((await search(opened, { ranking })).trace.reread, undefined);
      const { trace } = await opened.recaller.search({ query: " ", limit: 5 }, patience());
      assert.equal(trace.reread, undefined);
    }));

  test("without an encoder says nothing of it, and finds what it found", () =>
    withEncoder({}, async (opened) => {
      const { recalls, trace } = await search(opened);
      assert.equal(trace.reread, undefined);
      assert.ok(trace.stages.every(({ name }) => name !== "reread"));
      assert.deepEqual(recalls, (await search(opened, { ranking: "byHand" })).recalls);
      assert.deepEqual(told(opened.memory.status()), []);
    }));

  test("with one of another version says so from the start, and finds what it found", () =>
    withEncoder(fixtureEncoder({ manifest: { format: 9 } }), async (opened) => {
      const cause = "otherFormat";
      const notice = { kind: "modelUnavailable", model: "encoder", cause, file: "manifest.json" };
      assert.deepEqual(told(opened.memory.status()), [notice]);
      const { recalls, trace } = await search(opened);
      assert.deepEqual(trace.reread, { state: "unavailable", nPlaces: 0 });
      assert.deepEqual(recalls, (await search(opened, { ranking: "byHand" })).recalls);
      assert.deepEqual(told(opened.memory.status()), [notice]);
    }));

  test("with one that fails says so from then on, also to listeners", () =>
    withEncoder(fixtureEncoder(notANumber), async (opened) => {
      assert.deepEqual(told(opened.memory.status()), []);
      const heard = statusWhere(opened, (status) => told(status).length > 0);
      const { recalls, trace } = await searchInTime(opened);
      assert.equal(trace.reread?.state, "unavailable");
      assert.deepEqual(recalls, (await search(opened, { ranking: "byHand" })).recalls);
      const notice = { kind: "modelUnavailable", model: "encoder", cause: "output" };
      assert.deepEqual(told(await heard), [{ ...notice, file: "graph.onnx" }]);
    }));

  test("without a language model does not tell of two", async () => {
    using tree = workspace(files);
    using encoder = folderOf(fixtureEncoder());
    await using opened = await openMemory(tree.folder, tree.storeDir, {
      modelFolder: path.join(tree.folder, "none"),
      encoderFolder: encoder.path,
    });
    await opened.settled();
    assert.deepEqual(told(opened.memory.status()), []);
    assert.equal((await search(opened)).trace.reread, undefined);
  });
});

function similarityByHand(text: string): number {
  const question = embeddingByHand([...tokenizer.firstTokens(query, 12)]);
  return embeddingByHand([...tokenizer.firstTokens(text, 24)]).reduce(
    (sum, value, d) => sum + value * (question[d] as number),
    0,
  );
}

describe("the native runtime", () => {
  const installed = fileURLToPath(new URL("../../node_modules", import.meta.url));
  const bindings = `bin/napi-v6/${process.platform}/${process.arch}`;

  /** The thread as it is shipped, in a folder of its own with what `prepare` puts beside it. */
  async function faultWith(prepare: (modules: string) => void): Promise<string | undefined> {
    using folder = temporaryFolder();
    const bundle = presentBundles().find(({ to }) => to.endsWith("/encoderThread.mjs"));
    assert.ok(bundle !== undefined);
    const entry = path.join(folder.path, "encoderThread.mjs");
    await esbuild.build({ ...bundleOptions(bundle, false), outfile: entry });
    prepare(path.join(folder.path, "node_modules"));
    await using encoder = new OpenedEncoder(fixtureEncoder(), { entry: pathToFileURL(entry) });
    const { kind } = await encoder.embed(["retry"]);
    assert.equal(kind, encoder.faults.length === 0 ? "embedded" : "unavailable");
    return encoder.faults[0] && `${encoder.faults[0].kind} ${encoder.faults[0].detail}`;
  }

  function copy(modules: string, withBindings: boolean): void {
    for (const name of ["onnxruntime-node", "onnxruntime-common"])
      for (const part of ["package.json", "dist"])
        cpSync(path.join(installed, name, part), path.join(modules, name, part), {
          recursive: true,
        });
    if (!withBindings) return;
    const from = path.join(installed, "onnxruntime-node", bindings);
    cpSync(from, path.join(modules, "onnxruntime-node", bindings), { recursive: true });
  }

  test("is found beside the bundle", async () => {
    assert.equal(await faultWith((modules) => copy(modules, true)), undefined);
  });

  test("may not be there", async () => {
    assert.equal(await faultWith(() => undefined), "runtime ERR_MODULE_NOT_FOUND");
  });

  test("may not be there for this platform", async () => {
    assert.equal(await faultWith((modules) => copy(modules, false)), "runtime MODULE_NOT_FOUND");
  });

  test("may be damaged", async () => {
    const fault = await faultWith((modules) => {
      copy(modules, false);
      const folder = path.join(modules, "onnxruntime-node", bindings);
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, "onnxruntime_binding.node"), "no library");
    });
    assert.equal(fault, "runtime ERR_DLOPEN_FAILED");
  });
});

describe("a process that embeds ends", () => {
  const script = fileURLToPath(new URL("../fixtures/encodingProcess.ts", import.meta.url));

  for (const how of ["orderly", "at once", "by itself"])
    test(how, async () => {
      using encoder = folderOf(fixtureEncoder());
      const child = spawn(process.execPath, [script, encoder.path, how], {
        stdio: ["ignore", "pipe", "pipe"],
      });
      let errors = "";
      child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
      child.stdout.resume();
      const [code, signal] = (await once(child, "close")) as [number | null, string | null];
      assert.deepEqual({ code, signal, errors }, { code: 7, signal: null, errors: "" });
    });
});

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
import { assembleRecall } from "../../server/assembly.ts";
import { temporaryFolder, writeTree, type TemporaryFolder } from "./ingest/treesOnDisk.ts";
import { OpenedEncoder, patience } from "./model/encoderHarness.ts";
import { fixtureEncoder, notANumber } from "./model/fixtureEncoder.ts";
import type { FixtureFiles } from "./model/fixtureModel.ts";
import { fixtureModelFolder, openMemory, quietLog, workspace } from "./workspaceMemoryHarness.ts";

function folderOf(files: FixtureFiles): TemporaryFolder {
  const folder = temporaryFolder();
  writeTree(folder.path, files);
  return folder;
}

describe("a memory", () => {
  /** Asks once, and returns how that ended and what the status says then. */
  async function ask(
    files: FixtureFiles,
  ): Promise<{ states: string[]; before: Notice[]; after: Notice[] }> {
    using tree = workspace({ "a.ts": "export const price = 1;\n" });
    using encoder = folderOf(files);
    const parts = await assembleRecall(quietLog, {
      modelFolder: fixtureModelFolder,
      encoderFolder: encoder.path,
      logLevel: "off",
    });
    try {
      const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };
      const root = { id: "root", folder: tree.folder, name: "root" };
      await parts.memory.open(tree.storeDir, [root], settings, true);
      const notices = (): Notice[] => parts.memory.status().roots.flatMap((each) => each.notices);
      const before = notices();
      const states: string[] = [];
      // A thread that starts is late at first.
      do {
        parts.reranker.prepare();
        const { state } = await parts.reranker.similarities("price", ["cost"], patience());
        if (states.at(-1) !== state) states.push(state);
      } while (states.at(-1) === "late");
      return { states, before, after: notices() };
    } finally {
      await parts.memory.close();
    }
  }

  test("with an encoder uses it, as soon as its thread has started", async () => {
    const { states, before, after } = await ask(fixtureEncoder());
    assert.equal(states.at(-1), "used");
    assert.deepEqual([...before, ...after], []);
  });

  test("without one says nothing of it", async () => {
    assert.deepEqual(await ask({}), { states: ["off"], before: [], after: [] });
  });

  test("with one of another version says so from the start", async () => {
    const { states, before, after } = await ask(fixtureEncoder({ manifest: { format: 9 } }));
    const notice = { kind: "modelUnavailable", model: "encoder", cause: "otherFormat", file: "manifest.json" };
    assert.deepEqual(
      { states, before, after },
      {
        states: ["unavailable"],
        before: [notice],
        after: [notice],
      },
    );
  });

  test("with one that fails says so from then on", async () => {
    const { states, before, after } = await ask(fixtureEncoder(notANumber));
    assert.equal(states.at(-1), "unavailable");
    assert.deepEqual(before, []);
    assert.deepEqual(after, [{ kind: "modelUnavailable", model: "encoder", cause: "output", file: "graph.onnx" }]);
  });

  test("without a language model does not tell of two", async () => {
    using tree = workspace({});
    using encoder = folderOf(fixtureEncoder());
    await using opened = await openMemory(tree.folder, tree.storeDir, {
      modelFolder: path.join(tree.folder, "none"),
      encoderFolder: encoder.path,
    });
    const notices = opened.memory.status().roots.flatMap((each) => each.notices);
    assert.deepEqual(
      notices.map(({ kind }) => kind),
      ["modelUnavailable"],
    );
  });
});

test("listeners hear of an encoder that fails", async () => {
  using tree = workspace({});
  using encoder = folderOf(fixtureEncoder(notANumber));
  const parts = await assembleRecall(quietLog, {
    modelFolder: fixtureModelFolder,
    encoderFolder: encoder.path,
    logLevel: "off",
  });
  const root = { id: "root", folder: tree.folder, name: "root" };
  const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };
  await parts.memory.open(tree.storeDir, [root], settings, true);
  const told = new Promise<readonly Notice[]>((resolve) =>
    parts.memory.onStatusChanged(({ roots }) => {
      const notices = roots.flatMap((each) => each.notices);
      if (notices.length > 0) resolve(notices);
    }),
  );
  parts.reranker.prepare();
  let state: string;
  do ({ state } = await parts.reranker.similarities("price", ["cost"], patience()));
  while (state === "late");
  assert.equal(state, "unavailable");
  assert.deepEqual(
    (await told).map(({ kind }) => kind),
    ["encoderUnavailable"],
  );
  await parts.memory.close();
});

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

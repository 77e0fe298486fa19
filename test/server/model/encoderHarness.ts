/** Encoders for tests: real threads and the real runtime, with files in a temporary folder. */
import assert from "node:assert/strict";
import { setEnvironmentData } from "node:worker_threads";
import { loadEncoder } from "../../../server/encoderParts.ts";
import {
  EncoderClient,
  type EmbedOutcome,
  type EncoderClientOptions,
} from "../../../server/model/encoderClient.ts";
import {
  loadEncoderManifest,
  type EncoderManifestOutcome,
} from "../../../server/model/encoderManifest.ts";
import type { ModelFault } from "../../../server/model/modelFault.ts";
import { modelFolder } from "../../../server/model/modelFolder.ts";
import type { EncoderParts } from "../../../server/model/staticEncoder.ts";
import { Tokenizer } from "../../../server/model/tokenizer.ts";
import { threadEntry } from "../../../server/threads.ts";
import { temporaryFolder, writeTree } from "../ingest/treesOnDisk.ts";
import { fixtureModelFolder, quietLog } from "../workspaceMemoryHarness.ts";
import type { FixtureFiles } from "./fixtureModel.ts";

const loaded = loadEncoder(fixtureModelFolder);
assert.equal(loaded.kind, "ready");
/** The static model of the fixture, whose tokens its encoder reads. */
export const { parts } = loaded as { parts: EncoderParts };
export const tokenizer = new Tokenizer(parts);

/** Longest wait for what must come; only a failing test waits so long. */
export const patience = (): AbortSignal => AbortSignal.timeout(60_000);

/** What became of an encoder's manifest in a folder of its own. */
export function manifestOutcome(files: FixtureFiles): EncoderManifestOutcome {
  using folder = temporaryFolder();
  writeTree(folder.path, files);
  return loadEncoderManifest(modelFolder(folder.path), parts.model);
}

/** A client over the files of an encoder; `faults` are those it told of. */
export class OpenedEncoder implements AsyncDisposable {
  readonly client: EncoderClient;
  readonly faults: ModelFault[] = [];
  readonly #folder = temporaryFolder();

  constructor(files: FixtureFiles, options: Partial<EncoderClientOptions> = {}) {
    writeTree(this.#folder.path, files);
    const outcome = loadEncoderManifest(modelFolder(this.#folder.path), parts.model);
    if (outcome.kind !== "read") throw new Error(JSON.stringify(outcome));
    const { manifest } = outcome;
    this.client = new EncoderClient({
      manifest,
      folder: this.#folder.path,
      tokenizer,
      entry: threadEntry("encoderThread"),
      nThreads: 1,
      log: quietLog,
      becameUnavailable: (fault) => this.faults.push(fault),
      ...options,
    });
  }

  embed(texts: readonly string[], signal = patience()): Promise<EmbedOutcome> {
    return this.client.embed(texts, "code", signal);
  }

  async embeddings(texts: readonly string[]): Promise<readonly Float32Array[]> {
    const outcome = await this.embed(texts);
    return outcome.kind === "embedded" ? outcome.embeddings : assert.fail(outcome.kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    this.#folder[Symbol.dispose]();
  }
}

const noted = new Int32Array(new SharedArrayBuffer(4 * 1024));
setEnvironmentData("embedded", noted);
/** An entry that notes what it embeds and dies at some texts; see the file. */
export const watchedEntry = new URL("../../fixtures/watchedEncoderThread.ts", import.meta.url);

/** The first letters of the texts that watched threads began since the last call, in order. */
export function begunTexts(): string {
  const n = Atomics.exchange(noted, 0, 0);
  return String.fromCharCode(...noted.slice(1, n + 1));
}

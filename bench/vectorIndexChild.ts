/** One measurement of `vectorIndex.ts` in a process of its own, so that its memory is its own too. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { loadEncoder } from "../server/encoderParts.ts";
import type { EncoderParts } from "../server/model/staticEncoder.ts";
import { VectorScan } from "../server/model/vectorScan.ts";
import { modelFolderUrl, threadEntry } from "../server/threads.ts";
import { buildSpann } from "../server/spann/spannBuilder.ts";
import { SpannReader } from "../server/spann/spannThreads.ts";
import { LikeRealVectors } from "./likeRealVectors.ts";

/** Embeddings of one content, about as many as a source file has chunks. */
const vectorsPerContent = 8;

/** What is measured; `files` are those of `vectorIndex.ts`. */
export interface ChildTask {
  readonly role: "build" | "exact" | "spann";
  readonly nVectors: number;
  readonly folder: string;
  readonly files: { readonly base: string; readonly angles: string; readonly queries: string };
}

/** Numbers of the nearest vectors of each question, and what they took. */
export interface SearchMeasure {
  readonly openMs: number;
  readonly firstMs: readonly number[];
  readonly againMs: readonly number[];
  /** Processor time of one question on average, all threads together. */
  readonly processorMs: number;
  readonly found: readonly (readonly number[])[];
  readonly peakBytes: number;
}

export interface BuildMeasure {
  readonly wallMs: number;
  readonly processorMs: number;
  readonly peakBytes: number;
}

const spec = { storeId: "bench", modelId: "bench" };
/** As many as a question of the product asks the index for. */
const nAsked = 300;
const nCompared = 10;

const { parts } = loadEncoder(fileURLToPath(modelFolderUrl("static"))) as { parts: EncoderParts };
const { dimensions } = parts.model;

process.once("message", (task: ChildTask) => {
  void measure(task).then((measured) => process.send?.(measured, () => process.exit()));
});

async function measure(task: ChildTask): Promise<BuildMeasure | SearchMeasure> {
  if (task.role === "build") return build(task);
  return task.role === "exact" ? exact(task) : spann(task);
}

async function build(task: ChildTask): Promise<BuildMeasure> {
  const vectors = likeReal(task);
  const startedMs = performance.now();
  let told = 0;
  await buildSpann({
    folder: task.folder,
    build: "bench",
    spec: { ...spec, dimensions },
    kernel: parts.kernel,
    source: { vectorsAfter: (after) => contentsAfter(vectors, after, task.nVectors) },
    nExpected: task.nVectors,
    progress: (share) => {
      if (share < told) return;
      told = share + 0.1;
      process.stderr.write(
        `  ${Math.round(share * 100)} % at ${performance.now() - startedMs} ms\n`,
      );
    },
  });
  return {
    wallMs: performance.now() - startedMs,
    processorMs: processorMs(),
    peakBytes: peakBytes(),
  };
}

function exact(task: ChildTask): SearchMeasure {
  const startedMs = performance.now();
  const scan = new VectorScan(dimensions, parts.kernel);
  const vectors = likeReal(task);
  for (const { embedding, vectors: rows } of contentsAfter(vectors, 0, task.nVectors))
    scan.add(embedding, rows);
  const openMs = performance.now() - startedMs;
  return ask(task, openMs, (query) =>
    scan.search(query, nAsked).map(({ group, idx }) => numberOf(group, idx)),
  );
}

async function spann(task: ChildTask): Promise<SearchMeasure> {
  const startedMs = performance.now();
  const reader = new SpannReader(
    {
      folder: task.folder,
      spec: { ...spec, dimensions },
      kernel: parts.kernel,
      probe: undefined,
    },
    {
      entry: threadEntry("spannThread"),
      log: { log: (_level, _tag, sentence) => process.stderr.write(`${sentence}\n`) },
    },
  );
  await reader.opened;
  if (reader.state.kind !== "ready") throw new Error("the index cannot be opened");
  const openMs = performance.now() - startedMs;
  return ask(task, openMs, (query) => {
    const found = reader.search(query, nAsked);
    if (found === "damaged") throw new Error("the index is damaged");
    return found === "late" ? [] : found.map(({ embedding, idx }) => numberOf(embedding, idx));
  });
}

function ask(
  { files }: ChildTask,
  openMs: number,
  search: (query: Int8Array) => readonly number[],
): SearchMeasure {
  const bytes = readFileSync(files.queries);
  const queries = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  const found: (readonly number[])[] = [];
  const times: number[][] = [[], []];
  let startedProcessorMs = 0;
  for (const [round, of] of times.entries()) {
    startedProcessorMs = processorMs();
    for (let at = 0; at < queries.length; at += dimensions) {
      const startedMs = performance.now();
      const nearest = search(queries.subarray(at, at + dimensions));
      of.push(performance.now() - startedMs);
      if (round === 1) found.push(nearest.slice(0, nCompared));
    }
  }
  const [firstMs = [], againMs = []] = times;
  return {
    openMs,
    firstMs,
    againMs,
    processorMs: (processorMs() - startedProcessorMs) / found.length,
    found,
    peakBytes: peakBytes(),
  };
}

/** Processor time of this process so far. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function likeReal({ files }: ChildTask): LikeRealVectors {
  const base = readFileSync(files.base);
  const angles = JSON.parse(readFileSync(files.angles, "utf8")) as number[];
  const rows = new Int8Array(base.buffer, base.byteOffset, base.length);
  return new LikeRealVectors(rows, dimensions, angles);
}

function* contentsAfter(
  vectors: LikeRealVectors,
  after: number,
  nVectors: number,
): Generator<{ embedding: number; vectors: Uint8Array }> {
  for (let content = after; content * vectorsPerContent < nVectors; content++) {
    const rows = new Int8Array(vectorsPerContent * dimensions);
    for (let idx = 0; idx < vectorsPerContent; idx++)
      vectors.write(
        content * vectorsPerContent + idx,
        rows.subarray(idx * dimensions, (idx + 1) * dimensions),
      );
    yield { embedding: content + 1, vectors: new Uint8Array(rows.buffer) };
  }
}

function numberOf(embedding: number, idx: number): number {
  return (embedding - 1) * vectorsPerContent + idx;
}

/** The system's high-water mark of the process; where it tells none, what is taken now. */
function peakBytes(): number {
  if (process.platform !== "linux") return process.memoryUsage().rss;
  const status = readFileSync("/proc/self/status", "utf8");
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
}

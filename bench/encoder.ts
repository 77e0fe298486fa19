/** How fast the static tier is in one thread: from text to embeddings, and the exact scan over many of them. */
import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadEncoder } from "../server/encoderParts.ts";
import { chunkByLines } from "../server/ingest/lineChunker.ts";
import { StaticEncoder, type EncoderParts } from "../server/model/staticEncoder.ts";
import { Tokenizer } from "../server/model/tokenizer.ts";
import { VectorScan } from "../server/model/vectorScan.ts";
import { modelFolderUrl } from "../server/threads.ts";
import { count, megabytes, ms, percentile, verdict, type Table } from "./table.ts";

const checkout = path.resolve(import.meta.dirname, "..");
const nRounds = 9;
const nScans = 21;
const tokensTarget = 10e6;
const scanTargetMs = 1.6;
const scanned = [100_000, 1_000_000];

/** Measures with the shipped model, without one with the tests' small one, which says so. */
export function benchEncoder(): Table[] {
  const shipped = fileURLToPath(modelFolderUrl("static"));
  const folder = existsSync(shipped) ? shipped : path.join(checkout, "test/fixtures/staticModel");
  const loaded = loadEncoder(folder);
  if (loaded.kind === "unavailable") throw new Error(loaded.fault.detail);
  const { parts } = loaded;
  return [
    {
      title: "The static tier in one thread",
      head: ["measure", "target", "measured", ""],
      rows: [...encodingRows(parts), ...scanned.map((n) => scanRow(parts, n))],
      notes: [
        `Model ${parts.model.id}, ${parts.model.dimensions} dimensions. Medians of ${nRounds} rounds and ${nScans} scans.`,
        "Processor time of the thread. Text: this checkout's own sources, chunked by lines; from strings to embeddings, the copy into the kernel included.",
      ],
    },
  ];
}

/** Processor time of this thread so far: other work on the machine does not count. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function encodingRows(parts: EncoderParts): string[][] {
  const encoder = new StaticEncoder(parts);
  const texts = globSync(["server/**/*.ts", "extension/**/*.ts", "webview/**/*.ts"], {
    cwd: checkout,
  })
    .filter((file) => !file.includes("kernel"))
    .map((file) => readFileSync(path.join(checkout, file), "utf8"))
    .map((text) => ({
      text,
      bounds: chunkByLines(text, "typescript").chunks.flatMap((chunk) => [
        chunk.startOffset,
        chunk.endOffset,
      ]),
    }));
  const tokenizer = new Tokenizer(parts);
  let nTokens = 0;
  let nBytes = 0;
  for (const { text } of texts) {
    const bytes = new TextEncoder().encode(text);
    nBytes += bytes.length;
    for (let at = 0; at < bytes.length; at += parts.model.maxBytes)
      nTokens += tokenizer.tokenize(bytes.subarray(at, at + parts.model.maxBytes)).length;
  }
  const times = Array.from({ length: nRounds }, () => {
    const startedMs = processorMs();
    for (const { text, bounds } of texts) encoder.encodeSpans(text, bounds);
    return processorMs() - startedMs;
  });
  const seconds = percentile(times, 0.5) / 1000;
  const tokens = nTokens / seconds;
  return [
    [
      "text to embeddings",
      `≥ ${count(tokensTarget)} tokens/s`,
      `${count(tokens)} tokens/s`,
      verdict(tokens, (value) => value >= tokensTarget),
    ],
    ["the same in bytes", "", `${megabytes(nBytes / seconds)}/s`, ""],
  ];
}

function scanRow({ model, kernel }: EncoderParts, n: number): string[] {
  const scan = new VectorScan(model.dimensions, kernel);
  const group = 1_000;
  const vectors = new Uint8Array(group * model.dimensions);
  let state = 1;
  for (let key = 0; key < n / group; key++) {
    for (let i = 0; i < vectors.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
      vectors[i] = state >>> 24;
    }
    scan.add(key, vectors);
  }
  const query = new Int8Array(vectors.slice(0, model.dimensions));
  const times = Array.from({ length: nScans }, () => {
    const startedMs = processorMs();
    scan.search(query, 100);
    return processorMs() - startedMs;
  });
  const measured = percentile(times, 0.5);
  const target = (scanTargetMs * n) / 100_000;
  return [
    `exact scan of ${count(n)}, nearest 100`,
    `≤ ${ms(target)}`,
    ms(measured),
    verdict(measured, (value) => value <= target),
  ];
}

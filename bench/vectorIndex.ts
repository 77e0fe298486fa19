/** The two indexes of embeddings, the exact scan and the one on disk, on up to ten million that lie as real ones do. */
import { fork } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadEncoder } from "../server/encoderParts.ts";
import type { EncoderParts } from "../server/model/staticEncoder.ts";
import { modelFolderUrl } from "../server/threads.ts";
import { dropCaches } from "./dropCaches.ts";
import { LikeRealVectors, neighbourAngles, readRealVectors } from "./likeRealVectors.ts";
import type { RealVectors } from "./likeRealVectors.ts";
import { mean } from "./recall/metric.ts";
import type { BenchSettings } from "./settings.ts";
import { count, megabytes, ms, percentile, verdict, type Table } from "./table.ts";
import type { BuildMeasure, ChildTask, SearchMeasure } from "./vectorIndexChild.ts";
import { truthOf, type Truth } from "./vectorTruth.ts";

const checkout = path.resolve(import.meta.dirname, "..");
const nQueries = 200;
const targets = {
  exact: { recall: 0.97 },
  spann: { recall: 0.95, bytes: 400e6, p95Ms: 30 },
} as const;

const head = [
  ...["vectors", "index", "recall@10", "", "p50", "p95", "", "processor", "p95, cold disk"],
  ...["memory", "", "disk", "made in", "processor", "memory"],
];

/** Measures with the shipped model, which it needs. */
export async function benchVectorIndex(settings: BenchSettings): Promise<Table[]> {
  const loaded = loadEncoder(fileURLToPath(modelFolderUrl("static")));
  if (loaded.kind === "unavailable") throw new Error(loaded.fault.detail);
  const { parts } = loaded;
  const folder = path.join(settings.workDir, "vectorIndex");
  mkdirSync(folder, { recursive: true });
  const real = readRealVectors(realFolders(settings), parts);
  const angles = neighbourAngles(real.base, parts);
  const queries = chosenQueries(real);
  const files = writeFiles(folder, real, angles, queries);
  const vectors = new LikeRealVectors(real.base, parts.model.dimensions, angles);
  const sizes = settings.vectors.toSorted((a, b) => a - b);
  const truths = truthOf(vectors, queries, sizes, parts.kernel);
  const rows: string[][] = [];
  for (const nVectors of sizes) {
    const task = { nVectors, folder: path.join(folder, `${nVectors}`), files };
    const truth = truths.get(nVectors) ?? [];
    rows.push(await exactRow(task, truth), await spannRow(task, truth));
    for (const row of rows.slice(-2)) process.stderr.write(`${row.join("  ")}\n`);
  }
  return [
    {
      title: "Nearest neighbours: the exact scan and the index on disk",
      head,
      rows,
      notes: notesOf(parts, real, angles, [...truths.values()].flat()),
    },
  ];
}

function notesOf(
  { model }: EncoderParts,
  { base }: RealVectors,
  angles: readonly number[],
  truths: readonly Truth[],
): string[] {
  const nCertain = truths.filter(({ isCertain }) => isCertain).length;
  const nReal = base.length / model.dimensions;
  const degrees = (p: number): string => `${((percentile(angles, p) * 180) / Math.PI).toFixed(0)}°`;
  return [
    `Model ${model.id}, ${model.dimensions} dimensions of int8. ${count(nReal)} vectors are chunks of real sources; the others lie around them at angles that real nearest neighbours have (quartiles ${degrees(0.25)}, ${degrees(0.5)}, ${degrees(0.75)}).`,
    `${nQueries} questions at most, none of whose chunks is among the vectors: whole chunks, and by turns three lines put as a question. Each asks for 300 neighbours; the ten nearest are compared with the ten nearest by exact search in float. In ${count(nCertain)} of ${count(truths.length)} cases an error bound proves that search complete; in the others more than 400 vectors lie within the error of rounding, and the 400 nearest as stored were weighed.`,
    "Memory is the high-water mark of a process that does nothing else, Node's own (about 60 MB) and the model's included. Times are wall time from the question to its neighbours, the hand-over to the index's thread and back included; “cold” asks each question for the first time, with the index dropped from the file cache. Other work shares the processors; “processor” is what one question, or the making, really takes.",
    `Targets: exact recall ≥ ${targets.exact.recall}; on disk recall ≥ ${targets.spann.recall}, memory < ${megabytes(targets.spann.bytes)}, p95 < ${ms(targets.spann.p95Ms)}.`,
  ];
}

async function exactRow(task: Omit<ChildTask, "role">, truth: readonly Truth[]): Promise<string[]> {
  const measured = (await inChild({ ...task, role: "exact" })) as SearchMeasure;
  const recall = recallOf(measured.found, truth);
  return [
    count(task.nVectors),
    "exact",
    recall.toFixed(4),
    verdict(recall, (value) => value >= targets.exact.recall),
    ms(percentile(measured.againMs, 0.5)),
    ms(percentile(measured.againMs, 0.95)),
    "",
    ms(measured.processorMs),
    "",
    megabytes(measured.peakBytes),
    ...["", "", ms(measured.openMs), "", ""],
  ];
}

async function spannRow(task: Omit<ChildTask, "role">, truth: readonly Truth[]): Promise<string[]> {
  rmSync(task.folder, { recursive: true, force: true });
  const built = (await inChild({ ...task, role: "build" })) as BuildMeasure;
  const isCold = dropCaches(task.folder);
  const measured = (await inChild({ ...task, role: "spann" })) as SearchMeasure;
  const diskBytes = bytesOf(task.folder);
  rmSync(task.folder, { recursive: true, force: true });
  const recall = recallOf(measured.found, truth);
  const p95Ms = percentile(measured.againMs, 0.95);
  return [
    count(task.nVectors),
    "on disk",
    recall.toFixed(4),
    verdict(recall, (value) => value >= targets.spann.recall),
    ms(percentile(measured.againMs, 0.5)),
    ms(p95Ms),
    verdict(p95Ms, (value) => value < targets.spann.p95Ms),
    ms(measured.processorMs),
    isCold ? ms(percentile(measured.firstMs, 0.95)) : "not measured",
    megabytes(measured.peakBytes),
    verdict(measured.peakBytes, (value) => value < targets.spann.bytes),
    megabytes(diskBytes),
    ms(built.wallMs),
    ms(built.processorMs),
    megabytes(built.peakBytes),
  ];
}

function recallOf(found: readonly (readonly number[])[], truth: readonly Truth[]): number {
  return mean(
    truth.map(({ float }, q) => float.filter((id) => found[q]?.includes(id)).length / float.length),
  );
}

function inChild(task: ChildTask): Promise<BuildMeasure | SearchMeasure> {
  const child = fork(path.join(import.meta.dirname, "vectorIndexChild.ts"), {
    serialization: "advanced",
  });
  return new Promise((resolve, reject) => {
    child.once("message", (measured) => resolve(measured as BuildMeasure | SearchMeasure));
    child.once("exit", (code) => reject(new Error(`measuring ${task.role} ended with ${code}`)));
    child.send(task);
  });
}

/** The packages that this checkout is built with, and the evaluation set's trees where there are some. */
function realFolders({ treesDir }: BenchSettings): string[] {
  return [path.join(checkout, "node_modules"), treesDir].filter(
    (folder) => folder !== undefined && existsSync(folder),
  ) as string[];
}

function chosenQueries({ queries }: RealVectors): readonly Int8Array[] {
  const every = Math.max(1, queries.length / nQueries);
  return Array.from(
    { length: Math.min(nQueries, queries.length) },
    (_, i) => queries[Math.floor(i * every)] as Int8Array,
  );
}

function writeFiles(
  folder: string,
  { base }: RealVectors,
  angles: readonly number[],
  queries: readonly Int8Array[],
): ChildTask["files"] {
  const files = {
    base: path.join(folder, "base.bin"),
    angles: path.join(folder, "angles.json"),
    queries: path.join(folder, "queries.bin"),
  };
  writeFileSync(files.base, base);
  writeFileSync(files.angles, JSON.stringify(angles));
  writeFileSync(files.queries, Buffer.concat(queries.map((query) => new Uint8Array(query))));
  return files;
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(path.join(folder, name)))
    .reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0);
}

/** The result of the last self-test, kept beside the deep memory that it was about: numbers, and nothing of the code. */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { SelfTestPoint, SelfTestResult, SelfTestScore } from "../../protocol/deepMemory.ts";
import type { KeptSelfTest } from "../../protocol/picture.ts";

/** Raised when the file's fields change their meaning; another version is not read. */
const version = 1;
const maxBytes = 1_000_000;

function fileIn(deepFolder: string): string {
  return path.join(deepFolder, "last-self-test.json");
}

/** Keeps a result in the folder of its deep memory, in place of an older one. Errors: those of the file system. */
export function keepSelfTest(deepFolder: string, kept: KeptSelfTest): void {
  const file = fileIn(deepFolder);
  // Written beside and put in place, so that a reader never sees half of it.
  writeFileSync(`${file}.new`, JSON.stringify({ version, ...kept }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Returns the kept result, `undefined` when there is none or what is there is none. Errors: those of the file system. */
export function readKeptSelfTest(deepFolder: string): KeptSelfTest | undefined {
  let text: string;
  try {
    text = readFileSync(fileIn(deepFolder), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (text.length > maxBytes) return undefined;
  try {
    return keptOf(JSON.parse(text));
  } catch (error) {
    // A file that was cut off.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

type Fields = Readonly<Record<string, unknown>>;

function keptOf(value: unknown): KeptSelfTest | undefined {
  if (!isFields(value) || value["version"] !== version) return undefined;
  const { atMs, tokens, result } = value;
  if (!isNumber(atMs) || !isNumber(tokens)) return undefined;
  const read = resultOf(result);
  return read && { atMs, tokens, result: read };
}

function resultOf(value: unknown): SelfTestResult | undefined {
  if (!isFields(value)) return undefined;
  const { points, controls, latencyMs, ramBytes, diskBytes, tookMs, tokensStreamed, model } = value;
  if (!Array.isArray(points) || !points.every(isPoint) || !isFields(controls)) return undefined;
  const { noMemory, otherMemory, random } = controls;
  if (!isScore(noMemory) || !isScore(otherMemory) || !isScore(random)) return undefined;
  if (!isFields(latencyMs) || !isNumber(latencyMs["p50"]) || !isNumber(latencyMs["p95"]))
    return undefined;
  if (!isNumber(ramBytes) || !isNumber(diskBytes) || !isNumber(tookMs)) return undefined;
  if (!isNumber(tokensStreamed) || typeof model !== "string") return undefined;
  return {
    points,
    controls: { noMemory, otherMemory, random },
    latencyMs: { p50: latencyMs["p50"], p95: latencyMs["p95"] },
    ...{ ramBytes, diskBytes, tookMs, tokensStreamed, model },
  };
}

function isPoint(value: unknown): value is SelfTestPoint {
  return isScore(value) && isNumber((value as unknown as Fields)["distance"]);
}

function isScore(value: unknown): value is SelfTestScore {
  return (
    isFields(value) &&
    ["accuracy", "low", "high", "nAsked"].every((field) => isNumber(value[field]))
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/**
 * A static model small enough to be read by eye: a few dozen words, each one token, and words of one group
 * point the same way. `writeFixtureModel.ts` writes it to test/fixtures/staticModel.
 */
import { createHash } from "node:crypto";
import { randomNumbers } from "../workspaceMemoryHarness.ts";

const groups: readonly (readonly string[])[] = [
  ["retry", "again", "backoff", "attempt", "reconnect", "repeat"],
  ["evict", "remove", "erase", "thrown", "away", "forget", "expire"],
  ["invoice", "price", "cost", "bill", "charge", "amount"],
  ["login", "password", "credential", "authenticate", "session"],
  ["draw", "paint", "render", "canvas", "picture", "image"],
  ["sort", "order", "rank", "compare"],
];
const dimensions = 64;
const tokenCap = 2;
const maxBytes = 4096;

export type FixtureFiles = Record<string, Uint8Array<ArrayBuffer>>;

/** Returns the model's files by name. Another `version` has another table, so that its embeddings differ. */
export function fixtureModel(version = "1"): FixtureFiles {
  const merges = trainMerges(groups.flat());
  const vocabulary = 256 + merges.length;
  const tokenizer = header("LBPE", [1, merges.length], merges.length * 8);
  merges.flat().forEach((token, i) => tokenizer.writeUInt32LE(token, 12 + i * 4));
  const table = header("LTAB", [1, vocabulary, dimensions, 0], vocabulary * dimensions);
  table.writeFloatLE(0.01, 16);
  rowsOf(merges, Number(version)).forEach((value, i) => table.writeInt8(value, 20 + i));
  const manifest = {
    format: 1,
    kind: "static",
    name: "fixture",
    version,
    dimensions,
    prefixes: [dimensions],
    vocabulary,
    tokenCap,
    maxBytes,
    tokenizer: { file: "tokenizer.bin", sha256: sha256(tokenizer) },
    table: { file: "table.bin", sha256: sha256(table), scale: 0.01 },
    trainedOn: "nothing: made by test/server/model/fixtureModel.ts",
  };
  return {
    "manifest.json": new Uint8Array(Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`)),
    "tokenizer.bin": new Uint8Array(tokenizer),
    "table.bin": new Uint8Array(table),
  };
}

/** Returns the files with some fields of the manifest replaced. */
export function withManifest(files: FixtureFiles, fields: object): FixtureFiles {
  const manifest = JSON.parse(
    Buffer.from(files["manifest.json"] as Uint8Array).toString(),
  ) as object;
  return {
    ...files,
    "manifest.json": new Uint8Array(Buffer.from(JSON.stringify({ ...manifest, ...fields }))),
  };
}

/** Returns the files with one of them replaced, and its hash in the manifest made to fit. */
export function withFile(
  files: FixtureFiles,
  key: "tokenizer" | "table",
  change: (bytes: Buffer) => Buffer,
): FixtureFiles {
  const name = `${key}.bin`;
  const bytes = change(Buffer.from(files[name] as Uint8Array));
  const hashed = { file: name, sha256: sha256(bytes), scale: 0.01 };
  return withManifest({ ...files, [name]: new Uint8Array(bytes) }, { [key]: hashed });
}

function header(magic: string, numbers: readonly number[], bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(4 + numbers.length * 4 + bodyBytes);
  bytes.write(magic, "latin1");
  numbers.forEach((value, i) => bytes.writeUInt32LE(value, 4 + i * 4));
  return bytes;
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Merges the commonest pair until every word is one token. */
function trainMerges(words: readonly string[]): [number, number][] {
  const merges: [number, number][] = [];
  const spelled = words.map((word) => [...Buffer.from(word)]);
  for (;;) {
    const counts = new Map<string, number>();
    for (const tokens of spelled)
      for (let i = 0; i + 1 < tokens.length; i++) {
        const pair = `${tokens[i]},${tokens[i + 1]}`;
        counts.set(pair, (counts.get(pair) ?? 0) + 1);
      }
    const best = [...counts].sort((a, b) => b[1] - a[1])[0];
    if (best === undefined) return merges;
    const [left, right] = best[0].split(",").map(Number) as [number, number];
    for (const tokens of spelled)
      for (let i = 0; i + 1 < tokens.length; i++)
        if (tokens[i] === left && tokens[i + 1] === right) tokens.splice(i, 2, 256 + merges.length);
    merges.push([left, right]);
  }
}

/** A word of a group has its group's direction; everything else hardly counts. */
function rowsOf(merges: readonly (readonly [number, number])[], seed: number): number[] {
  const spelling = (token: number): string => {
    const pair = merges[token - 256];
    return pair === undefined ? String.fromCharCode(token) : spelling(pair[0]) + spelling(pair[1]);
  };
  const random = randomNumbers(seed);
  const directions = groups.map(() =>
    Array.from({ length: dimensions }, () => Math.round((random() - 0.5) * 200)),
  );
  return Array.from({ length: 256 + merges.length }, (_, token) => {
    const group = groups.findIndex((words) => words.includes(spelling(token)));
    const size = group < 0 ? 2 : 40;
    return Array.from({ length: dimensions }, (__, d) =>
      Math.round((directions[group]?.[d] ?? 0) + (random() - 0.5) * size),
    );
  }).flat();
}

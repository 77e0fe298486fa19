/** Copies of the shipped models that are whole by every checksum and know nothing any more. */
import { createHash } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { randomNumbers } from "../workspaceMemoryHarness.ts";

interface Manifest {
  readonly dimensions: number;
  readonly table: { readonly file: string; sha256: string };
  readonly trees: { readonly file: string; sha256: string };
}

const tableHeaderBytes = 20;
const treesHeaderBytes = 16;
const nodeBytes = 32;
const valueAt = 24;

/** Gives every token the row of another one. */
export function shuffleTable(model: string, to: string): void {
  copyWith(model, to, "table", (table, { dimensions }) => {
    const rows = table.subarray(tableHeaderBytes);
    const random = randomNumbers(1);
    for (let i = rows.length / dimensions - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      const row = rows.slice(i * dimensions, (i + 1) * dimensions);
      rows.copyWithin(i * dimensions, j * dimensions, (j + 1) * dimensions);
      rows.set(row, j * dimensions);
    }
  });
}

/** Turns what speaks for a place into what speaks against it. */
export function negateTrees(model: string, to: string): void {
  copyWith(model, to, "trees", (trees) => {
    const view = new DataView(trees.buffer, trees.byteOffset, trees.byteLength);
    for (let at = treesHeaderBytes; at < trees.length; at += nodeBytes)
      view.setFloat64(at + valueAt, -view.getFloat64(at + valueAt, true), true);
  });
}

function copyWith(
  model: string,
  to: string,
  part: "table" | "trees",
  spoil: (bytes: Uint8Array, manifest: Manifest) => void,
): void {
  cpSync(model, to, { recursive: true });
  const manifestFile = path.join(to, "manifest.json");
  const manifest = JSON.parse(readFileSync(manifestFile, "utf8")) as Manifest;
  const file = path.join(to, manifest[part].file);
  const bytes = new Uint8Array(readFileSync(file));
  spoil(bytes, manifest);
  writeFileSync(file, bytes);
  manifest[part].sha256 = createHash("sha256").update(bytes).digest("hex");
  writeFileSync(manifestFile, JSON.stringify(manifest));
}

/** Writes the files of a small ranker, whole or spoiled. */
import { createHash } from "node:crypto";
import type { ModelFiles } from "../../../server/model/checkedFile.ts";

export interface NodeOf {
  readonly feature: number;
  readonly left?: number;
  readonly right?: number;
  readonly isRoot?: boolean;
  readonly threshold?: number;
  readonly value: number;
}

/** Two trees over the features `a` and `b`. */
export const smallTrees: readonly NodeOf[] = [
  { feature: 0, left: 1, right: 2, isRoot: true, threshold: 0.5, value: 0.25 },
  { feature: -1, value: -1 },
  { feature: 1, left: 3, right: 4, threshold: 2, value: 1.5 },
  { feature: -1, value: 1 },
  { feature: -1, value: 2 },
  { feature: 1, left: 6, right: 7, isRoot: true, threshold: -1, value: 0.1 },
  { feature: -1, value: 0.3 },
  { feature: -1, value: -0.1 },
];

export function treeBytes(nodes: readonly NodeOf[], version = 1): Uint8Array {
  const bytes = new Uint8Array(16 + nodes.length * 32);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x4c545245, false);
  view.setUint32(4, version, true);
  view.setUint32(8, nodes.filter(({ isRoot }) => isRoot === true).length, true);
  view.setUint32(12, nodes.length, true);
  for (const [i, node] of nodes.entries()) {
    const at = 16 + i * 32;
    view.setInt32(at, node.feature, true);
    view.setInt32(at + 4, node.left ?? 0, true);
    view.setInt32(at + 8, node.right ?? 0, true);
    view.setInt32(at + 12, node.isRoot === true ? 1 : 0, true);
    view.setFloat64(at + 16, node.threshold ?? 0, true);
    view.setFloat64(at + 24, node.value, true);
  }
  return bytes;
}

/** A folder in memory with these trees and a manifest that fits them, but for what `fields` replaces. */
export function rankerFiles(
  trees: Uint8Array,
  fields: Readonly<Record<string, unknown>> = {},
): ModelFiles {
  const manifest = {
    format: 1,
    kind: "ranker",
    name: "small",
    version: "1",
    features: ["a", "b"],
    trees: { file: "trees.bin", sha256: sha256(trees) },
    calibration: { slope: 2, offset: -1 },
    ...fields,
  };
  const files = new Map([
    ["manifest.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["trees.bin", trees],
  ]);
  return { read: (name) => files.get(name), sha256 };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

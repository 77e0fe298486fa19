/** The learned ranking's model as it lies in memory, checked: trees over named features. */
import {
  fieldsOf,
  fileOf,
  finiteOf,
  invalid,
  manifestFields,
  manifestFile,
  nameOf,
} from "./manifestFields.ts";
import { ModelFaultError, type ModelFault } from "./modelFault.ts";
import { checkHash, type ModelFiles } from "./checkedFile.ts";
import type { TreeEnsemble } from "./treeEnsemble.ts";

export interface RankerModel {
  /** Changes with everything that changes a score. */
  readonly id: string;
  readonly trees: TreeEnsemble;
  /** From the trees' sum to log-odds that a place is a right one (Platt 1999). */
  readonly calibration: { readonly slope: number; readonly offset: number };
}

export type RankerOutcome =
  | { readonly kind: "ready"; readonly model: RankerModel }
  | { readonly kind: "unavailable"; readonly fault: ModelFault };

/**
 * Reads and checks a model that must have been trained on exactly these features, in this order. Whatever is wrong
 * with its files is a value; only errors of the medium are thrown.
 */
export function loadRankerModel(files: ModelFiles, features: readonly string[]): RankerOutcome {
  try {
    return { kind: "ready", model: readModel(files, features) };
  } catch (error) {
    if (error instanceof ModelFaultError) return { kind: "unavailable", fault: error.fault };
    throw error;
  }
}

function readModel(files: ModelFiles, features: readonly string[]): RankerModel {
  const bytes = files.read(manifestFile);
  if (bytes === undefined) throw new ModelFaultError("missing", manifestFile, "not there");
  const fields = manifestFields(new Uint8Array(bytes), "ranker");
  checkFeatures(fields["features"], features);
  const { file, sha256 } = fileOf(fields, "trees");
  const calibration = fieldsOf(fields["calibration"], "calibration");
  const slope = finiteOf(calibration, "slope");
  const offset = finiteOf(calibration, "offset");
  if (slope <= 0 || Math.max(slope, Math.abs(offset)) > largest)
    throw invalid("the calibration is upside down or beyond measure");
  const trees = files.read(file);
  if (trees === undefined) throw new ModelFaultError("missing", file, "not there");
  const parsed = parseTrees(trees, file, features.length);
  checkHash({ file, sha256 }, trees, files);
  const name = `${nameOf(fields, "name")}@${nameOf(fields, "version")}`;
  return { id: `${name}#${sha256.slice(0, 16)}`, trees: parsed, calibration: { slope, offset } };
}

function checkFeatures(value: unknown, features: readonly string[]): void {
  const isSame =
    Array.isArray(value) &&
    value.length === features.length &&
    value.every((name, i) => name === features[i]);
  if (!isSame) throw new ModelFaultError("otherFormat", manifestFile, "trained on other features");
}

const magic = 0x4c545245; // LTRE
const fileVersion = 1;
const headerBytes = 16;
/** feature, left, right, root flag as int32; threshold and value as float64. */
const nodeBytes = 32;

/** Layout: magic, version, trees, nodes; then the nodes, those of a tree together and its root first. */
function parseTrees(bytes: Uint8Array, file: string, nFeatures: number): TreeEnsemble {
  if (bytes.length < headerBytes)
    throw new ModelFaultError("truncated", file, `${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, false) !== magic) throw new ModelFaultError("damaged", file, "no trees");
  const version = view.getUint32(4, true);
  if (version !== fileVersion)
    throw new ModelFaultError("otherFormat", file, `version ${version}, not ${fileVersion}`);
  const nTrees = view.getUint32(8, true);
  const nNodes = view.getUint32(12, true);
  if (bytes.length !== headerBytes + nNodes * nodeBytes)
    throw new ModelFaultError(
      "truncated",
      file,
      `${bytes.length} bytes, not ${headerBytes + nNodes * nodeBytes}`,
    );
  const ensemble = {
    feature: new Int32Array(nNodes),
    left: new Int32Array(nNodes),
    right: new Int32Array(nNodes),
    threshold: new Float64Array(nNodes),
    value: new Float64Array(nNodes),
  };
  const roots: number[] = [];
  for (let i = 0; i < nNodes; i++) {
    const at = headerBytes + i * nodeBytes;
    ensemble.feature[i] = view.getInt32(at, true);
    ensemble.left[i] = view.getInt32(at + 4, true);
    ensemble.right[i] = view.getInt32(at + 8, true);
    if (view.getInt32(at + 12, true) === 1) roots.push(i);
    ensemble.threshold[i] = view.getFloat64(at + 16, true);
    ensemble.value[i] = view.getFloat64(at + 24, true);
    checkNode(ensemble, i, nFeatures, file);
  }
  if (roots.length !== nTrees || nTrees === 0)
    throw new ModelFaultError("damaged", file, `${roots.length} roots for ${nTrees} trees`);
  return { ...ensemble, roots: Int32Array.from(roots) };
}

/** No tree of a trainer says more; sums of such values stay numbers. */
const largest = 1e9;

/** Children come after their parent, so that no walk goes in a circle. */
function checkNode(
  { feature, left, right, threshold, value }: Omit<TreeEnsemble, "roots">,
  i: number,
  nFeatures: number,
  file: string,
): void {
  const f = feature[i] as number;
  const isInner = f >= 0;
  const children = [left[i] as number, right[i] as number];
  const isSound =
    f >= -1 &&
    f < nFeatures &&
    Math.abs(value[i] as number) <= largest &&
    (!isInner ||
      (Number.isFinite(threshold[i]) &&
        children.every((child) => child > i && child < feature.length)));
  if (!isSound) throw new ModelFaultError("damaged", file, `node ${i} is no node`);
}

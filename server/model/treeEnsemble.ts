/** Evaluates gradient-boosted regression trees (Friedman 2001) as the trainer exports them. */

/** All trees' nodes in one list. A node is a leaf when `feature` is -1. */
export interface TreeEnsemble {
  /** First node of each tree. */
  readonly roots: Int32Array;
  readonly feature: Int32Array;
  /** A value up to the threshold goes left. */
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** A leaf's output; for an inner node the mean output of the training examples below it. */
  readonly value: Float64Array;
}

/** Returns the sum of the trees' outputs for the features in `x`. */
export function treeSum(
  { roots, feature, threshold, left, right, value }: TreeEnsemble,
  x: Float64Array,
): number {
  let sum = 0;
  for (const root of roots) {
    let node = root;
    for (let f = feature[node] as number; f >= 0; f = feature[node] as number)
      node = ((x[f] as number) <= (threshold[node] as number) ? left[node] : right[node]) as number;
    sum += value[node] as number;
  }
  return sum;
}

/**
 * Returns what each feature adds to the sum: on the way down a tree, the change of the mean output at a split belongs to
 * the split's feature (Saabas 2014, as in the package treeinterpreter). With `base`, what no feature changes, they
 * add up to `treeSum`.
 */
export function treeParts(
  { roots, feature, threshold, left, right, value }: TreeEnsemble,
  x: Float64Array,
): { readonly base: number; readonly parts: Float64Array } {
  const parts = new Float64Array(x.length);
  let base = 0;
  for (const root of roots) {
    let node = root;
    base += value[node] as number;
    for (let f = feature[node] as number; f >= 0; f = feature[node] as number) {
      const next = (
        (x[f] as number) <= (threshold[node] as number) ? left[node] : right[node]
      ) as number;
      parts[f] = (parts[f] as number) + (value[next] as number) - (value[node] as number);
      node = next;
    }
  }
  return { base, parts };
}

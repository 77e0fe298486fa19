/** Guesses which definition a call means, from what stands before the name. No types are resolved. */

/** Keywords that stand before a bracket without being called. */
const notCalled = new Set(
  (
    "if for while switch catch return function fn func def await typeof sizeof super this new throw with assert print not and or in is elif match when " +
    "constructor else do defer go select case lambda yield require import defined static_assert decltype alignof noexcept"
  ).split(" "),
);

/** One name that a text calls. */
export interface CalledName {
  readonly name: string;
  /**
   * What the call is made on: `none` for a plain call, `self` for the object itself, else the word before
   * the name, such as `downloader` in `self.downloader.fetch()`; `""` when that is no word.
   */
  readonly receiver: Receiver;
}
/** See `CalledName.receiver`. */
export type Receiver =
  | { readonly kind: "none" }
  | { readonly kind: "self" }
  | { readonly kind: "other"; readonly word: string };

/** A definition that a call may mean. */
export interface CallTarget {
  readonly name: string;
  readonly path: string;
  /** Dotted names of the definitions around it. */
  readonly container: string;
}

/** Returns the names that a text calls, each once, in the order of the first calls. */
export function calledNames(text: string): CalledName[] {
  const found = new Map<string, CalledName>();
  for (const match of text.matchAll(/([\p{L}_$][\p{L}\p{N}_$]{1,80})!?\s?\(/gu)) {
    const name = match[1] as string;
    if (notCalled.has(name) || name.startsWith("__") || found.has(name)) continue;
    found.set(name, { name, receiver: receiverBefore(text, match.index) });
  }
  return [...found.values()];
}

export function receiverBefore(text: string, at: number): Receiver {
  const before = text.slice(Math.max(0, at - 60), at);
  const dotted = /([\p{L}\p{N}_$]*)(?:\(\))?(?:\?\.|\.|->|::)[#_]?$/u.exec(before);
  if (dotted === null) return { kind: "none" };
  const word = dotted[1] as string;
  return /^(?:self|this|cls|super|Self)$/.test(word) ? { kind: "self" } : { kind: "other", word };
}

/**
 * True when a call in the file `callerPath` probably means the target. `items.filter()` hardly ever means
 * the workspace's one method `filter`; `retryPolicy()` and `downloader.fetch()` of a `Downloader` do.
 */
export function probablyMeans(
  { receiver }: CalledName,
  callerPath: string,
  target: CallTarget,
): boolean {
  if (callerPath === target.path) return true;
  if (receiver.kind === "none") return target.container === "" || isDistinctive(target.name);
  if (isDistinctive(target.name)) return true;
  if (receiver.kind === "self") return false;
  const word = receiver.word.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
  const owner = `${target.container}/${target.path}`.replace(/[^\p{L}\p{N}/]/gu, "").toLowerCase();
  return word.length > 2 && owner.includes(word);
}

/** True for a name of several words: two definitions rarely share one by chance. */
export function isDistinctive(name: string): boolean {
  return /[\p{L}\p{N}]_[\p{L}\p{N}]|\p{Ll}\p{Lu}/u.test(name);
}

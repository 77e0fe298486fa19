/** Names in code: where a text mentions one, and how alike two are. */

/** Keywords that stand before a bracket without being called. */
const notCalled = new Set(
  (
    "if for while switch catch return function fn func def await typeof sizeof super this new throw with assert print not and or in is elif match when " +
    "constructor else do defer go select case lambda yield require import defined static_assert decltype alignof noexcept"
  ).split(" "),
);

/** Returns the last part of a qualified name: `bar` of `Foo::bar`, `a.bar` and `a->bar()`. */
export function lastPart(name: string): string {
  return (
    name
      .replace(/\(.*$/s, "")
      .split(/[^\p{L}\p{N}_$]+/u)
      .filter(Boolean)
      .at(-1) ?? name
  );
}

/** True when `text` holds `name` and not as a part of a longer name. */
export function mentions(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    if (!isNameUnit(text, at - 1) && !isNameUnit(text, at + name.length)) return true;
  }
  return false;
}

/** True when a line calls `name` rather than only mentioning it. */
export function callsName(line: string, name: string): boolean {
  for (let at = line.indexOf(name); at >= 0; at = line.indexOf(name, at + 1)) {
    if (isNameUnit(line, at - 1)) continue;
    if (
      /^(?:<[^>()]{0,80}>)?!?\s{0,2}\(/.test(line.slice(at + name.length, at + name.length + 100))
    )
      return true;
  }
  return false;
}

/** Returns the names that a text calls, each once, with the offset of the first call. */
export function calledNames(text: string): { readonly name: string; readonly offset: number }[] {
  const found = new Map<string, number>();
  for (const match of text.matchAll(/([\p{L}_$][\p{L}\p{N}_$]{1,80})!?\s?\(/gu)) {
    const name = match[1] as string;
    if (!notCalled.has(name) && !found.has(name)) found.set(name, match.index);
  }
  return [...found].map(([name, offset]) => ({ name, offset }));
}

function isNameUnit(text: string, i: number): boolean {
  return i >= 0 && i < text.length && /[\p{L}\p{N}_$]/u.test(text[i] as string);
}

/** Returns how alike two names are, 0 to 1, by the pairs of letters that they share (Dice). */
export function likeness(a: string, b: string): number {
  const left = pairsOf(a);
  const right = pairsOf(b);
  if (left.size === 0 || right.size === 0) return 0;
  let shared = 0;
  for (const pair of left) if (right.has(pair)) shared++;
  return (2 * shared) / (left.size + right.size);
}

function pairsOf(name: string): Set<string> {
  const lower = name
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
  const pairs = new Set<string>();
  for (let i = 0; i + 1 < lower.length; i++) pairs.add(lower.slice(i, i + 2));
  return pairs;
}

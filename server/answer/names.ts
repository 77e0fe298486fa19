/** Names in code: where a text mentions one, and how alike two are. */

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

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

function isNameUnit(text: string, i: number): boolean {
  return i >= 0 && i < text.length && /[\p{L}\p{N}_$]/u.test(text[i] as string);
}

/** True when a line defines something of the name instead of using it. */
export function definesName(line: string, name: string): boolean {
  const escaped = RegExp.escape(name);
  const text = line.slice(0, 500);
  return (
    new RegExp(
      `(?:^|\\s)(?:def|function\\*?|func|fn|fun|sub|class|interface|struct|enum|trait|type|record|module|namespace|macro_rules!)\\s+(?:\\([^()]{0,80}\\)\\s*)?${escaped}(?![\\p{L}\\p{N}_$])`,
      "u",
    ).test(text) ||
    new RegExp(
      `^\\s*(?:(?:async|static|public|private|protected|override|get|set|abstract|readonly)\\s+){0,5}${escaped}\\s*\\([^;=]{0,300}\\{\\s*$`,
      "u",
    ).test(text)
  );
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

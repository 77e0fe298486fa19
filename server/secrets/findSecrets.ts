/**
 * Finds keys, tokens and passwords in a text. The rules are those of gitleaks (`rules.json`, made by
 * `scripts/secretRules.ts`) and some of our own. Each is only tried around the words that it needs, which are found in
 * one pass: a megabyte of code takes some tens of milliseconds.
 */
import { keywordScan } from "./keywordScan.ts";
import { ownRules, type OwnRule } from "./ownRules.ts";
import { entropyOf } from "./randomness.ts";
import foundRules from "./rules.json" with { type: "json" };

/** A secret's place in a text, in UTF-16 units; the end is exclusive. */
export interface SecretSpan {
  readonly start: number;
  readonly end: number;
  /** What it is, such as `GitHub token`. */
  readonly kind: string;
}

/** A rule that says how a secret looks. */
interface LookRule {
  readonly kind: string;
  /** Its first group is the secret, the whole match without one. */
  readonly pattern: RegExp;
  readonly minEntropy: number;
  /** What looks like a secret and is none. */
  readonly allow: readonly RegExp[];
}

type Rule = LookRule | OwnRule;

/** To change when the rules do: what was masked by others is masked again. */
export const secretRulesVersion = 1;

/** A place is looked for from so many units before a keyword up to so many behind it. */
const unitsBefore = 100;
const unitsBehind = 1_200;
/** Keywords so near behind another one are within what was looked through for it. */
const unitsCovered = 500;

const lookRules: readonly { rule: LookRule; keywords: readonly string[] }[] = foundRules.map(
  ({ kind, source, flags, entropy, keywords, allow = [] }) => ({
    rule: {
      kind,
      pattern: new RegExp(source, `${flags}dg`),
      minEntropy: entropy,
      allow: allow.map((each) => new RegExp(`^(?:${each})$`, "i")),
    },
    keywords,
  }),
);
const rules: readonly Rule[] = [...lookRules.map(({ rule }) => rule), ...ownRules];
const { words, rulesOf } = keywordsOf([...lookRules, ...ownRules]);
const scan = keywordScan(words);

/** Returns the secrets of a text in order; they do not overlap. */
export function findSecrets(text: string): SecretSpan[] {
  const found: SecretSpan[] = [];
  const coveredTo = new Int32Array(rules.length).fill(-1);
  scan(text, (word, start) => {
    for (const idx of rulesOf[word] as readonly number[]) {
      const rule = rules[idx] as Rule;
      if ("keywords" in rule) find(text, start, rule, found);
      else if (start >= (coveredTo[idx] as number)) {
        coveredTo[idx] = start + unitsCovered;
        findAround(text, start, rule, found);
      }
    }
  });
  return withoutOverlaps(found);
}

function find(
  text: string,
  at: number,
  { kind, pattern, isSecret }: OwnRule,
  found: SecretSpan[],
): void {
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  const secret = match?.groups?.["secret"];
  if (match === null || secret === undefined || isSecret?.(secret) === false) return;
  const start = match.index + match[0].lastIndexOf(secret);
  found.push({ start, end: start + secret.length, kind });
}

function findAround(text: string, at: number, rule: LookRule, found: SecretSpan[]): void {
  const from = Math.max(0, at - unitsBefore);
  for (const match of text.slice(from, at + unitsBehind).matchAll(rule.pattern)) {
    const group = match.findIndex((part, idx) => idx > 0 && part !== undefined && part !== "");
    const secret = match[Math.max(0, group)] as string;
    if (entropyOf(secret) < rule.minEntropy || rule.allow.some((each) => each.test(secret)))
      continue;
    const [start, end] = (match.indices as RegExpIndicesArray)[Math.max(0, group)] as [
      number,
      number,
    ];
    found.push({ start: from + start, end: endOfToken(text, from + end), kind: rule.kind });
  }
}

/** A secret may be longer than its rule, or than what was looked through. */
function endOfToken(text: string, from: number): number {
  let end = from;
  while (end < text.length && /[\w+/=.-]/.test(text[end] as string)) end++;
  return end;
}

function withoutOverlaps(spans: readonly SecretSpan[]): SecretSpan[] {
  const kept: SecretSpan[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || span.start >= last.end) kept.push(span);
    else if (span.end > last.end) kept[kept.length - 1] = { ...last, end: span.end };
  }
  return kept;
}

/** Returns all words of the rules, and for each word which rules it leads to. */
function keywordsOf(of: readonly { readonly keywords: readonly string[] }[]): {
  words: string[];
  rulesOf: number[][];
} {
  const byWord = new Map<string, number[]>();
  of.forEach(({ keywords }, idx) => {
    for (const word of keywords) byWord.set(word, [...(byWord.get(word) ?? []), idx]);
  });
  return { words: [...byWord.keys()], rulesOf: [...byWord.values()] };
}

/** What a sentence names that has to stand in its evidence: identifiers, paths, numbers and quoted strings. */
import type { Atom } from "./atoms.ts";

export interface ClaimedName {
  /** `code` stood between backticks. */
  readonly kind: "code" | "identifier" | "path" | "lines" | "number" | "string";
  readonly text: string;
}

const patterns: readonly { readonly kind: ClaimedName["kind"]; readonly pattern: RegExp }[] = [
  { kind: "string", pattern: /"([^"\n]{3,200})"|“([^”\n]{3,200})”/g },
  // Two slashes or an extension: “and/or” is no path.
  {
    kind: "path",
    pattern:
      /(?<![\w/.])(?:[\w.@-]+\/){2,}[\w.@-]*\w(?::\d+(?:-\d+)?)?|(?<![\w/.])(?:[\w.@-]+\/)+[\w@-]+\.\w{1,8}(?::\d+(?:-\d+)?)?/g,
  },
  {
    kind: "path",
    pattern:
      /(?<![\w/.])[\w-]{2,}\.(?:[cm]?[jt]sx?|py|rs|go|java|kt|c|h|cc|cpp|hpp|cs|rb|php|swift|json|ya?ml|toml|md|sh|sql|css|html|vue)(?::\d+(?:-\d+)?)?(?!\w)/g,
  },
  { kind: "identifier", pattern: /(?<![\w$.])[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*(?=\(\))/g },
  { kind: "identifier", pattern: /(?<![\w$./])[A-Za-z_$][\w$]+(?:\.[A-Za-z_$][\w$]+)+(?![\w/])/g },
  { kind: "identifier", pattern: /(?<![\w$])(?!\d)[A-Za-z0-9$]*_[\w$]*[A-Za-z0-9]/g },
  { kind: "identifier", pattern: /(?<![\w$])(?:[a-z$][a-z0-9$]*|[A-Z]+[a-z0-9$]+)[A-Z][\w$]*/g },
  { kind: "lines", pattern: /(?<=\blines?\s)\d+(?:\s?(?:[-–]|to|and)\s?\d+)?(?!\w)/gi },
  // More than two digits, or a unit.
  {
    kind: "number",
    pattern:
      /(?<![\w.])\d[\d,_]*(?:\.\d+)?(?=\s?(?:%|ms|µs|us|ns|s|sec|secs|seconds?|min|mins|minutes?|hours?|h|days?|weeks?|bytes?|[KMGT]i?B|bits?|px|tokens?|times|retries|attempts|lines?|files?)\b)|(?<![\w.,])\d(?:[\d_]|,(?=\d{3})){2,}(?:\.\d+)?(?!\w)/g,
  },
];

/** Names of languages, formats and products, which are not taken from the code. */
const commonWords: ReadonlySet<string> = new Set(
  "JavaScript TypeScript GitHub GitLab OpenAI PostgreSQL MySQL SQLite NoSQL GraphQL WebSocket WebSockets WebAssembly JSDoc macOS iOS DevOps CoffeeScript PowerShell LaTeX YouTube LinkedIn i.e e.g Node.js Next.js Vue.js".split(
    " ",
  ),
);

/** No sentence is longer; names are looked for in so much of it. */
const maxLength = 4_000;

/** Returns what the atoms of a sentence name, each once. */
export function claimedNames(atoms: readonly Atom[]): ClaimedName[] {
  const names = new Map<string, ClaimedName>();
  const add = (name: ClaimedName): void => {
    if (name.text.trim() !== "" && !commonWords.has(name.text)) names.set(name.text, name);
  };
  for (const atom of atoms) if (atom.kind === "code") add({ kind: "code", text: atom.text });
  for (const name of namesInText(plainText(atoms).slice(0, maxLength))) add(name);
  return [...names.values()];
}

/** What is found is taken out, so that no part of it is found again. */
function namesInText(text: string): ClaimedName[] {
  const names: ClaimedName[] = [];
  let left = text;
  for (const { kind, pattern } of patterns)
    left = left.replace(pattern, (found, ...groups: unknown[]) => {
      const inside = groups.find((group) => typeof group === "string" && group !== "");
      const isGroup = kind === "string" && typeof inside === "string";
      names.push({ kind, text: (isGroup ? inside : found).replace(/[.,]+$/, "") });
      return " ".repeat(found.length);
    });
  return names;
}

/** Returns the words of a sentence, without code and numbers of evidence. */
export function plainText(atoms: readonly Atom[]): string {
  return atoms
    .map((atom) => (atom.kind === "text" ? atom.text : atom.kind === "break" ? "\n" : " "))
    .join("");
}

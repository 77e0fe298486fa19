/**
 * Makes `server/secrets/rules.json` of gitleaks' rule file (MIT; its licence lies beside the rules):
 * `node scripts/secretRules.ts gitleaks/config/gitleaks.toml`. Rules are turned from Go's expressions into
 * JavaScript's. Those that look at file names, match whole commands or go by entropy alone are left out:
 * `server/secrets/ownRules.ts` has what takes their place.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { inCheckout } from "./checkout.ts";

interface FoundRule {
  id: string;
  regex: string;
  entropy: number;
  keywords: string[];
  allow: string[];
  hasPath: boolean;
}

const leftOut: ReadonlySet<string> = new Set([
  "generic-api-key",
  "curl-auth-header",
  "curl-auth-user",
  "private-key",
]);

/** What a kind of secret is called, by the beginning of the rule's name; the longest beginning wins. */
const names: Readonly<Record<string, string>> = {
  "1password": "1Password secret",
  aws: "AWS key",
  azure: "Azure secret",
  "gcp-api-key": "Google API key",
  github: "GitHub token",
  gitlab: "GitLab token",
  jwt: "JSON web token",
  npm: "npm token",
  openai: "OpenAI key",
  pypi: "PyPI token",
  sendgrid: "SendGrid key",
  slack: "Slack token",
  stripe: "Stripe key",
};

const [file] = process.argv.slice(2);
if (file === undefined) throw new Error("Name gitleaks' rule file.");
const rules = parsed(readFileSync(file, "utf8"))
  .filter(({ id, hasPath, regex }) => regex !== "" && !hasPath && !leftOut.has(id))
  .map(({ id, regex, entropy, keywords, allow }) => ({
    kind: nameOf(id),
    ...inJavaScript(regex),
    entropy,
    keywords: keywords.map((word) => word.toLowerCase()),
    ...(allow.length === 0 ? {} : { allow: allow.map((text) => inJavaScript(text).source) }),
  }));
for (const { source, flags } of rules) new RegExp(source, flags);
writeFileSync(inCheckout("server/secrets/rules.json"), `${JSON.stringify(rules, null, 2)}\n`);
process.stdout.write(`${rules.length} rules\n`);

/** Reads as much of TOML as the file is written in. */
function parsed(text: string): FoundRule[] {
  const found: FoundRule[] = [];
  let table = "";
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
    const line = text.slice(at, end).trim();
    const header = /^\[\[?([\w.]+)\]\]?$/.exec(line);
    const assigned = /^(\w+)\s*=\s*(.*)$/s.exec(line);
    at = end + 1;
    if (header !== null) {
      table = header[1] as string;
      if (table === "rules")
        found.push({ id: "", regex: "", entropy: 0, keywords: [], allow: [], hasPath: false });
    } else if (assigned !== null) {
      let value = assigned[2] as string;
      while (value.startsWith("[") && !/\]\s*(?:#.*)?$/.test(value)) {
        const next = text.indexOf("\n", at);
        value += `\n${text.slice(at, next).trim()}`;
        at = next + 1;
      }
      note(found.at(-1), table, assigned[1] as string, value);
    }
  }
  return found;
}

function note(rule: FoundRule | undefined, table: string, key: string, value: string): void {
  if (rule === undefined) return;
  const strings = [...value.matchAll(/'''(.*?)'''|"((?:[^"\\]|\\.)*)"/gs)].map(
    ([, raw, quoted]) => raw ?? (JSON.parse(`"${quoted}"`) as string),
  );
  if (table === "rules.allowlists" && key === "regexes") rule.allow.push(...strings);
  if (table !== "rules") return;
  if (key === "id") rule.id = strings[0] as string;
  else if (key === "regex") rule.regex = strings[0] as string;
  else if (key === "entropy") rule.entropy = Number(value);
  else if (key === "keywords") rule.keywords = strings;
  else if (key === "path") rule.hasPath = true;
}

/**
 * The words before a keyword are not part of a secret, and looking for them would take most of the time. In a sentence a
 * secret ends with other characters than in code.
 */
function inJavaScript(go: string): { source: string; flags: string } {
  const isFolded = go.startsWith("(?i)");
  let source = (isFolded ? go.slice(4) : go)
    .replaceAll("[\\w.-]{0,50}?", "")
    .replaceAll(String.raw`(?:[\x60'"\s;]|\\[nr]|$)`, String.raw`(?!\w)`)
    .replaceAll("[[:alnum:]]", "[A-Za-z0-9]")
    .replaceAll("\\z", "$")
    .replace(/\(\?P<\w+>/g, "(?:");
  for (let at = source.indexOf("(?i)"); at >= 0; at = source.indexOf("(?i)")) {
    const end = endOfGroup(source, at);
    source = `${source.slice(0, at)}(?i:${source.slice(at + 4, end)})${source.slice(end)}`;
  }
  return { source, flags: isFolded ? "i" : "" };
}

/** Where the group that holds a position ends. */
function endOfGroup(source: string, from: number): number {
  let depth = 0;
  let isClass = false;
  for (let at = from; at < source.length; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (isClass) isClass = character !== "]";
    else if (character === "[") isClass = true;
    else if (character === "(") depth++;
    else if (character === ")" && depth-- === 0) return at;
  }
  return source.length;
}

function nameOf(id: string): string {
  const known = Object.keys(names)
    .filter((start) => id.startsWith(start))
    .sort((a, b) => b.length - a.length)[0];
  return known === undefined ? id.replaceAll("-", " ") : (names[known] as string);
}

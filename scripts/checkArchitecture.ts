/**
 * Keeps ARCHITECTURE.md and `docs/` true: each file and folder they name exists, each folder of the product is named in
 * ARCHITECTURE.md, and each rule under "Invariants" names the lint rule or test that holds it.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fail } from "./bootstrap.mjs";
import { inCheckout } from "./checkout.ts";

if (!existsSync(inCheckout("ARCHITECTURE.md"))) fail("ARCHITECTURE.md is missing.");
const text = readFileSync(inCheckout("ARCHITECTURE.md"), "utf8");
const lintConfig = readFileSync(inCheckout(".oxlintrc.json"), "utf8");

const faults = [...missingFiles(), ...unnamedFolders(), ...unheldRules()];
if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exitCode = 1;
}

/** Whatever stands in a code span and looks like a path of the checkout. */
function missingFiles(): readonly string[] {
  const tops = new Set(topNames());
  const docs = readdirSync(inCheckout("docs")).filter((name) => name.endsWith(".md"));
  const pages = ["ARCHITECTURE.md", ...docs.map((name) => `docs/${name}`)];
  return pages.flatMap((page) =>
    codeSpans(readFileSync(inCheckout(page), "utf8"))
      .filter((span) => /^[\w.-]+(\/[\w.-]*)+$/.test(span) && tops.has(span.split("/")[0] ?? ""))
      .filter((span) => !existsSync(inCheckout(span)))
      .map((span) => `${page} names ${span}, which does not exist.`),
  );
}

function unnamedFolders(): readonly string[] {
  const parts = readdirSync(inCheckout("server"), { withFileTypes: true })
    .filter(
      (entry) => entry.isDirectory() && readdirSync(inCheckout("server", entry.name)).length > 0,
    )
    .map((entry) => `server/${entry.name}/`);
  const folders = ["protocol/", "extension/", "webview/", "test/", "bench/", "scripts/", ...parts];
  return folders
    .filter((folder) => !text.includes(`\`${folder}`))
    .map((folder) => `ARCHITECTURE.md does not name \`${folder}\`.`);
}

function unheldRules(): readonly string[] {
  const section = /^## Invariants\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text)?.[1];
  if (section === undefined) return ["ARCHITECTURE.md has no section Invariants."];
  const rules = section.split(/^- /m).slice(1);
  if (rules.length === 0) return ["ARCHITECTURE.md lists no invariant."];
  return rules
    .filter((rule) => !codeSpans(rule).some(holds))
    .map((rule) => `No lint rule or test is named for: ${rule.split("\n")[0] ?? ""}`);
}

/** True for a test that exists and for a rule that the lint configuration switches on. */
function holds(span: string): boolean {
  if (/^(test|scripts)\/.+\.(ts|mjs)$/.test(span)) return existsSync(inCheckout(span));
  return /^[\w-]+(\/[\w-]+)?$/.test(span) && lintConfig.includes(`"${span}"`);
}

/** What stands at the top of the checkout and belongs to it: what a build or a test leaves there comes and goes. */
function topNames(): readonly string[] {
  const files = execFileSync("git", ["ls-files"], { cwd: inCheckout(), encoding: "utf8" });
  return files.split("\n").map((file) => file.split("/")[0] ?? "");
}

function codeSpans(markdown: string): readonly string[] {
  return Array.from(markdown.matchAll(/`([^`\n]+)`/g), (match) => match[1] ?? "");
}

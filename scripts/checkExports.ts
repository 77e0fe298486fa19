/**
 * Finds exports that nothing needs: a value that no other file imports, and a part of the product that only
 * tests use. Types are left alone where their own file uses them: they name what an exported function takes
 * or returns. Takes the checkout to look at as its argument, for tests; else it is this one.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { checkout } from "./checkout.ts";

const root = process.argv[2] ?? checkout;
const product = ["protocol", "server", "extension", "webview"];
const helpers = ["bench", "scripts", "test"];

interface SourceText {
  readonly file: string;
  readonly text: string;
}
const sources: readonly SourceText[] = globSync(
  [...product, ...helpers].map((folder) => `${folder}/**/*.{ts,mjs}`),
  { cwd: root, exclude: ["test/fixtures/syntax/**", "test/golden/**", "**/node_modules/**"] },
)
  .map((file) => file.replaceAll(path.sep, "/"))
  .sort()
  .map((file) => ({ file, text: readFileSync(path.join(root, file), "utf8") }));

/**
 * What is called by its name from outside: VS Code activates the extension, Mocha's host runs the tests, and the
 * kernel is called through WebAssembly.
 */
const entries: Readonly<Record<string, readonly string[]>> = {
  "extension/main.ts": ["activate", "deactivate"],
  "test/inhost/index.ts": ["run"],
  "server/model/kernel/kernel.ts": ["initTokenizer"],
};

/** For each file, by whom each of its names is imported; `*` stands for all names. */
const importers = new Map<string, Map<string, Set<string>>>();
for (const source of sources) noteImports(source);

const faults = sources.flatMap((source) => unneeded(source));
if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exitCode = 1;
}

function noteImports({ file, text }: SourceText): void {
  // import { a, type b as c } from "./x.ts"; export { a } from "./x.ts"; import * as x; import("./x.ts")
  const forms =
    /(?:\b(?:import|export)\s+(?:type\s+)?([^;"'()]*?)\s*from\s*|\bimport\()"(\.[^"]+)"/g;
  for (const [, clause, specifier] of text.matchAll(forms)) {
    const target = targetOf(file, specifier as string);
    const names = /\{([^}]*)\}/.exec(clause ?? "")?.[1];
    for (const name of names === undefined ? ["*"] : namesIn(names)) {
      const ofFile = importers.get(target) ?? new Map<string, Set<string>>();
      importers.set(target, ofFile.set(name, (ofFile.get(name) ?? new Set()).add(file)));
    }
  }
}

/** AssemblyScript wants its imports without an extension. */
function targetOf(file: string, specifier: string): string {
  const target = path.posix.join(path.posix.dirname(file), specifier);
  return file.startsWith("server/model/kernel/") ? `${target}.ts` : target;
}

function namesIn(list: string): string[] {
  return list
    .split(",")
    .map((part) =>
      part
        .trim()
        .replace(/^type\s+/, "")
        .replace(/\s+as\s.*$/s, ""),
    )
    .filter(Boolean);
}

function unneeded({ file, text }: SourceText): string[] {
  // A test has text of other programs in it.
  if (/\.(test|e2e)\.ts$/.test(file)) return [];
  const found: string[] = [];
  const declared =
    /^export (?:declare )?(?:async )?(const|let|function|class|interface|type)\b[\s*]*(\w+)/gm;
  for (const [, kind, name] of text.matchAll(declared)) {
    if (entries[file]?.includes(name as string) === true) continue;
    const by = [...(importers.get(file)?.get(name as string) ?? [])];
    by.push(...(importers.get(file)?.get("*") ?? []));
    const isUsedHere = (text.match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0) > 1;
    const isType = kind === "interface" || kind === "type";
    const isProduct = product.includes(file.split("/")[0] as string);
    if (by.length === 0 && !(isType && isUsedHere))
      found.push(`${file}: nothing imports \`${name}\`. Remove it, or its “export”.`);
    else if (isProduct && !isUsedHere && by.every((importer) => importer.startsWith("test/")))
      found.push(`${file}: only tests use \`${name}\`. Remove it with them.`);
  }
  return found;
}

/** What a definition is, in the words of its own language. */
import type { SymbolKind } from "../../protocol/types.ts";
import { codeMaskOf } from "./codeMask.ts";
import { definitionAt } from "./definition.ts";
import { code } from "./markdown.ts";
import type { Place } from "./reading.ts";

const words: Readonly<Record<SymbolKind, string>> = {
  function: "a function",
  method: "a method",
  class: "a class",
  interface: "an interface",
  struct: "a struct",
  enum: "an enum",
  type: "a type",
  module: "a module",
  variable: "a variable",
  constant: "a constant",
  field: "a field",
  macro: "a macro",
  test: "a test",
  section: "a section",
  key: "a setting",
};

/** Words of the languages themselves that stand before a name and say more than the kind does. */
const keywords: ReadonlyMap<string, string> = new Map([
  ["impl", "an `impl` block"],
  ["trait", "a trait"],
  ["protocol", "a protocol"],
  ["object", "an object"],
  ["namespace", "a namespace"],
  ["union", "a union"],
  ["record", "a record"],
  ["extension", "an extension"],
  ["actor", "an actor"],
  ["mixin", "a mixin"],
  ["property", "a property"],
  ["typedef", "a typedef"],
  ["class", "a class"],
  ["struct", "a struct"],
  ["enum", "an enum"],
  ["interface", "an interface"],
  ["package", "a package"],
  ["annotation", "an annotation"],
]);
const nameable: ReadonlySet<SymbolKind> = new Set([
  "class",
  "interface",
  "struct",
  "enum",
  "type",
  "module",
]);

/** Returns "a method of `Retry`"; `undefined` for a place without a definition. */
export function kindOf(place: Place): string | undefined {
  const { symbol, file } = place;
  if (symbol === undefined) return undefined;
  const kind = wordOf(place);
  if (symbol.container === "") return kind;
  // What is written in a namespace or a package belongs to it only by its name.
  const isLoose = /^(?:c|cpp|csharp|php|java|kotlin|scala|perl)$/.test(file.language);
  const joint = isLoose && symbol.kind !== "method" && symbol.kind !== "field" ? "in" : "of";
  return `${kind} ${joint} ${code(symbol.container)}`;
}

/** Returns how a place with a definition is called: its name, or what a block of implementations says of itself. */
export function nameOf(place: Place): string {
  const { symbol, file } = place;
  const definition = isImplementationBlock(place) ? definitionAt(place) : undefined;
  if (definition === undefined) return symbol?.name ?? "";
  return /^[^{]*/.exec(file.line(definition.nameLine).slice(0, maxNameLength))?.[0].trim() ?? "";
}
const maxNameLength = 120;

/** Returns true for a Rust `impl` block, which adds to a type and does not define it. */
export function isImplementationBlock(place: Place): boolean {
  return place.symbol?.kind === "module" && keywordOf(place) === "impl";
}

function wordOf(place: Place): string {
  const kind = (place.symbol as NonNullable<Place["symbol"]>).kind;
  const { language } = place.file;
  if (nameable.has(kind)) return keywords.get(keywordOf(place) ?? "") ?? words[kind];
  if (kind === "field" && /^(?:typescript|javascript|vue|svelte|swift|kotlin)/.test(language))
    return "a property";
  if (kind === "field" && language === "python") return "an attribute";
  return words[kind];
}

/** The last of the language's own words before the name, where the name stands. */
function keywordOf(place: Place): string | undefined {
  const definition = definitionAt(place);
  if (definition === undefined || place.symbol === undefined) return undefined;
  const line = codeMaskOf(place.file).codeOf(definition.nameLine);
  const before = line.slice(0, line.indexOf(place.symbol.name)).match(/\p{L}+/gu) ?? [];
  // `impl Trait for Type` and `enum class Kind` begin with the word that counts.
  const found = before.filter((word) => keywords.has(word));
  return found.includes("impl") || found.includes("enum") || found.includes("union")
    ? found.find((word) => /^(?:impl|enum|union)$/.test(word))
    : found.at(-1);
}

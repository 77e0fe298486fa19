/** What a file imports, from its text alone: which of several definitions of a name it means. */
import type { SourceFile } from "../recall/sourceFile.ts";
import { mentions } from "./names.ts";

/** Where a definition stands. */
export interface Target {
  readonly name: string;
  readonly path: string;
  /** Dotted names of the definitions around it. */
  readonly container: string;
}

/**
 * How an import fits a definition: `fits` names its file or its owner, `perhaps` leads into the same project,
 * `other` leads elsewhere.
 */
export type ImportFit = "fits" | "perhaps" | "other";

/** Imports stand at the beginning of a file. */
const maxLooked = 40_000;

/** One import of a file: the words that it brings in, as written, and where from. */
interface Import {
  readonly names: string;
  readonly module: string;
}

const imports = new WeakMap<SourceFile, readonly Import[]>();

/** Returns the module that a file imports `name` from, `undefined` when it does not import the name. */
export function importedFrom(file: SourceFile, name: string): string | undefined {
  let known = imports.get(file);
  if (known === undefined) {
    known = importsOf(file.text.slice(0, maxLooked), file.language);
    imports.set(file, known);
  }
  return known.find(({ names }) => mentions(names, name))?.module;
}

/** True for languages in which every name of another file is imported, by itself or with its module. */
export function mustImport(language: string): boolean {
  return /^(?:(?:java|type)script(?:react)?|vue|svelte|python)$/.test(language);
}

function importsOf(text: string, language: string): Import[] {
  if (/^(?:(?:java|type)script(?:react)?|vue|svelte)$/.test(language))
    return [
      ...found(
        text,
        /\b(?:import|export)\s([^;'"]{0,2000}?)\sfrom\s{0,3}['"]([^'"\n]{1,300})['"]/g,
      ),
      ...found(
        text,
        /\b(?:const|let|var)\s([^;'"=]{0,500})=\s{0,3}(?:await )?(?:require|import)\(['"]([^'"\n]{1,300})['"]/g,
      ),
    ];
  if (language === "python")
    return [
      ...found(
        text,
        /^[ \t]*from[ \t]+([\w.]{1,200})[ \t]+import[ \t]+(\([^)]{0,2000}|[^\n(]{0,500})/gm,
        true,
      ),
      ...found(text, /^[ \t]*import[ \t]+([\w.]{1,200})([^\n]{0,200})/gm, true),
    ];
  if (language === "rust")
    return [
      ...found(
        text,
        /^[ \t]*(?:pub(?:\([^)\n]*\))? )?use ([\w:]{0,200}?)(?:::)?(\{[^;]{0,1500}|\w+)(?=;|\s)/gm,
        true,
      ),
    ];
  if (/^(?:java|kotlin|scala|csharp|php)$/.test(language))
    return found(text, /^[ \t]*(?:import|use|using)\s+(?:static\s+)?([\w.\\]{1,200})()/gm, true);
  return [];
}

/** The pattern's groups are the names and the module, or the other way round; a module is one of its names. */
function found(text: string, pattern: RegExp, isModuleFirst = false): Import[] {
  return [...text.matchAll(pattern)].map(([, first = "", second = ""]) =>
    isModuleFirst
      ? {
          module: first,
          names: `${second} ${second.startsWith("(") || second.startsWith("{") ? "" : lastOf(first)}`,
        }
      : { module: second, names: first },
  );
}

function lastOf(module: string): string {
  return partsOf(module).at(-1) ?? "";
}

/** Judges whether what is imported from a module is the target. */
export function fitOf(module: string, target: Target): ImportFit {
  const asked = partsOf(module.replace(/\.\w{1,4}$/, (end) => (module.includes("/") ? "" : end)));
  const last = asked.findLast((part) => !isIndex(part)) ?? "";
  const parts = partsOf(target.path.replace(/\.\w{1,5}$/, ""));
  const own = parts.findLast((part) => !isIndex(part)) ?? "";
  const owners = new Set([own, ...target.container.split("."), target.name]);
  if (last !== "" && owners.has(last) && parts.includes(last)) return "fits";
  if (last !== "" && target.container.split(".").includes(last)) return "fits";
  const isRelative = /^(?:\.|@\/|~|#|crate\b|self\b|super\b)/.test(module);
  return isRelative || asked.some((part) => parts.includes(part)) ? "perhaps" : "other";
}

function partsOf(path: string): string[] {
  return path.split(/[/.:\\]+/).filter((part) => part !== "");
}

function isIndex(part: string): boolean {
  return /^(?:index|mod|lib|main|__init__|src)$/.test(part);
}

/** Names of a tree's functions and types, told by the look of their lines, and such names that the tree does not hold. */
import path from "node:path";
import type { EvalRepository } from "../recall/evalSet.ts";
import { shuffled } from "../questions.ts";
import { readSource } from "../trees.ts";

/** A name that one file of the tree defines: of several words, or capitalised. */
export interface DefinedName {
  readonly name: string;
  readonly path: string;
}

const minLetters = 6;
/** `function`, `class` and the like with a name; a method with a modifier; a C function with its type before it. */
const definition =
  /\b(?:function|def|fn|func(?:\s+\([^)]*\))?|class|struct|interface|trait|enum)\s+([A-Za-z_]\w+)|^\s+(?:public|private|protected|static)[\w<>[\], ]*\s(\w+)\s*\(|^(?:[\w*]+\s+)+\*?(\w+)\s*\([^;\n]*$/gm;

/** Returns the names in order, each once. */
export function definedNames({ treeDir, knownFiles }: EvalRepository): DefinedName[] {
  const files = new Map<string, Set<string>>();
  for (const file of knownFiles) {
    const text = readSource(path.join(treeDir, file)) ?? "";
    for (const [, byWord, byModifier, byType] of text.matchAll(definition)) {
      const name = byWord ?? byModifier ?? byType ?? "";
      if (name.length >= minLetters && (wordsOf(name).length > 1 || /^[A-Z]/.test(name)))
        files.set(name, (files.get(name) ?? new Set()).add(file));
    }
  }
  return [...files]
    .flatMap(([name, [file, ...others]]) =>
      file === undefined || others.length > 0 ? [] : [{ name, path: file }],
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Returns at most `nWanted` names that the tree holds nowhere, in upper or lower case: in turns one that `others` define, and one whose words
 * stand in names that the tree defines.
 */
export function inventedNames(
  { treeDir, knownFiles }: EvalRepository,
  names: readonly DefinedName[],
  others: readonly DefinedName[],
  nWanted: number,
  seed: number,
): string[] {
  const text = [...knownFiles]
    .map((file) => readSource(path.join(treeDir, file)) ?? "")
    .join("\n")
    .toLowerCase();
  const strange = shuffled(others, seed + 2);
  const ends = shuffled(names, seed + 1);
  const invented = shuffled(names, seed).flatMap(({ name }, i) => {
    const words = [
      ...wordsOf(name).slice(0, -1),
      wordsOf((ends[i] as DefinedName).name).at(-1) ?? "",
    ];
    const joined = name.includes("_") ? words.join("_").toLowerCase() : camelCase(words);
    const other = strange[i];
    return other === undefined ? [joined] : [other.name, joined];
  });
  const found: string[] = [];
  for (const name of new Set(invented)) {
    if (found.length >= nWanted) break;
    if (!text.includes(name.toLowerCase())) found.push(name);
  }
  return found;
}

/** `parse`, `Retry` and `After` of `parseRetryAfter`. */
export function wordsOf(name: string): string[] {
  return name.split(/_+|(?<=[a-z0-9])(?=[A-Z])/).filter((word) => word !== "");
}

function camelCase(words: readonly string[]): string {
  return words
    .map((word, i) => (i === 0 ? word : `${word[0]?.toUpperCase() ?? ""}${word.slice(1)}`))
    .join("");
}

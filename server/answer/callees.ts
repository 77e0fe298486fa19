/** Finds the definitions in the workspace that a definition calls, by name and by what its file imports. */
import type { Recall } from "../../protocol/types.ts";
import { recallMore, type Ask } from "./ask.ts";
import { calledNames, probablyMeans, type CalledName } from "./callGuess.ts";
import { codeMaskOf } from "./codeMask.ts";
import { definitionAt, type Definition } from "./definition.ts";
import { fitOf, importedFrom, mustImport } from "./imports.ts";
import { Reading, type Place } from "./reading.ts";

const maxCallees = 4;
const maxLookups = 8;

/** A definition that another one calls. */
export interface Callee {
  readonly name: string;
  readonly recall: Recall;
}

/** Returns what the definition of a recall calls, in the order of the calls; of a type nothing, its methods do. */
export async function findCallees(ask: Ask, main: Recall): Promise<Callee[]> {
  const place = new Reading(ask.ports.source).place(main);
  const definition = place && definitionAt(place);
  if (place === undefined || definition === undefined || !isCode(place)) return [];
  const callees: Callee[] = [];
  let nLookups = 0;
  for (const called of calledNames(codeOf(place, definition))) {
    if (called.name === place.symbol?.name || callees.length >= maxCallees) continue;
    const fits = (recall: Recall): boolean => isProbablyCalled(called, recall, place);
    const known = ask.result.recalls.filter(fits);
    // What was recalled for the question may be another file's definition of the name; the file's own wins.
    const isOwn = known.some(({ citation }) => citation.path === main.citation.path);
    const looksUp = !isOwn && nLookups < maxLookups;
    if (looksUp) nLookups++;
    const more = looksUp ? (await recallMore(ask, `\`${called.name}\``, 8)).filter(fits) : [];
    const recall = nearest([...known, ...more], main);
    if (recall !== undefined) callees.push({ name: called.name, recall });
  }
  return callees;
}

function isCode({ symbol }: Place): boolean {
  return symbol !== undefined && ["function", "method", "macro", "test"].includes(symbol.kind);
}

/** What the definition's lines hold besides comments and strings. */
function codeOf({ file }: Place, { nameLine, lastLine }: Definition): string {
  const mask = codeMaskOf(file);
  const lines: string[] = [];
  for (let line = nameLine; line <= lastLine && line - nameLine < maxLines; line++)
    lines.push(mask.codeOf(line));
  return lines.join("\n");
}
const maxLines = 1000;

function isProbablyCalled(
  called: CalledName,
  { citation, role }: Recall,
  { file, recall }: Place,
): boolean {
  const { symbol, path } = citation;
  if (symbol?.name !== called.name || role === "docs" || role === "config") return false;
  if (role === "test" && recall.role !== "test") return false;
  const target = { name: symbol.name, path, container: symbol.container };
  const { receiver } = called;
  const imported = receiver.kind === "other" ? receiver.word : called.name;
  const from =
    receiver.kind === "self" || imported === "" ? undefined : importedFrom(file, imported);
  if (from !== undefined)
    return fitOf(receiver.kind === "other" ? `${from}/${imported}` : from, target) !== "other";
  if (receiver.kind === "none" && path !== file.path && mustImport(file.language)) return false;
  return probablyMeans(called, file.path, target);
}

/** Of several definitions of a name, the one that shares most of its path with the caller. */
function nearest(found: readonly Recall[], { citation }: Recall): Recall | undefined {
  const own = citation.path.split("/");
  const shared = (recall: Recall): number => {
    const parts = recall.citation.path.split("/");
    const i = parts.findIndex((part, at) => part !== own[at]);
    return i < 0 ? parts.length : i;
  };
  return found.toSorted((a, b) => shared(b) - shared(a))[0];
}

/** How a definition hangs together with the rest: who uses it, what it uses, what tests and mentions it. */
import type { Recall } from "../../protocol/types.ts";
import { recallMore, recallUses, type Ask } from "./ask.ts";
import { definitionAt, lastLineOf } from "./definition.ts";
import { code, count } from "./markdown.ts";
import { calledNames, probablyMeans, type CalledName } from "./callGuess.ts";
import { callsName, mentions } from "./names.ts";
import { Reading, type Place } from "./reading.ts";
import { distinctUses, fileKey, lineRange, useLinesOf, verbOf, type UseLine } from "./useLines.ts";

const maxUses = 60;
const maxCallersShown = 5;
const maxCalleesShown = 5;
const maxLookups = 8;

/** What was found about a definition; texts are read again when it is written. */
export interface Connections {
  readonly name: string;
  readonly uses: readonly Recall[];
  /** Definitions in the workspace that the definition calls, in the order of the calls. */
  readonly callees: readonly { readonly name: string; readonly recall: Recall }[];
}

/** Looks up what the definition at a place is connected with. */
export async function findConnections(ask: Ask, main: Recall): Promise<Connections | undefined> {
  const symbol = main.citation.symbol;
  if (symbol === undefined || symbol.kind === "section" || symbol.kind === "key") return undefined;
  const uses = await recallUses(ask, symbol.name, maxUses);
  return { name: symbol.name, uses, callees: await findCallees(ask, main, symbol.name) };
}

async function findCallees(ask: Ask, main: Recall, name: string): Promise<Connections["callees"]> {
  const place = new Reading(ask.ports.source).place(main);
  const definition = place && definitionAt(place);
  if (place === undefined || definition === undefined) return [];
  const body = place.file.textOf(place.file.linesRange(definition.nameLine, definition.lastLine));
  const callees: { name: string; recall: Recall }[] = [];
  let nLookups = 0;
  for (const called of calledNames(body)) {
    if (called.name === name || callees.length >= maxCalleesShown) continue;
    const fits = (recall: Recall): boolean => isProbablyCalled(called, recall, main);
    const known = ask.result.recalls.find(fits);
    if (known === undefined && nLookups >= maxLookups) continue;
    if (known === undefined) nLookups++;
    const recall = known ?? (await recallMore(ask, `\`${called.name}\``, 5)).find(fits);
    if (recall !== undefined) callees.push({ name: called.name, recall });
  }
  return callees;
}

function isProbablyCalled(called: CalledName, { citation, role }: Recall, main: Recall): boolean {
  const { symbol, path } = citation;
  if (symbol?.name !== called.name || role === "docs" || role === "config") return false;
  return probablyMeans(called, main.citation.path, {
    name: symbol.name,
    path,
    container: symbol.container,
  });
}

/** Writes what stands in the files now. Returns false when there was nothing to say. */
export function writeConnections(ask: Ask, main: Place, found: Connections): boolean {
  const reading = new Reading(ask.ports.source);
  const lines = reading.places(found.uses).flatMap((place) => useLinesOf(place, found.name));
  const elsewhere = distinctUses(lines).filter((line) => !isInside(line, main));
  const items = [
    ...callerItems(
      ask,
      elsewhere.filter(({ place }) => place.recall.role === "source"),
      found.name,
    ),
    ...calleeItems(ask, reading, main, found),
    ...mentionItem(ask, elsewhere, "test", "Tested"),
    ...mentionItem(ask, elsewhere, "config", "Configured"),
    ...mentionItem(ask, elsewhere, "docs", "Described"),
  ];
  if (items.length === 0) return false;
  ask.writer.block(`### How it connects\n\n${items.join("\n")}`);
  return true;
}

function isInside({ place, line }: UseLine, main: Place): boolean {
  const range = main.symbol?.range ?? main.range;
  return (
    place.file.rootId === main.file.rootId &&
    place.file.path === main.file.path &&
    line >= range.start.line &&
    line <= lastLineOf(range)
  );
}

function callerItems(ask: Ask, lines: readonly UseLine[], name: string): string[] {
  if (lines.length === 0) return [];
  const files = new Set(lines.map(fileKey));
  // Calls say more than imports and mentions do.
  const ordered = [
    ...lines.filter((line) => callsName(line.text, name)),
    ...lines.filter((line) => !callsName(line.text, name)),
  ];
  const shown = ordered.slice(0, maxCallersShown);
  const where =
    lines.length === 1
      ? "in one place"
      : `in ${count(lines.length, "place")} in ${count(files.size, "file")}`;
  const items = shown.map((line) => `  - ${useText(ask, line, name)}`);
  const more = lines.length - shown.length;
  return [
    `- Used ${where}, by name:`,
    ...items,
    ...(more > 0 ? [`  - and ${count(more, "more place")}`] : []),
  ];
}

/** "`start` calls it in [place]: `line`" */
function useText(ask: Ask, use: UseLine, name: string): string {
  const link = ask.writer.link(use.place.file, lineRange(use), use.holder);
  return `${use.holder === undefined ? "" : `${code(use.holder.name)} ${verbOf(use, name)} in `}${link}: ${code(use.text)}`;
}

function calleeItems(ask: Ask, reading: Reading, main: Place, found: Connections): string[] {
  const text = main.file.textOf(main.symbol?.range ?? main.range);
  const links = found.callees.flatMap(({ name, recall }) => {
    const place = mentions(text, name) ? reading.place(recall) : undefined;
    if (place === undefined) return [];
    return [
      `${code(name)} (${ask.writer.link(place.file, place.symbol?.range ?? place.range, place.symbol)})`,
    ];
  });
  return links.length === 0 ? [] : [`- Calls, by name: ${links.join(", ")}`];
}

function mentionItem(
  ask: Ask,
  lines: readonly UseLine[],
  role: Recall["role"],
  verb: string,
): string[] {
  const ofRole = lines.filter(({ place }) => place.recall.role === role);
  const first = ofRole[0];
  if (first === undefined) return [];
  const holder = first.holder === undefined ? "" : ` (${code(first.holder.name)})`;
  const more = ofRole.length > 1 ? `, and in ${count(ofRole.length - 1, "more place")}` : "";
  return [
    `- ${verb} in ${ask.writer.link(first.place.file, lineRange(first), first.holder)}${holder}${more}`,
  ];
}

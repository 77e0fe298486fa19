/** Answers "who calls X" and "what breaks if I change X": every recalled use, with its line. */
import type { Recall } from "../../protocol/types.ts";
import { pause, recallMore, recallUses, type AnswerOutcome, type Ask } from "./ask.ts";
import { code, count } from "./markdown.ts";
import type { Target } from "./imports.ts";
import { tellScope } from "./mentionText.ts";
import { lastPart } from "./names.ts";
import { abstain } from "./noEvidence.ts";
import { withoutRepeats } from "./mainPlace.ts";
import { placeLine } from "./placeText.ts";
import { Reading } from "./reading.ts";
import { distinctUses, fileKey, lineRange, useLinesOf, verbOf, type UseLine } from "./useLines.ts";

const maxUses = 200;
const maxLinesShown = 24;
const maxDefinitionsShown = 4;

/** Lists the uses of a name by file, sources before tests. */
export async function answerCallers(ask: Ask, target: string): Promise<AnswerOutcome> {
  const name = lastPart(target);
  const isMeant = tellScope(ask);
  const found = await recallUses(ask, name, maxUses);
  const uses = found.filter(({ citation }) => isMeant(citation.path));
  const definitions = await findDefinitions(ask, name);
  if (uses.length === 0 && definitions.length === 0) return abstain(ask, [target]);
  writeDefinitions(ask, definitions, name);
  ask.writer.flush();
  await pause(ask.signal);
  writeUses(ask, uses, definitions, { name, isCut: found.length >= maxUses });
  ask.writer.flush();
  return "answered";
}

async function findDefinitions(ask: Ask, name: string): Promise<Recall[]> {
  const defines = (recall: Recall): boolean => recall.citation.symbol?.name === name;
  const known = ask.result.recalls.filter(defines);
  return withoutRepeats(
    known.length > 0 ? known : (await recallMore(ask, `\`${name}\``, 10)).filter(defines),
  );
}

function writeDefinitions(ask: Ask, definitions: readonly Recall[], name: string): void {
  const places = new Reading(ask.ports.source).places(definitions.slice(0, maxDefinitionsShown));
  const [first, ...more] = places;
  if (first === undefined) return;
  ask.writer.block(
    more.length === 0
      ? `This is about ${placeLine(ask, first)}.`
      : `${code(name)} is defined more than once${definitions.length > places.length ? ", for example" : ""}:\n\n${places.map((place) => `- ${placeLine(ask, place)}`).join("\n")}`,
  );
}

function writeUses(
  ask: Ask,
  uses: readonly Recall[],
  definitions: readonly Recall[],
  { name, isCut }: { readonly name: string; readonly isCut: boolean },
): void {
  const reading = new Reading(ask.ports.source);
  const targets = definitions.length === 0 ? [undefined] : definitions;
  const found = reading
    .places(uses)
    .flatMap((place) => surest(targets.map((target) => useLinesOf(place, targetOf(name, target)))));
  const all = distinctUses(found);
  if (all.length === 0) {
    ask.writer.block(
      `Nothing else ${(ask.result.trace.mentions?.within.length ?? 0) > 0 ? "there" : "in memory"} uses ${code(name)} by name. A use through another name, reflection or a file that is not in memory would not show.`,
    );
    return;
  }
  const inCode = all.filter(({ role }) => role === "source" || role === "test");
  writeCount(ask, all, name, isCut);
  const ofRole = (...roles: readonly Recall["role"][]): UseLine[] =>
    all.filter(({ role }) => roles.includes(role));
  const isTypeName = definitions.some(({ citation }) => citation.symbol?.kind === "class");
  const isKnown = ({ sureness }: UseLine): boolean => sureness !== "name";
  const sources = ofRole("source");
  const hasKnown = inCode.some(isKnown);
  const knownSources = sources.filter(isKnown);
  const first = knownSources.length > 0 ? knownSources : sources;
  const nLeft = writeLines(ask, first, isTypeName, maxLinesShown, "");
  writeLines(
    ask,
    hasKnown ? ofRole("test").filter(isKnown) : ofRole("test"),
    isTypeName,
    Math.max(minLinesShown, nLeft),
    "In tests",
  );
  if (hasKnown) {
    const open = inCode.filter((use) => !isKnown(use) && !first.includes(use));
    writeLines(ask, open, isTypeName, minLinesShown, "The same name, perhaps of something else");
  }
  writeLines(
    ask,
    ofRole("config", "docs"),
    isTypeName,
    minLinesShown,
    "In configuration and documentation",
  );
}
const minLinesShown = 6;

function targetOf(name: string, definition: Recall | undefined): Target {
  const { path = "", symbol } = definition?.citation ?? {};
  return { name, path, container: symbol?.container ?? "" };
}

/** A use may mean any of several definitions; the one that it means most surely counts. */
function surest(meanings: readonly (readonly UseLine[])[]): UseLine[] {
  const order: readonly UseLine["sureness"][] = ["sure", "likely", "name"];
  const byLine = new Map<number, UseLine>();
  for (const use of meanings.flat()) {
    const known = byLine.get(use.line);
    if (known === undefined || order.indexOf(use.sureness) < order.indexOf(known.sureness))
      byLine.set(use.line, use);
  }
  return [...byLine.values()];
}

function writeCount(ask: Ask, all: readonly UseLine[], name: string, isCut: boolean): void {
  const files = new Set(all.map(fileKey));
  const limit = isCut ? "at least " : "";
  const calls = all.filter(({ kind }) => kind === "calls").length;
  const nOpen = all.filter(
    ({ sureness, role }) => sureness === "name" && role !== "docs" && role !== "config",
  ).length;
  const doubt =
    nOpen === 0
      ? "Types are not resolved."
      : `Types are not resolved: on ${count(nOpen, "line")} nothing but the name says that this one is meant.`;
  ask.writer.block(
    `${code(name)} is used on ${limit}${count(all.length, "line")} in ${count(files.size, "file")}, ${count(calls, "call")} among them. ${doubt}`,
  );
}

/** Returns how many more lines may be shown. */
function writeLines(
  ask: Ask,
  lines: readonly UseLine[],
  isTypeName: boolean,
  limit: number,
  heading: string,
): number {
  if (lines.length === 0) return limit;
  const ordered = [
    ...lines.filter(({ kind }) => kind === "calls"),
    ...lines.filter(({ kind }) => kind !== "calls"),
  ];
  const shown = ordered.slice(0, limit);
  const byFile = Map.groupBy(shown, fileKey);
  const items = [...byFile.values()].flatMap((inFile) =>
    inFile.toSorted((a, b) => a.line - b.line).map((use) => `- ${useLine(ask, use, isTypeName)}`),
  );
  const more = lines.length - shown.length;
  const rest = more > 0 ? `\n- and ${count(more, "more line")}` : "";
  ask.writer.block(`${heading === "" ? "" : `### ${heading}\n\n`}${items.join("\n")}${rest}`);
  return limit - shown.length;
}

function useLine(ask: Ask, use: UseLine, isTypeName: boolean): string {
  const link = ask.writer.link(use.place.file, lineRange(use), use.symbol);
  return `${link}: ${code(use.text)}${use.holder === undefined ? "" : `, where ${code(use.holder)} ${verbOf(use, isTypeName)}`}`;
}

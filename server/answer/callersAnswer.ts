/** Answers "who calls X" and "what breaks if I change X": every recalled use, with its line. */
import type { Recall } from "../../protocol/types.ts";
import { pause, recallMore, recallUses, type AnswerOutcome, type Ask } from "./ask.ts";
import { code, count } from "./markdown.ts";
import { callsName, lastPart } from "./names.ts";
import { abstain } from "./noEvidence.ts";
import { withoutRepeats } from "./mainPlace.ts";
import { placeLine } from "./placeText.ts";
import { Reading } from "./reading.ts";
import { distinctUses, fileKey, lineRange, useLinesOf, verbOf, type UseLine } from "./useLines.ts";

const maxUses = 200;
const maxLinesShown = 30;

/** Lists the uses of a name by file, sources before tests. */
export async function answerCallers(ask: Ask, target: string): Promise<AnswerOutcome> {
  const name = lastPart(target);
  const uses = await recallUses(ask, name, maxUses);
  const definitions = await findDefinitions(ask, name);
  if (uses.length === 0 && definitions.length === 0) return abstain(ask, [target]);
  writeDefinitions(ask, definitions, name);
  ask.writer.flush();
  await pause(ask.signal);
  writeUses(ask, uses, name);
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
  const places = new Reading(ask.ports.source).places(definitions.slice(0, 4));
  const [first, ...more] = places;
  if (first === undefined) return;
  ask.writer.block(
    more.length === 0
      ? `This is about ${placeLine(ask, first)}.`
      : `${code(name)} is defined more than once, and uses are told apart by name only:\n\n${places.map((place) => `- ${placeLine(ask, place)}`).join("\n")}`,
  );
}

function writeUses(ask: Ask, uses: readonly Recall[], name: string): void {
  const reading = new Reading(ask.ports.source);
  const all = distinctUses(reading.places(uses).flatMap((place) => useLinesOf(place, name)));
  if (all.length === 0) {
    ask.writer.block(
      `Nothing else in memory uses ${code(name)} by name. A use through another name, reflection or a file that is not in memory would not show.`,
    );
    return;
  }
  const files = new Set(all.map(fileKey));
  const limit = uses.length >= maxUses ? "at least " : "";
  const calls = all.filter((use) => callsName(use.text, name)).length;
  ask.writer.block(
    `${code(name)} is used on ${limit}${count(all.length, "line")} in ${count(files.size, "file")}, ${count(calls, "call")} among them. By name: types are not resolved.`,
  );
  const ofRole = (...roles: readonly Recall["role"][]): UseLine[] =>
    all.filter(({ place }) => roles.includes(place.recall.role));
  const nLeft = writeLines(ask, ofRole("source"), name, maxLinesShown, "");
  writeLines(ask, ofRole("test"), name, Math.max(minLinesShown, nLeft), "In tests");
  writeLines(
    ask,
    ofRole("config", "docs"),
    name,
    minLinesShown,
    "In configuration and documentation",
  );
}
const minLinesShown = 6;

/** Returns how many more lines may be shown. */
function writeLines(
  ask: Ask,
  lines: readonly UseLine[],
  name: string,
  limit: number,
  heading: string,
): number {
  if (lines.length === 0) return limit;
  const shown = lines.slice(0, limit);
  const byFile = Map.groupBy(shown, fileKey);
  const items = [...byFile.values()].flatMap((inFile) =>
    inFile.toSorted((a, b) => a.line - b.line).map((use) => `- ${useLine(ask, use, name)}`),
  );
  const more = lines.length - shown.length;
  const rest = more > 0 ? `\n- and ${count(more, "more line")}` : "";
  ask.writer.block(`${heading === "" ? "" : `### ${heading}\n\n`}${items.join("\n")}${rest}`);
  return limit - shown.length;
}

function useLine(ask: Ask, use: UseLine, name: string): string {
  const link = ask.writer.link(use.place.file, lineRange(use), use.holder);
  return `${link}: ${code(use.text)}${use.holder === undefined ? "" : `, where ${code(use.holder.name)} ${verbOf(use, name)}`}`;
}

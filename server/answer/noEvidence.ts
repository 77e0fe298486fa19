/**
 * The answer when nothing supports one: which name is missing, what came nearest, what is not in memory. Where the question
 * is limited to files and folders, all of that is about them, and it says how to ask of the rest.
 */
import type { AnswerOutcome, Ask } from "./ask.ts";
import { nearestNames } from "./evidence.ts";
import { heldWords, holdsText, withoutWords } from "./heldWords.ts";
import { code, listed } from "./markdown.ts";
import { withoutRepeats } from "./mainPlace.ts";
import { recallsMeant, scopeName, tellWider } from "./mentionText.ts";
import { anyNoteHolds, tellNotesFirst } from "./notesAnswer.ts";
import { placeLine } from "./placeText.ts";
import { Reading } from "./reading.ts";
import { notInMemory } from "./wording.ts";

const maxNearest = 3;
const maxHeld = 5;

/** Writes that the code has no answer, with the nearest misses, behind the notes that have one. */
export async function abstain(ask: Ask, missing: readonly string[]): Promise<AnswerOutcome> {
  const byNotes = await tellNotesFirst(ask, true);
  const { writer, result } = ask;
  const scope = scopeName(ask);
  const absent = [...new Set([...missing, ...ask.terms.absent.map(({ text }) => text)])];
  const lacks = `${listed(absent.map(code))} ${absent.length === 1 ? "does" : "do"} not occur`;
  const { pending, stopped } = result.coverage;
  const soFar = pending > 0 || stopped !== undefined ? " so far" : "";
  // A note is in memory too, and what it answers has an answer.
  const isNoted = byNotes !== "nothing" || (await anyNoteHolds(ask, absent));
  const all = isNoted ? "the code" : "memory";
  const filled = isNoted ? "the code that is in memory" : "what is in memory";
  const found = byNotes === "answer" ? "The code has no answer" : "I found no answer";
  const where = scope ?? all;
  writer.block(
    absent.length === 0
      ? `I found nothing in ${where} that answers this${soFar}.`
      : scope === undefined
        ? `${found}: ${lacks} ${soFar === "" ? `anywhere in ${all}` : `in ${filled}${soFar}`}.`
        : `I found no answer in ${scope}: ${lacks} there${soFar}.`,
  );
  if (byNotes !== "answer") {
    if (!writeNearestNames(ask, missing)) writeNearestPlaces(ask, missing);
    const left = notInMemory(result.coverage, ask.ports.statusCommand);
    if (left !== undefined) writer.block(left);
  }
  tellWider(ask);
  writer.flush();
  return byNotes === "answer" ? "answered" : "abstained";
}

/** Returns false when no name is near. */
function writeNearestNames(ask: Ask, missing: readonly string[]): boolean {
  const reading = new Reading(ask.ports.source);
  let isFound = false;
  for (const name of missing) {
    const places = reading.places(nearestNames(recallsMeant(ask), name, maxNearest));
    if (places.length === 0) continue;
    ask.writer.block(
      `Names like ${code(name)}:\n\n${places.map((place) => `- ${placeLine(ask, place)}`).join("\n")}`,
    );
    isFound = true;
  }
  return isFound;
}

function writeNearestPlaces(ask: Ask, missing: readonly string[]): void {
  const reading = new Reading(ask.ports.source);
  const items: string[] = [];
  for (const recall of withoutRepeats(recallsMeant(ask))) {
    if (items.length >= maxNearest) break;
    const place = reading.place(recall);
    if (place === undefined) continue;
    const absent = missing.map(code);
    const held = withoutWords(heldWords(ask.terms, place), absent);
    const holds = holdsText(held, maxHeld);
    if (holds === undefined) continue;
    const lacks = ask.terms.units
      .map(({ text }) => code(text))
      .filter((word) => !Object.values(held).flat().includes(word));
    items.push(
      `- ${placeLine(ask, place)}: ${holds}${lacks.length === 0 ? "" : `, not ${listed(lacks.slice(0, maxHeld))}`}`,
    );
  }
  if (items.length > 0) ask.writer.block(`The nearest I found:\n\n${items.join("\n")}`);
}

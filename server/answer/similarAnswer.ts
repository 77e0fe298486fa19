/** Answers "where do we already do something like this": places like the selected or pasted code. */
import type { Recall } from "../../protocol/types.ts";
import { termsOfText } from "../ingest/terms.ts";
import { pause, recallMoreMeant, type AnswerOutcome, type Ask } from "./ask.ts";
import { likeCode, minLikeCode } from "./codeLikeness.ts";
import { termsOfRecall } from "./evidenceFacts.ts";
import { tellScope } from "./mentionText.ts";
import { abstain } from "./noEvidence.ts";
import { placeLine, writePlace } from "./placeText.ts";
import { Reading, type Place } from "./reading.ts";

/** The beginning of a long selection says what it is about. */
const maxQueryLength = 4000;
const nRecalled = 20;
const maxOthers = 4;

/** Shows the place most like `text`, and names the next ones. */
export async function answerSimilar(ask: Ask, text: string): Promise<AnswerOutcome> {
  const wanted = new Set(termsOfText(text));
  const isMeant = tellScope(ask);
  const recalls = await recallMoreMeant(ask, text.slice(0, maxQueryLength), nRecalled);
  await pause(ask.signal);
  const reading = new Reading(ask.ports.source);
  const alike = recalls
    .filter((recall) => recall.relation === undefined && isMeant(recall.citation.path))
    .filter((recall) => !isSelected(ask, recall))
    .map((recall) => ({ recall, like: likeCode(wanted, termsOfRecall(recall)) }))
    .filter(({ like }) => like >= minLikeCode)
    .sort((a, b) => b.like - a.like)
    .flatMap(({ recall, like }) => placeWith(reading, recall, like));
  const [best, ...others] = alike;
  if (best === undefined) return abstain(ask, []);
  writePlace(ask, best.place, "likely");
  ask.writer.block(`It shares ${percent(best.like)} of the names and words of your code.`);
  if (others.length > 0) {
    const items = others
      .slice(0, maxOthers)
      .map(({ place, like }) => `- ${placeLine(ask, place)}: shares ${percent(like)}`);
    ask.writer.block(`### Other candidates\n\n${items.join("\n")}`);
  }
  ask.writer.flush();
  return "answered";
}

function placeWith(
  reading: Reading,
  recall: Recall,
  like: number,
): { place: Place; like: number }[] {
  const place = reading.place(recall);
  return place === undefined ? [] : [{ place, like }];
}

/** The selected code is like itself, which nobody asks. */
function isSelected({ selection }: Ask, { citation }: Recall): boolean {
  const file = selection?.file;
  if (selection === undefined || file === undefined) return false;
  if (file.rootId !== citation.rootId || file.path !== citation.path) return false;
  return (
    selection.startLine <= citation.range.end.line && selection.endLine >= citation.range.start.line
  );
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

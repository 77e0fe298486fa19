/** Whether what a search found answers the question, judged as an answer in the chat is. */
import type { SearchResult } from "../../protocol/types.ts";
import { isNear, judged, supportOf } from "../answer/evidence.ts";
import type { EvidenceCalibration } from "../answer/evidenceCalibration.ts";
import { recallsMeant } from "../answer/mentionText.ts";
import { QuestionTerms } from "../answer/questionTerms.ts";
import { parseQuestion } from "../recall/question.ts";

/** `probability`, 0 to 1, is absent where none is known for such a question or memory. */
export interface SearchSupport {
  readonly verdict: "sure" | "unsure" | "unknown";
  readonly probability?: number;
}

export function searchSupport(
  query: string,
  result: SearchResult,
  calibration: EvidenceCalibration | undefined,
): SearchSupport {
  if (result.recalls.length === 0) return { verdict: "unknown" };
  const question = parseQuestion(query);
  const terms = new QuestionTerms(question, result.trace);
  const evidence = calibration && judged(question, terms, result, calibration);
  if (evidence !== undefined) {
    const { verdict, probability } = evidence;
    return { verdict, probability: Math.round(probability * 100) / 100 };
  }
  const recalls = recallsMeant({ result });
  switch (supportOf(terms, recalls, result.trace.mentions?.within).support) {
    case "sure":
      return { verdict: "sure" };
    case "likely":
      return { verdict: "unsure" };
    case "none":
      return { verdict: recalls.some((each) => isNear(terms, each)) ? "unsure" : "unknown" };
  }
}

/** Finds, in what the user says beside a question, a sentence that may be worth remembering. It is offered, never kept by itself. */
import { sentenceOf, type NoteSentence } from "./noteSentence.ts";

/** A pasted text says nothing of what its reader thinks. */
const maxLength = 2_000;
const maxSentenceLength = 300;
const minWords = 4;

const statements: readonly RegExp[] = [
  /^(?:we|i|the team|our team)(?:['’](?:ve|ll)| have| will)? (?:just |now |finally |already )?(?:decided|agreed|chose|chosen|settled|picked|opted)\b/iu,
  /^(?:from now on|as of now)\b/iu,
  /^(?:we|i) (?:use|keep|store|write|call|never|always|do not|don['’]t|no longer)\b.*\b(?:because|instead of|rather than|so that|anymore)\b/iu,
  /^(?:we|i) (?:never|always|no longer)\b/iu,
  /^i (?:really |much )?(?:prefer|hate|dislike|like)\b/iu,
  /^please (?:always|never)\b/iu,
  /^(?:actually|correction)[,:] /iu,
  /^(?:wir haben uns|wir haben) .*\b(?:entschieden|beschlossen)\b/iu,
  /^(?:ich bevorzuge|ich mag|ab jetzt)\b/iu,
];
const cjkStatement =
  /^(?:我们|我們)?(?:已经)?(?:决定|決定)|^我(?:更)?(?:喜欢|喜歡|偏好)|ことにした[。]?$|ことにしました[。]?$/u;

/** Returns the first such sentence of a question, `undefined` when it has none. */
export function noteOffer(question: string): NoteSentence | undefined {
  if (question.length > maxLength || question.includes("```")) return undefined;
  for (const part of question.split(/(?<=[.!?])\s+|(?<=[。！？])|\n+/u)) {
    const sentence = part.trim();
    if (sentence.length > maxSentenceLength || /[?？]$/u.test(sentence)) continue;
    const isLong = sentence.split(/\s+/).length >= minWords;
    const isOne = isLong && statements.some((statement) => statement.test(sentence));
    if (isOne || (sentence.length >= minWords && cjkStatement.test(sentence)))
      return sentenceOf(sentence);
  }
  return undefined;
}

/** True for a bare yes. */
export function isYes(answer: string): boolean {
  return /^\s*(?:y|yes|yep|yeah|ok|okay|sure|please do|j|ja|jo|是|是的|好|好的|はい|うん|네|예)[\s.!。！]*$/iu.test(
    answer,
  );
}

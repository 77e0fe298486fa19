/** Holds a sentence against the evidence that it cites. */
import type { ProseMark } from "../../protocol/prose.ts";
import { shortened } from "../answer/markdown.ts";
import type { Atom } from "./atoms.ts";
import { claimedNames, plainText, type ClaimedName } from "./claimedNames.ts";
import type { EvidenceNow } from "./evidenceNow.ts";
import type { EvidenceText } from "./evidenceText.ts";
import { isTalk } from "./talk.ts";

/** What sentences are held against. */
export interface Support {
  readonly evidence: ReadonlyMap<number, EvidenceNow>;
  readonly question: EvidenceText;
}

/** What became of a sentence. A claim says something about the code; only claims count. */
export interface Judged {
  readonly isClaim: boolean;
  /** Absent when the sentence is supported, or claims nothing. */
  readonly mark?: ProseMark;
}

const maxDetail = 120;
/** Nobody says so much in one sentence, and not all of it would be held against anything. */
const maxSentence = 4_000;

/** Returns what became of a sentence. */
export function judgeSentence(atoms: readonly Atom[], { evidence, question }: Support): Judged {
  const numbers = [...new Set(atoms.flatMap((atom) => (atom.kind === "cite" ? atom.numbers : [])))];
  const unknown = numbers.find((number) => !evidence.has(number));
  if (unknown !== undefined) return marked("unknownCitation", String(unknown));
  const cited = numbers.flatMap((number) => evidence.get(number) ?? []);
  const stale = cited.find(({ isCurrent }) => !isCurrent);
  if (stale !== undefined) return marked("stale", stale.label);
  const commanding = cited.find(({ text }) => text.speaksToModel);
  if (commanding !== undefined) return marked("commanded", commanding.label);
  const names = claimedNames(atoms);
  const isEndless = plainText(atoms).length > maxSentence;
  if (isEndless) return marked("noCitation");
  if (cited.length > 0) return held(names, [question, ...cited.map(({ text }) => text)]);
  // What is not known to the question makes a claim of the most careful sentence.
  const unasked = names.filter((name) => !question.holds(name));
  if (!isTalk(plainText(atoms), unasked.length)) return marked("noCitation");
  if (unasked.length === 0) return { isClaim: false };
  return held(names, [question, ...[...evidence.values()].map(({ text }) => text)]);
}

/** Returns what became of a heading: it claims nothing, and names only what is known. */
export function judgeHeading(atoms: readonly Atom[], { evidence, question }: Support): Judged {
  const names = claimedNames(atoms);
  if (names.length === 0) return { isClaim: false };
  return held(names, [question, ...[...evidence.values()].map(({ text }) => text)]);
}

/** Returns what became of a code block: every line of it has to stand in evidence. */
export function judgeCode(code: string, { evidence, question }: Support): Judged {
  const texts = [question, ...[...evidence.values()].map(({ text }) => text)];
  const lines = code.split("\n").map((line) => line.trim());
  const foreign = lines.find((line) => line !== "" && !texts.some((text) => text.holdsText(line)));
  return foreign === undefined ? { isClaim: true } : marked("nameNotInEvidence", foreign);
}

function held(names: readonly ClaimedName[], texts: readonly EvidenceText[]): Judged {
  const missing = names.find((name) => !texts.some((text) => text.holds(name)));
  return missing === undefined ? { isClaim: true } : marked("nameNotInEvidence", missing.text);
}

function marked(fault: ProseMark["fault"], detail = ""): Judged {
  const line = detail.replace(/\s+/g, " ").trim();
  return { isClaim: true, mark: { fault, detail: shortened(line, maxDetail) } };
}

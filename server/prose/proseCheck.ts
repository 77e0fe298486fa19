/**
 * Makes what a language model wrote safe, and holds each sentence against the evidence that it cites. A model's text is
 * as hostile as the files that it read: it may have been told by one of them what to write.
 */
import type { CheckedProse, ProseCheckParams, ProseEvidence } from "../../protocol/prose.ts";
import type { Atom } from "./atoms.ts";
import { evidenceNow, type CheckCitations } from "./evidenceNow.ts";
import { EvidenceText } from "./evidenceText.ts";
import { proseBlocks, type ProseBlock } from "./proseBlocks.ts";
import { codeBlockOf, ProseWriter } from "./proseWriter.ts";
import { sentencesOf } from "./sentences.ts";
import { judgeCode, judgeHeading, judgeSentence, type Support } from "./support.ts";

/** Returns the text as it may be shown. Rejects with AbortError when cancelled. */
export async function proseCheck(
  { text, evidence, question, isDone }: ProseCheckParams,
  check: CheckCitations,
  signal: AbortSignal,
): Promise<CheckedProse> {
  const support: Support = {
    evidence: await evidenceNow(evidence, check, signal),
    question: new EvidenceText(question),
  };
  const writer = new ProseWriter(support.evidence);
  const blocks = proseBlocks(text);
  blocks.forEach((block, idx) => {
    const isHeld = !isDone && idx === blocks.length - 1;
    writer.block(blockText(block, isHeld, support, writer), block);
  });
  const { markdown, citations, marks, nSentences, nSupported } = writer;
  return { markdown, citations, marks, nSentences, nSupported, ...shownIds(evidence) };
}

function shownIds(evidence: readonly ProseEvidence[]): Pick<CheckedProse, "noteIds" | "turnIds"> {
  const noteIds = new Set<string>();
  const turnIds = new Set<string>();
  for (const { source } of evidence) {
    if (source.kind === "note") noteIds.add(source.note.id);
    if (source.kind === "round") for (const id of source.turnIds) turnIds.add(id);
  }
  return {
    ...(noteIds.size === 0 ? {} : { noteIds: [...noteIds] }),
    ...(turnIds.size === 0 ? {} : { turnIds: [...turnIds] }),
  };
}

/** Of a block that is still being written only what is finished is shown, and judged. */
function blockText(
  block: ProseBlock,
  isHeld: boolean,
  support: Support,
  writer: ProseWriter,
): string {
  switch (block.kind) {
    case "paragraph":
      return paragraphText(block.atoms, isHeld, support, writer);
    case "heading": {
      if (isHeld) return "";
      const judged = judgeHeading(block.atoms, support);
      const text = closed(block.atoms, (atoms, open) => writer.sentence(atoms, judged, open));
      return `${"#".repeat(Math.max(minHeading, block.level))} ${text.trim()}`;
    }
    case "code": {
      const lines = block.text.split("\n");
      const text = (isHeld ? lines.slice(0, -1) : lines).join("\n");
      if (text.trim() === "") return "";
      const mark = isHeld ? "" : writer.mark(judgeCode(text, support));
      return `${codeBlockOf(text, block.language)}${mark === "" ? "" : `\n\n${mark}`}`;
    }
    case "table":
      return tableText(isHeld ? block.rows.slice(0, -1) : block.rows, support, writer);
    case "rule":
      return "---";
  }
}

/** An answer has no title; larger headings would stand above what is around it. */
const minHeading = 3;

function paragraphText(
  atoms: readonly Atom[],
  isHeld: boolean,
  support: Support,
  writer: ProseWriter,
): string {
  const sentences = sentencesOf(atoms);
  const shown = isHeld ? finishedOf(sentences) : sentences;
  const judge = isTitle(atoms) ? judgeHeading : judgeSentence;
  return closed(shown, (all, open) =>
    all.map((each) => writer.sentence(each, judge(each, support), open)).join(""),
  ).trim();
}

/** A last sentence may go on, and what emphasis or code begins in is not known before that ends. */
function finishedOf(sentences: readonly Atom[][]): readonly Atom[][] {
  const begun = sentences.findIndex((atoms) =>
    atoms.some((atom) => atom.kind === "text" && /[*`]|~~/.test(atom.text)),
  );
  return sentences.slice(0, begun < 0 ? -1 : Math.min(begun, sentences.length - 1));
}

/** Models write headings as a paragraph in bold as well. */
function isTitle(atoms: readonly Atom[]): boolean {
  const [first, last] = [atoms[0], atoms.at(-1)];
  if (first?.kind !== "open" || last?.kind !== "close" || first.mark !== "**") return false;
  const before = atoms.at(-2);
  return before?.kind === "text" && !/[.!?。！？]\s*$/.test(before.text);
}

/** A row says one thing: what one of its cells cites is about the others too. */
function tableText(
  rows: readonly (readonly (readonly Atom[])[])[],
  support: Support,
  writer: ProseWriter,
): string {
  const [head, ...body] = rows;
  if (head === undefined) return "";
  const cell = (atoms: readonly Atom[]): string =>
    closed(atoms, (all, open) => writer.sentence(all, { isClaim: false }, open, true)).trim();
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  const lines = body.map((cells) => {
    const judged = judgeSentence(cells.flat(), support);
    const texts = cells.map(cell);
    const mark = writer.mark(judged);
    return line(texts.map((text, idx) => (idx === texts.length - 1 ? `${text}${mark}` : text)));
  });
  return [line(head.map(cell)), line(head.map(() => "---")), ...lines].join("\n");
}

/** Ends what emphasis is still open when the rest of a text is held back. */
function closed<T>(atoms: T, write: (atoms: T, open: string[]) => string): string {
  const open: string[] = [];
  const text = write(atoms, open);
  return open.length === 0 ? text : `${text.trimEnd()}${open.toReversed().join("")}`;
}

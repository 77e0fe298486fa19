/** Numbers what a look found on from the evidence that a model was shown, within the look's budget. */
import type { ContextSource } from "../../protocol/context.ts";
import type { ProseEvidence, ProseLookParams } from "../../protocol/prose.ts";
import type { Citation } from "../../protocol/types.ts";
import { promptText } from "../answer/contextPrompt.ts";
import { citeRange, type HashText } from "../recall/citation.ts";
import {
  packContext,
  type ContextCandidate,
  type CountTokens,
  type PackedItem,
} from "../work/contextPack.ts";
import type { FoundLines } from "./foundLines.ts";
import { promptForm } from "./promptForm.ts";

/** What evidence is made with. */
export interface EvidencePorts {
  readonly hashText: HashText;
  /** Takes keys and tokens out of a text. */
  readonly mask: (text: string) => string;
  readonly count: CountTokens;
}

/** A place is worth less the later it was found. */
const rankFading = 0.3;
const separator = "\n\n";

/** What a look gives a model. */
export interface LookText {
  readonly text: string;
  readonly nTokens: number;
  readonly evidence: readonly ProseEvidence[];
}

/**
 * Returns the text for the model and its new evidence, which `maxTokens` of the parameters holds but for Lore's own
 * sentence, `said`. Places that the model was shown are named by their numbers.
 */
export function newEvidence(
  found: readonly FoundLines[],
  said: string,
  { evidence, mark, maxTokens }: ProseLookParams,
  ports: EvidencePorts,
): LookText {
  const cited = found.map((lines) => ({ lines, citation: citationOf(lines, ports.hashText) }));
  const known = cited.map(({ citation }) => numberOf(evidence, citation));
  const shown = [...new Set(known.filter((number) => number !== undefined))];
  const intro = [said, ...(shown.length === 0 ? [] : [`Shown already: ${numbered(shown)}.`])];
  const candidates = cited
    .filter((_each, idx) => known[idx] === undefined)
    .map(({ lines, citation }, idx) => candidateOf(lines, citation, idx, mark, ports));
  const next = Math.max(0, ...evidence.map(({ number }) => number)) + 1;
  const textOf = (items: readonly PackedItem[]): string =>
    [...intro, ...items.map(({ block }, idx) => `[${next + idx}] ${block}`)].join(separator);
  let items = packContext(candidates, maxTokens - ports.count(textOf([])), ports.count);
  // Texts that stand together may have a few tokens more than each by itself.
  while (items.length > 0 && ports.count(textOf(items)) > maxTokens) items = items.slice(0, -1);
  const text = textOf(items);
  return {
    text,
    nTokens: ports.count(text),
    evidence: items.map(({ candidate, text: own }, idx) => ({
      ...{ number: next + idx, source: candidate.source, text: own },
    })),
  };
}

function citationOf({ file, firstLine, lastLine }: FoundLines, hashText: HashText): Citation {
  return citeRange(hashText, file, file.linesRange(firstLine, lastLine));
}

function candidateOf(
  { file }: FoundLines,
  citation: Citation,
  idx: number,
  mark: string,
  { mask }: EvidencePorts,
): ContextCandidate {
  const source: ContextSource = { kind: "code", citation };
  const { block } = promptForm(mark, []);
  return {
    source,
    value: 1 / (1 + rankFading * idx),
    text: promptText(mask(file.textOf(citation.range))).replace(/\n+$/, ""),
    mayBeCut: true,
    block: (text, isCut) => block(source, text, isCut, file.language),
  };
}

/** The number of evidence that holds these lines, `undefined` when none does. */
function numberOf(
  evidence: readonly ProseEvidence[],
  { rootId, path, range }: Citation,
): number | undefined {
  return evidence.find(
    ({ source }) =>
      source.kind === "code" &&
      source.citation.rootId === rootId &&
      source.citation.path === path &&
      source.citation.range.start.line <= range.start.line &&
      lastLine(source.citation) >= lastLine({ range }),
  )?.number;
}

function lastLine({ range: { start, end } }: Pick<Citation, "range">): number {
  return end.character === 0 && end.line > start.line ? end.line - 1 : end.line;
}

function numbered(numbers: readonly number[]): string {
  return numbers.map((number) => `[${number}]`).join(", ");
}

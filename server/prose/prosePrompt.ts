/** Makes the prompt from which a language model writes an answer. */
import type { ProsePrompt, ProsePromptParams } from "../../protocol/prose.ts";
import type { ContextPorts } from "../answer/contextCandidates.ts";
import { fenceOf } from "../answer/markdown.ts";
import { promptText } from "../answer/contextPrompt.ts";
import { queryOf, selectionOf, type Selection } from "../answer/selection.ts";
import { packedContext, type PromptWish } from "../answer/taskContext.ts";
import { citeRange, type HashText } from "../recall/citation.ts";
import { readSourceFile } from "../recall/sourceFile.ts";
import type { SourceReader, TurnOutline } from "../services.ts";
import { promptForm, promptMessages } from "./promptForm.ts";

/** What a prompt is made with. */
export interface PromptPorts extends ContextPorts {
  readonly source: SourceReader;
  readonly hashText: HashText;
  /** Returns a short word that nobody can know before. */
  readonly newMark: () => string;
}

/**
 * Returns the prompt. `turns` are those of the conversation; the question itself may be the last of them already. Rejects
 * with AbortError when cancelled. Errors: those of notes.
 */
export async function prosePrompt(
  params: ProsePromptParams,
  turns: readonly TurnOutline[],
  ports: PromptPorts,
  signal: AbortSignal,
): Promise<ProsePrompt> {
  const mark = ports.newMark();
  const form = promptForm(mark);
  const earlier = turnsBefore(turns, ports.mask(params.question));
  const { items, prompt, question } = await packedContext(
    wishOf(params, ports),
    ...([earlier, ports, form, signal] as const),
  );
  return {
    messages: promptMessages(mark, question, items),
    evidence: items.map(({ candidate, text }, idx) => ({
      ...{ number: idx + 1, source: candidate.source, text },
    })),
    nTokens: ports.count(prompt),
    counter: ports.counter,
  };
}

/** The built-in answer to the same question would have the model repeat it. */
function turnsBefore(turns: readonly TurnOutline[], question: string): readonly TurnOutline[] {
  const last = turns.findLastIndex(({ role }) => role === "user");
  return turns[last]?.text === question ? turns.slice(0, last) : turns;
}

function wishOf(params: ProsePromptParams, { source, hashText }: PromptPorts): PromptWish {
  const { question, maxTokens, rootIds, activeFile } = params;
  const wish = {
    ...{ question, maxTokens },
    ...(rootIds === undefined ? {} : { rootIds }),
    ...(activeFile === undefined ? {} : { activeFile }),
  };
  const selection = selectionOf(params, source);
  if (selection === undefined) return wish;
  const query = queryOf(question, selection);
  const given = selectedLines(selection, source, hashText);
  // What is in no remembered file cannot be cited, and belongs to the question.
  if (given === undefined) return { ...wish, query, question: withCode(question, selection.text) };
  return { ...wish, query, given: [given] };
}

/** The selected lines as they are now; `undefined` when their file is not in memory. */
function selectedLines(
  { file: place, startLine, endLine }: Selection,
  source: SourceReader,
  hashText: HashText,
): NonNullable<PromptWish["given"]>[number] | undefined {
  const file = place && readSourceFile(source, place.rootId, place.path);
  const last = Math.min(Math.max(startLine, endLine - 1), (file?.nLines ?? 0) - 1);
  if (file === undefined || startLine > last) return undefined;
  const range = file.linesRange(startLine, last);
  const citation = citeRange(hashText, file, range);
  return { source: { kind: "code", citation }, text: file.textOf(range), language: file.language };
}

function withCode(question: string, code: string): string {
  const text = promptText(code);
  const fence = fenceOf(text);
  return `${question}\n\nIt is about this code:\n${fence}\n${text}\n${fence}`;
}

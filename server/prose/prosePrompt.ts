/** Makes the prompt from which a language model writes an answer. */
import {
  minPromptTokens,
  type FurtherOffer,
  type ProsePrompt,
  type ProsePromptParams,
} from "../../protocol/prose.ts";
import type { ContextPorts } from "../answer/contextCandidates.ts";
import { fenceOf } from "../answer/markdown.ts";
import { promptText } from "../answer/contextPrompt.ts";
import { queryOf, selectionOf, type Selection } from "../answer/selection.ts";
import { packedContext, type PromptWish } from "../answer/taskContext.ts";
import { citeRange, type HashText } from "../recall/citation.ts";
import { readSourceFile } from "../recall/sourceFile.ts";
import type { SourceReader, ToolService } from "../services.ts";
import type { TurnOutline } from "../workServices.ts";
import { spelledIn } from "../recall/spelledMentions.ts";
import { deepSearch, type DeepSearchPorts } from "../answer/rounds/deepSearch.ts";
import { withoutRepeats } from "../work/repeatedWords.ts";
import { byQuestion } from "../work/rounds.ts";
import { promptForm, promptMessages } from "./promptForm.ts";
import { offeredTools } from "./proseLook.ts";

/** What a prompt is made with. */
export interface PromptPorts extends ContextPorts, Pick<DeepSearchPorts, "clock" | "calibration"> {
  readonly recall: DeepSearchPorts["recall"];
  readonly tools: ToolService;
  readonly source: SourceReader;
  readonly hashText: HashText;
  /** Returns a short word that nobody can know before. */
  readonly newMark: () => string;
}

/** What is recalled for a deep question takes this share of its tokens; the rest is for what the model looks up. */
const recalledShare = 0.6;
/** Answers with calls of tools, at most: each makes the model read everything again. */
const maxLooks = 3;

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
  const further = params.deep === true ? furtherOf(params, mark, ports) : undefined;
  const tools = further?.tools ?? [];
  const form = promptForm(mark, tools);
  const earlier = turnsBefore(turns, ports.mask(params.question));
  const wish = wishOf(params, ports);
  const { items, prompt, question } = await (further === undefined
    ? packedContext(wish, earlier, ports, form, signal)
    : packedContext(recalledPart(wish), earlier, inRounds(ports), form, signal));
  return {
    ...(further === undefined ? {} : { further }),
    messages: promptMessages(mark, question, items, tools),
    evidence: items.map(({ candidate, text }, idx) => ({
      ...{ number: idx + 1, source: candidate.source, text },
    })),
    nTokens: ports.count(prompt),
    counter: ports.counter,
  };
}

function furtherOf(
  { maxTokens }: ProsePromptParams,
  mark: string,
  { tools }: PromptPorts,
): FurtherOffer {
  return { tools: offeredTools(tools), maxLooks, maxTokens, mark };
}

function recalledPart(wish: PromptWish): PromptWish {
  const maxTokens = Math.max(minPromptTokens, Math.floor(wish.maxTokens * recalledShare));
  return { ...wish, maxTokens };
}

/** The same, but that what is searched for is searched for in rounds. */
function inRounds(ports: PromptPorts): PromptPorts {
  return { ...ports, recall: { search: (params, signal) => deepSearch(params, ports, signal) } };
}

/** The built-in answers to the same question would have the model repeat them. */
function turnsBefore(turns: readonly TurnOutline[], question: string): readonly TurnOutline[] {
  const isSame = ({ role, text }: TurnOutline): boolean =>
    role === "user" && withoutRepeats(text, question) === "";
  return byQuestion(turns)
    .filter((round) => !round.some(isSame))
    .flat();
}

function wishOf(params: ProsePromptParams, { source, hashText }: PromptPorts): PromptWish {
  const { question, maxTokens, rootIds, activeFile } = params;
  const asked = spelledIn(source, rootIds, question);
  const wish = {
    ...{ question, maxTokens },
    ...(asked === question ? {} : { query: asked }),
    ...(rootIds === undefined ? {} : { rootIds }),
    ...(activeFile === undefined ? {} : { activeFile }),
  };
  const selection = selectionOf(params, source);
  if (selection === undefined) return wish;
  const query = queryOf(asked, selection);
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

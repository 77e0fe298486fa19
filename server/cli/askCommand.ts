import { MemoryError } from "../../protocol/errors.ts";
import type { Prose } from "../../protocol/prose.ts";
import type { Answer, Citation } from "../../protocol/types.ts";
import { isHttpAddress, isReadableOnTheWay } from "../endpoint/endpointAddress.ts";
import { parseQuestion } from "../recall/question.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { openFolderTurns } from "./folderTurns.ts";
import { readHistory } from "./historyCommand.ts";
import { askModel, type ModelAnswer } from "./modelAnswer.ts";
import { modelPlace, namedModel, type ChosenModel, type ModelPlace } from "./modelChoice.ts";
import { CliError, type OpenFolder, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { linesOf } from "./places.ts";
import { ProsePrinter } from "./prosePrinter.ts";
import { proseText } from "./proseText.ts";
import { noticesJson } from "./statusText.ts";
import { safeLine, type Terminal } from "./terminal.ts";
import { renderForTerminal } from "./terminalMarkdown.ts";
import { printTrace } from "./traceText.ts";

type AskCommand = Extract<Command, { kind: "ask" }>;

/**
 * `lore ask`: an answer with its citations, each part as soon as it is there; with `--json` in one piece. With a language
 * model it writes the answer, and what Lore itself answers is there for when it cannot.
 */
export async function askFolder(
  command: AskCommand,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const place = command.asOf === undefined ? modelPlace(command, around.env) : undefined;
  if (place !== undefined) requireUsable(place);
  const chosen = place && (await namedModel(place, around.signal));
  if (typeof chosen === "string") {
    terminal.failure({ name: "usage", message: chosen }, command.json);
    return exitCodes.usage;
  }
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    if (parseQuestion(command.question).intent.kind === "past")
      await waitForHistory(folder, around, command.json ? undefined : terminal);
    if (chosen === undefined) return answerAlone(command, folder, terminal, around);
    return answerByModel(command, chosen, folder, terminal, around);
  });
}

/** The first command about a folder has not read its commits yet. Why they cannot be read is in the answer. */
async function waitForHistory(
  folder: OpenFolder,
  around: Surroundings,
  terminal: Terminal | undefined,
): Promise<void> {
  try {
    await readHistory(folder, around, terminal);
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
  }
}

async function answerAlone(
  command: AskCommand,
  folder: OpenFolder,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const show = command.json ? () => {} : partPrinter(terminal);
  const answer = await ownAnswer(command, folder, around, show);
  if (command.json) terminal.json(answerJson(command, answer, folder));
  else if (command.explain) {
    terminal.line();
    printTrace(answer.trace, terminal);
  }
  return answer.abstained ? exitCodes.nothing : exitCodes.ok;
}

async function answerByModel(
  command: AskCommand,
  chosen: ChosenModel,
  folder: OpenFolder,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const { json, question, maxTokens, withEvidence, deep } = command;
  const printer = new ProsePrinter(terminal);
  const asked = await askModel(question, chosen, {
    ...{ services: folder.services, maxTokens, isDeep: deep, signal: around.signal },
    show: json ? () => {} : (prose) => printer.grow(prose),
  });
  if (json) {
    const answer = await ownAnswer(command, folder, around, () => {});
    terminal.json({ ...answerJson(command, answer, folder), prose: proseJson(asked) });
    return stands(asked.prose) || !answer.abstained ? exitCodes.ok : exitCodes.nothing;
  }
  printer.end(asked);
  // Where no sentence is supported, what Lore itself knows, or does not know, is what counts.
  const isAnswer = stands(asked.prose);
  if (isAnswer && !withEvidence) return exitCodes.ok;
  if (asked.prose.markdown !== "") terminal.line();
  terminal.line(terminal.style("heading", "What is remembered, without a language model:"));
  terminal.line();
  const code = await answerAlone(command, folder, terminal, around);
  return isAnswer ? exitCodes.ok : code;
}

/** True when a model's answer is complete and a sentence of it is supported by what it cites. */
function stands({ state, nSupported }: Prose): boolean {
  return state === "done" && nSupported > 0;
}

async function ownAnswer(
  command: AskCommand,
  folder: OpenFolder,
  around: Surroundings,
  show: (markdown: string, citations: readonly Citation[]) => void,
): Promise<Answer> {
  const turns = await openFolderTurns(folder);
  return folder.services.answers
    .ask(
      {
        question: command.question,
        askId: "cli",
        ...(command.asOf === undefined ? {} : { asOf: command.asOf }),
        ...(command.explain ? { explain: true } : {}),
        ...(command.deep ? { deep: true } : {}),
      },
      show,
      around.signal,
      turns?.recall,
    )
    .finally(() => turns?.close());
}

function answerJson(command: AskCommand, answer: Answer, folder: OpenFolder): object {
  const { markdown, citations, commits = [], abstained, coverage, elapsedMs, trace } = answer;
  const text = renderForTerminal(markdown, citations, (_style, plain) => plain);
  const notices = noticesJson(folder.status());
  return {
    ...{ text, markdown, citations: citations.map(citedJson), commits, abstained, coverage },
    ...{ notices, elapsedMs },
    // How probable it is that the memory holds the answer; null where the words decided.
    evidence: trace.evidence ?? null,
    ...(command.explain ? { trace } : {}),
  };
}

function proseJson({ prose, prompt, detail }: ModelAnswer): object {
  const { failure, citations, noteIds: _notes, turnIds: _turns, ...rest } = prose;
  return {
    ...rest,
    text: proseText(prose.markdown, (_style, plain) => plain),
    citations: citations.map(citedJson),
    failure: failure === undefined ? null : { kind: failure, detail },
    prompt: { nTokens: prompt.nTokens, counter: prompt.counter, nEvidence: prompt.evidence.length },
  };
}

function citedJson({ path, range, contentHash, commit }: Citation): object {
  return { path, ...linesOf(range), contentHash, ...(commit === undefined ? {} : { commit }) };
}

/** Errors: `CliError` for what is no address, and for a key that everybody on its way could read. */
function requireUsable({ endpoint }: ModelPlace): void {
  const { baseUrl, apiKey, allowReadableKey } = endpoint;
  if (!isHttpAddress(baseUrl))
    throw new CliError(
      `LORE_ENDPOINT needs an address that begins with http:// or https://, not “${safeLine(baseUrl)}”.`,
    );
  if (apiKey === undefined || allowReadableKey === true || !isReadableOnTheWay(baseUrl)) return;
  throw new CliError(
    `LORE_API_KEY is not sent to ${safeLine(baseUrl)}: it could be read on its way. Use https, or set LORE_READABLE_KEY=1 in a network that you trust.`,
  );
}

/** Returns what prints the parts of an answer: each is whole blocks of markdown, and refers to all citations so far. */
function partPrinter(terminal: Terminal): (markdown: string, cited: readonly Citation[]) => void {
  const citations: Citation[] = [];
  let isFirst = true;
  return (markdown, cited) => {
    citations.push(...cited);
    const shown = renderForTerminal(markdown, citations, (...args) => terminal.style(...args));
    if (shown === "") return;
    if (!isFirst) terminal.line();
    isFirst = false;
    terminal.line(shown);
  };
}

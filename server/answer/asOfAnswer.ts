/** Answers from the tree of a commit: the places it holds, quoted from there. */
import type { RecallAtResult } from "../../protocol/asOf.ts";
import type { AskParams } from "../../protocol/methods.ts";
import type { Answer, Recall } from "../../protocol/types.ts";
import { SourceFile } from "../recall/sourceFile.ts";
import { parseQuestion } from "../recall/question.ts";
import { AnswerWriter, type Emit } from "./answerWriter.ts";
import type { AnswerPorts } from "./ask.ts";
import { code, count, prose } from "./markdown.ts";
import { scopeName, tellScope, tellWider } from "./mentionText.ts";
import { lastPart } from "./names.ts";

const nRecalled = 12;
const maxShown = 3;
const maxListed = 8;
const maxShownLines = 60;

type Recalled = Extract<RecallAtResult, { readonly kind: "recalled" }>;

/** What is asked of a tree. */
export interface AsOfQuestion {
  /** A commit's name or a time. */
  readonly at: string;
  readonly question: string;
  /** The words of the question that say which tree is meant; `undefined` when it was named beside the question. */
  readonly said?: string;
}

/**
 * As `Answerer.ask`, for a question about a tree. `undefined`, with nothing emitted, when words of the question were taken
 * for a commit or a time and there is none.
 */
export async function answerAsOf(
  ports: AnswerPorts,
  params: AskParams,
  asked: AsOfQuestion,
  emit: Emit,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const startMs = ports.clock.elapsedMs();
  const writer = new AnswerWriter(emit, ports.hashText);
  const found = await recallFromTree(ports, params, asked, signal);
  if (found.kind === "unknownCommit" && asked.said !== undefined) return undefined;
  const hasAnswer = write(writer, asked, found);
  writer.flush();
  const recalls = found.kind === "recalled" ? found.recalls : [];
  const { filesSearched, filesLeftOut } =
    found.kind === "recalled" ? found : { filesSearched: 0, filesLeftOut: 0 };
  return {
    markdown: writer.markdown,
    citations: writer.citations,
    ...(writer.commits.length === 0 ? {} : { commits: writer.commits }),
    abstained: !hasAnswer,
    recalls,
    coverage: {
      ...{ filesSeen: filesSearched + filesLeftOut, remembered: filesSearched },
      ...{ pending: 0, skipped: filesLeftOut, failed: 0 },
    },
    tiers: recalls.length === 0 ? [] : ["lexical", "symbols"],
    trace: {
      ...{ terms: [], identifiers: [], paths: [], literals: [], stages: [] },
      ...(found.kind === "recalled" && found.mentions !== undefined
        ? { mentions: found.mentions }
        : {}),
    },
    elapsedMs: ports.clock.elapsedMs() - startMs,
  };
}

/** The first root that knows the commit answers. */
async function recallFromTree(
  { history }: AnswerPorts,
  { rootIds = history.rootIds() }: AskParams,
  { at, question }: AsOfQuestion,
  signal: AbortSignal,
): Promise<RecallAtResult> {
  let found: RecallAtResult = { kind: "unknownCommit" };
  for (const rootId of rootIds) {
    found = await history.recallAt({ rootId, at, query: question, limit: nRecalled }, signal);
    signal.throwIfAborted();
    if (found.kind !== "unknownCommit") break;
  }
  return found;
}

/** Returns whether something of the tree answers. */
function write(
  writer: AnswerWriter,
  { question, at: asOf, said }: AsOfQuestion,
  found: RecallAtResult,
): boolean {
  if (found.kind !== "recalled") {
    writer.block(
      found.kind === "unknownCommit"
        ? `I do not know which commit ${code(asOf)} is, or there is none before that time.`
        : `Git cannot read the files of ${code(asOf)}.`,
    );
    return false;
  }
  const told = { writer, result: { trace: found } };
  tellScope(told);
  const scope = scopeName(told);
  const there = scope === undefined ? "" : ` in ${scope}`;
  const missing = missingName(question, found.recalls);
  const understood = said === undefined ? "" : ` (that is how I read “${prose(said)}”)`;
  const at = `As of ${writer.commit(found.commit)}, ${prose(found.commit.subject)}${understood}`;
  if (missing !== undefined || found.recalls.length === 0) {
    const what =
      missing === undefined
        ? `nothing${there} answers this`
        : `nothing${there} is called ${code(missing)}`;
    writer.block(`${at}: ${what}.`);
    if (found.recalls.length > 0)
      writer.block(`The nearest I found:\n\n${listOf(writer, found.recalls)}`);
    writer.block(searchedText(found));
    tellWider(told);
    return false;
  }
  writer.block(`${at}:`);
  const shown = found.recalls.slice(0, shownFor(question, found.recalls));
  for (const recall of shown) show(writer, recall);
  const rest = found.recalls.slice(shown.length, shown.length + maxListed);
  if (rest.length > 0) writer.block(`Further places:\n\n${listOf(writer, rest)}`);
  writer.block(searchedText(found));
  return true;
}

/** The first name that the question says and no place of the tree holds. */
function missingName(question: string, recalls: readonly Recall[]): string | undefined {
  const { identifiers } = parseQuestion(question);
  return identifiers.find((name) => {
    const last = lastPart(name);
    return !recalls.some(
      ({ citation, text }) => citation.symbol?.name === last || text.includes(last),
    );
  });
}

/** A definition that is asked for by its name is the answer; otherwise some places are shown. */
function shownFor(question: string, recalls: readonly Recall[]): number {
  const names = parseQuestion(question).identifiers.map(lastPart);
  const first = recalls[0]?.citation.symbol?.name;
  return first !== undefined && names.includes(first) ? 1 : maxShown;
}

function show(writer: AnswerWriter, recall: Recall): void {
  const { file, range } = versionOf(recall);
  const { symbol } = recall.citation;
  const link = writer.link(file, range, symbol);
  writer.block(
    symbol === undefined ? `${link}:` : `**${code(symbol.name)}**, a ${symbol.kind} in ${link}:`,
  );
  const last = Math.min(range.end.line, range.start.line + maxShownLines - 1);
  const lines = last < range.end.line ? file.linesRange(range.start.line, last) : range;
  writer.show(file, lines, symbol);
  if (last < range.end.line) writer.block(`*${count(range.end.line - last, "line")} left out.*`);
}

function listOf(writer: AnswerWriter, recalls: readonly Recall[]): string {
  return recalls
    .slice(0, maxListed)
    .map((recall) => {
      const { file, range } = versionOf(recall);
      const { symbol } = recall.citation;
      const link = writer.link(file, range, symbol);
      return symbol === undefined ? `- ${link}` : `- ${code(symbol.name)} in ${link}`;
    })
    .join("\n");
}

/** The recalled text at its lines, as a file: nothing else of it is known here. */
function versionOf({ citation, text, language }: Recall): {
  readonly file: SourceFile;
  readonly range: Recall["citation"]["range"];
} {
  const { rootId, path, range, commit } = citation;
  const padded = "\n".repeat(range.start.line) + " ".repeat(range.start.character) + text;
  return { file: new SourceFile(rootId, path, padded, language, commit), range };
}

function searchedText({ filesSearched, filesLeftOut }: Recalled): string {
  const rest =
    filesLeftOut === 0
      ? ""
      : `; ${count(filesLeftOut, "other")} are hidden or skipped by today's rules`;
  return `*Looked at ${count(filesSearched, "file")} of that commit, by words and symbols${rest}.*`;
}

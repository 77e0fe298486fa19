import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rankFeatureNames } from "../recall/rankFeatures.ts";
import type { ObservedCandidate } from "../services.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { CliError, type Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { linesOf, placeText, resultLine } from "./places.ts";
import { safeLine, type Terminal } from "./terminal.ts";

interface BatchQuestion {
  readonly id: string;
  readonly query: string;
}

/** `lore search --batch`: answers every line `{id, query}` of a file with one line, in order. */
export async function searchBatch(
  command: Extract<Command, { kind: "batch" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  const questions = readQuestions(command.file, around.cwd);
  const readiness = command.refine ? "exact" : "searchable";
  return answerFrom(command, readiness, terminal, around, async ({ services: { recall } }) => {
    const file = candidatesFile(command.candidates, around.cwd);
    for (const { id, query } of questions) {
      const seen: ObservedCandidate[] = [];
      const { recalls } = await recall.search({ query, limit: command.limit }, around.signal, {
        ranking: command.ranking,
        ...(file === undefined ? {} : { observe: (candidate) => seen.push(candidate) }),
      });
      if (file !== undefined) appendFileSync(file, candidatesLine(id, seen));
      if (command.json) terminal.json({ id, results: recalls.map(resultLine) });
      else {
        terminal.line(safeLine(id));
        for (const { citation } of recalls) terminal.line(`  ${placeText(citation)}`);
      }
    }
    return exitCodes.ok;
  });
}

/** Returns the file to write candidates to, begun with the names of their features; `undefined` when none is wanted. */
function candidatesFile(given: string | undefined, cwd: string): string | undefined {
  if (given === undefined) return undefined;
  const file = path.resolve(cwd, given);
  try {
    writeFileSync(file, `${JSON.stringify({ features: rankFeatureNames })}\n`);
  } catch (error) {
    throw new CliError(`${given} cannot be written (${fileErrorCode(error)}).`);
  }
  return file;
}

function candidatesLine(id: string, seen: readonly ObservedCandidate[]): string {
  const candidates = seen.map(({ path: file, range, score, features }) => ({
    path: file,
    ...linesOf(range),
    score: rounded(score),
    features: Array.from(features, rounded),
  }));
  return `${JSON.stringify({ id, candidates })}\n`;
}

/** Six digits are more than a threshold of a tree tells apart. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** Returns the system's code for what went wrong with a file; any other error is thrown on. */
function fileErrorCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (!/^E[A-Z]+$/.test(code)) throw error;
  return code;
}

/** Errors: `CliError` when the file cannot be read or a line is not a question. */
function readQuestions(file: string, cwd: string): BatchQuestion[] {
  let text: string;
  try {
    text = readFileSync(path.resolve(cwd, file), "utf8");
  } catch (error) {
    throw new CliError(`${file} cannot be read (${fileErrorCode(error)}).`);
  }
  return text
    .replace(/^\ufeff/, "")
    .split("\n")
    .flatMap((line, idx) =>
      line.trim() === "" ? [] : [readQuestion(line, `${file} line ${idx + 1}`)],
    );
}

function readQuestion(line: string, place: string): BatchQuestion {
  const value = parseJson(line);
  if (typeof value === "object" && value !== null && "id" in value && "query" in value) {
    const { id, query } = value;
    if (typeof id === "string" && typeof query === "string") return { id, query };
  }
  throw new CliError(`${place} is not a JSON object with a text “id” and a text “query”.`);
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

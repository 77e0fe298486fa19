import { readFileSync } from "node:fs";
import path from "node:path";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { CliError, type Surroundings } from "./openFolder.ts";
import type { Command } from "./options.ts";
import { placeText, resultLine } from "./places.ts";
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
    for (const { id, query } of questions) {
      const { recalls } = await recall.search({ query, limit: command.limit }, around.signal);
      if (command.json) terminal.json({ id, results: recalls.map(resultLine) });
      else {
        terminal.line(safeLine(id));
        for (const { citation } of recalls) terminal.line(`  ${placeText(citation)}`);
      }
    }
    return exitCodes.ok;
  });
}

/** Errors: `CliError` when the file cannot be read or a line is not a question. */
function readQuestions(file: string, cwd: string): BatchQuestion[] {
  let text: string;
  try {
    text = readFileSync(path.resolve(cwd, file), "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!/^E[A-Z]+$/.test(code)) throw error;
    throw new CliError(`${file} cannot be read (${code}).`);
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

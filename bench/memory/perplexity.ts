/** Perplexity (E1), which `training/memory_lm/evaluate_bank.py` measures: its figures as a table. */
import { readFileSync } from "node:fs";
import { count, type Table } from "../table.ts";
import { percent } from "./numbers.ts";

const groupNames: Readonly<Record<string, string>> = {
  all: "all tokens",
  defined: "identifiers defined in another file",
  elsewhere: "identifiers that occur only in other files",
};

const memoryNames: Readonly<Record<string, string>> = {
  retrieved: "recalled, by keys and names",
  keys: "by keys alone",
  names: "by names alone",
  foreign: "of another repository",
  random: "blocks by lot",
  BM25: "blocks that BM25 chooses",
  oracle: "best possible blocks",
};

interface Figure {
  readonly nll: number;
  readonly perplexity: number;
  /** Of `nll` to that without memory, and its 95 % interval. */
  readonly difference: number;
  readonly low: number;
  readonly high: number;
}

interface Group {
  readonly tokens: number;
  readonly repositories: number;
  /** By memory, `none` first. */
  readonly conditions: Readonly<Record<string, Figure>>;
}

/** Errors: a sentence, thrown, when the file is none of the evaluation's. */
export function perplexityTable(file: string): Table {
  const read: unknown = JSON.parse(readFileSync(file, "utf8"));
  if (!isEvaluation(read)) throw new Error(`${file} is not what evaluate_bank.py writes`);
  const groups = Object.entries(read.summary);
  return {
    title: "Perplexity on repositories that the model was not trained on",
    head: ["tokens", "n", "memory", "−log p", "perplexity", "over none", "loss changes by"],
    rows: groups.flatMap(([name, group]) => rowsOf(name, group)),
    notes: [
      `Made by \`training/memory_lm/evaluate_bank.py\`; ${groups[0]?.[1].repositories ?? 0} repositories, each of the same weight; −log p in nats a token, differences with 95 % bootstrap intervals over repositories.`,
    ],
  };
}

function rowsOf(name: string, { tokens, conditions }: Group): string[][] {
  const [kind = "", ...frequency] = name.split(" ");
  const said = [groupNames[kind] ?? kind, ...frequency].join(" ");
  const none = conditions["none"]?.nll ?? NaN;
  return Object.entries(conditions).map(([condition, figure]) => {
    const { nll, perplexity, difference, low, high } = figure;
    const memory = memoryNames[condition] ?? condition;
    const levels = [said, count(tokens), memory, nll.toFixed(3), perplexity.toFixed(2)];
    if (condition === "none") return [...levels, "", ""];
    const interval = `${difference.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
    return [...levels, interval.replaceAll("-", "−"), percent(nll / none - 1).replace("-", "−")];
  });
}

function isEvaluation(value: unknown): value is { readonly summary: Record<string, Group> } {
  return (
    isRecord(value) && isRecord(value["summary"]) && Object.values(value["summary"]).every(isGroup)
  );
}

function isGroup(value: unknown): value is Group {
  return (
    isRecord(value) &&
    typeof value["tokens"] === "number" &&
    typeof value["repositories"] === "number" &&
    isRecord(value["conditions"]) &&
    Object.values(value["conditions"]).every(isFigure)
  );
}

function isFigure(value: unknown): value is Figure {
  const numbers = ["nll", "perplexity", "difference", "low", "high"];
  return isRecord(value) && numbers.every((name) => typeof value[name] === "number");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

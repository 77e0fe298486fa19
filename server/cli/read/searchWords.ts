/** Reads the words of a search. */
import { rankings, type RankingKind } from "../../../protocol/types.ts";
import { noLimit, UsageError, wholeNumber, wordsOf, type Values } from "../optionValues.ts";
import { folderAndText, folderOnly } from "../positionals.ts";
import type { Reader } from "./reader.ts";

const defaultLimit = 10;

/** Reads `lore search`, and what it becomes with `--all`, `--batch` and `--as-of`. */
export const readSearch: Reader = ({ values, positionals, common }) => {
  const limit = wholeNumber(values, "limit", 1, noLimit);
  if (values["no-refine"] === true && values.batch === undefined) {
    throw new UsageError("--no-refine needs --batch; other searches never wait for the syntax.");
  }
  if (values.candidates !== undefined && values.batch === undefined)
    throw new UsageError("--candidates needs --batch.");
  const ranking = rankingOf(values);
  const saveTrace = wordsOf(values, "save-trace");
  if (saveTrace !== undefined && (values.batch !== undefined || values.all === true))
    throw new UsageError("--save-trace goes with neither --batch nor --all.");
  const asOf = wordsOf(values, "as-of");
  if (asOf !== undefined) {
    const other = (["batch", "all", "explain", "rank", "save-trace"] as const).find(
      (option) => values[option] !== undefined,
    );
    if (other !== undefined) throw new UsageError(`--as-of does not go with --${other}.`);
    const [folder, question] = folderAndText("search", positionals, "question");
    return { kind: "searchAt", folder, question, limit: limit ?? defaultLimit, asOf, ...common };
  }
  if (values.batch !== undefined) {
    if (values.all === true || values.explain === true) {
      throw new UsageError("--batch goes with neither --all nor --explain.");
    }
    const folder = folderOnly("search --batch FILE", positionals);
    return {
      kind: "batch",
      folder,
      file: String(values.batch),
      limit: limit ?? defaultLimit,
      ranking,
      candidates: wordsOf(values, "candidates"),
      ...common,
    };
  }
  if (values.all === true) {
    if (values.rank !== undefined) throw new UsageError("--rank does not go with --all.");
    if (values.explain === true) throw new UsageError("--all and --explain exclude each other.");
    const [folder, literal] = folderAndText("search --all", positionals, "text to find");
    const wholeWord = values["whole-word"] === true;
    return { kind: "all", folder, literal, wholeWord, limit: limit ?? noLimit, ...common };
  }
  if (values["whole-word"] === true) throw new UsageError("--whole-word needs --all.");
  const [folder, question] = folderAndText("search", positionals, "question");
  const explain = values.explain === true;
  return {
    kind: "search",
    folder,
    question,
    limit: limit ?? defaultLimit,
    explain,
    ranking,
    saveTrace,
    ...common,
  };
};

function rankingOf(values: Values): RankingKind {
  const given = values.rank ?? "learned";
  const ranking = rankings.find((known) => known === given);
  if (ranking === undefined)
    throw new UsageError(`--rank is one of ${rankings.join(", ")}, not “${String(given)}”.`);
  return ranking;
}

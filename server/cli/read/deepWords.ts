/** Reads the words of commands that use the deep memory. */
import type { Command } from "../command.ts";
import { tokenCount, UsageError, wholeNumber, type Values } from "../optionValues.ts";
import { atMostOne, folderAndText } from "../positionals.ts";
import type { Reader } from "./reader.ts";

const defaultSelfTestTokens = 65_536;
/** As far as the longest distance that is published, ten times. */
const maxSelfTestTokens = 100_000_000;
const maxFactsPerPoint = 10_000;

/** Reads `lore complete`. */
export const readComplete: Reader = ({ positionals, common }) => {
  const [folder, place] = folderAndText("complete", positionals, "place such as src/a.ts:12");
  return { kind: "complete", folder, ...readPlace(place), ...common };
};

/** Reads `lore self-test`. */
export const readSelfTest: Reader = ({ values, positionals, common }) => ({
  kind: "self-test",
  folder: atMostOne("self-test", positionals) ?? ".",
  ...readSize(values),
  ...common,
});

function readPlace(
  place: string,
): Pick<Extract<Command, { kind: "complete" }>, "file" | "line" | "column"> {
  const found = /^(.+?):([1-9]\d{0,8})(?::([1-9]\d{0,8}))?$/s.exec(place);
  const [, file, line, column] = found ?? [];
  if (file === undefined || line === undefined)
    throw new UsageError(`A place is FILE:LINE or FILE:LINE:COLUMN, not “${place}”.`);
  return { file, line: Number(line), column: column === undefined ? undefined : Number(column) };
}

function readSize(
  values: Values,
): Pick<Extract<Command, { kind: "self-test" }>, "tokens" | "perPoint" | "distances"> {
  const tokens =
    values.tokens === undefined
      ? defaultSelfTestTokens
      : tokenCount("tokens", String(values.tokens), 1, maxSelfTestTokens);
  const distances =
    values.points === undefined
      ? undefined
      : String(values.points)
          .split(",")
          .map((word) => tokenCount("points", word.trim(), 0, tokens));
  if (distances?.some((distance, idx) => distance <= (distances[idx - 1] ?? -1)) === true)
    throw new UsageError("--points must ascend.");
  return { tokens, perPoint: wholeNumber(values, "per-point", 1, maxFactsPerPoint), distances };
}

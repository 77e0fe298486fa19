/** Reads the words of commands that answer a question. */
import { maxContextTokens, minContextTokens } from "../../../protocol/context.ts";
import { tokenCount, wholeNumber, wordsOf } from "../optionValues.ts";
import { folderAndText } from "../positionals.ts";
import type { Reader } from "./reader.ts";

const defaultContextTokens = 6_000;
const defaultTurns = 10;
const maxTurns = 200;

/** Reads `lore ask`. */
export const readAsk: Reader = ({ values, positionals, common }) => {
  const [folder, question] = folderAndText("ask", positionals, "question");
  return {
    ...{ kind: "ask", folder, question, asOf: wordsOf(values, "as-of") },
    explain: values.explain === true,
    deep: values.deep === true,
    ...common,
  };
};

/** Reads `lore context`. */
export const readContext: Reader = ({ values, positionals, common }) => {
  const [folder, question] = folderAndText("context", positionals, "question");
  const maxTokens =
    values.tokens === undefined
      ? defaultContextTokens
      : tokenCount("tokens", String(values.tokens), minContextTokens, maxContextTokens);
  return { kind: "context", folder, question, maxTokens, ...common };
};

/** Reads `lore turns`. */
export const readTurns: Reader = ({ values, positionals, common }) => {
  const [folder, question] = folderAndText("turns", positionals, "question");
  const limit = wholeNumber(values, "limit", 1, maxTurns) ?? defaultTurns;
  return { kind: "turns", folder, question, limit, ...common };
};

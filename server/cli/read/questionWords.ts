/** Reads the words of commands that answer a question. */
import { maxContextTokens, minContextTokens } from "../../../protocol/context.ts";
import {
  defaultDeepTokens,
  defaultPromptTokens,
  minPromptTokens,
} from "../../../protocol/prose.ts";
import { isHttpAddress, usualEndpoint } from "../../endpoint/endpointAddress.ts";
import type { ModelWish } from "../modelChoice.ts";
import { tokenCount, UsageError, wholeNumber, wordsOf, type Values } from "../optionValues.ts";
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
    ...modelWish(values),
    ...common,
  };
};

function modelWish(values: Values): ModelWish {
  const endpoint = wordsOf(values, "endpoint");
  if ((values.model ?? endpoint) !== undefined && values["as-of"] !== undefined)
    throw new UsageError(
      "A model writes from the files of today: --model and --endpoint do not go with --as-of.",
    );
  if (endpoint !== undefined && !isHttpAddress(endpoint))
    throw new UsageError(
      `--endpoint needs an address that begins with http:// or https://, such as ${usualEndpoint}, not “${endpoint}”.`,
    );
  const byDefault = values.deep === true ? defaultDeepTokens : defaultPromptTokens;
  return {
    model: wordsOf(values, "model"),
    endpoint,
    maxTokens:
      values.tokens === undefined
        ? byDefault
        : tokenCount("tokens", String(values.tokens), minPromptTokens, maxContextTokens),
    withEvidence: values.evidence === true,
  };
}

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

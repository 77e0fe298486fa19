/** Counts the tokens of texts for a language model whose own tokenizer is not known. */
import { fileURLToPath } from "node:url";
import type { ContextResult } from "../protocol/context.ts";
import { loadLmParts } from "./lm/lmModel.ts";
import type { LmTokenizer } from "./lm/lmTokenizer.ts";
import { modelFolder } from "./model/modelFolder.ts";
import type { Logger } from "./ports.ts";
import { modelFolderUrl } from "./threads.ts";
import type { CountTokens } from "./work/contextPack.ts";

/** What code and English take in the tokenizers of large language models, about. */
const bytesPerToken = 3.3;

interface TokenCounter {
  readonly count: CountTokens;
  readonly counter: ContextResult["counter"];
}

/** Read at the first use: a server that is never asked for a context needs none. */
let tokenizer: LmTokenizer | "none" | undefined;

/**
 * Returns what counts by the memory language model's tokenizer, which is shipped, and without it by the bytes of UTF-8.
 * Both are guesses for another model: a vocabulary as small as this one's takes more tokens than a large one.
 */
export function tokenCounter(log: Logger): TokenCounter {
  tokenizer ??= shippedTokenizer(log) ?? "none";
  const known = tokenizer;
  const encoder = new TextEncoder();
  if (known === "none")
    return {
      count: (text) => Math.ceil(encoder.encode(text).length / bytesPerToken),
      counter: "estimate",
    };
  return { count: (text) => known.encode(encoder.encode(text)).length, counter: "model" };
}

function shippedTokenizer(log: Logger): LmTokenizer | undefined {
  const outcome = loadLmParts(modelFolder(fileURLToPath(modelFolderUrl("memory-lm"))));
  if (outcome.kind === "ready") return outcome.value.tokenizer;
  if (outcome.kind === "unavailable")
    log.log("warn", "encode", "tokens are estimated", { fault: outcome.fault.kind });
  return undefined;
}

/** Chooses the next token: the likeliest of those that the text which is still due allows. */
import type { LmTokenizer } from "./lmTokenizer.ts";

export interface NextToken {
  readonly token: number;
  /** Natural logarithm of its probability among those that were allowed. */
  readonly logProb: number;
}

/**
 * Returns the likeliest token that begins with `due` or that `due` begins with; any that has text when `due` is empty.
 * The bytes of a byte-level vocabulary are tokens, so there always is one. The probabilities add up to one.
 */
export function nextToken(
  tokenizer: LmTokenizer,
  logProbs: Float32Array,
  due: Uint8Array,
): NextToken {
  return due.length === 0
    ? likeliest(logProbs, tokenizer.nTextTokens)
    : likeliestFitting(tokenizer, logProbs, due);
}

/** Of the first `n` tokens, which are nearly all: adding up the others takes far less time. */
function likeliest(logProbs: Float32Array, n: number): NextToken {
  let token = 0;
  let best = -Infinity;
  for (let candidate = 0; candidate < n; candidate++) {
    const logProb = logProbs[candidate] as number;
    if (logProb <= best) continue;
    best = logProb;
    token = candidate;
  }
  let others = 0;
  for (const logProb of logProbs.subarray(n)) others += Math.exp(logProb);
  // Rounding may leave less than the token itself has.
  const sum = Math.max(1 - others, Math.exp(best));
  return { token, logProb: best - Math.log(sum) };
}

function likeliestFitting(
  tokenizer: LmTokenizer,
  logProbs: Float32Array,
  due: Uint8Array,
): NextToken {
  let token = 0;
  let best = -Infinity;
  let sum = 0;
  for (let candidate = 0; candidate < tokenizer.nTextTokens; candidate++) {
    if (!fits(tokenizer.bytesOf(candidate), due)) continue;
    const logProb = logProbs[candidate] as number;
    sum += Math.exp(logProb);
    if (logProb <= best) continue;
    best = logProb;
    token = candidate;
  }
  return { token, logProb: best - Math.log(sum) };
}

function fits(bytes: Uint8Array, due: Uint8Array): boolean {
  const n = Math.min(bytes.length, due.length);
  for (let i = 0; i < n; i++) if (bytes[i] !== due[i]) return false;
  return true;
}

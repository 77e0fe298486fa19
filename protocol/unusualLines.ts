/** Which lines of a file are worth pointing at, of all that the deep memory says how much they surprise it. */
import type { LineSurprise } from "./deepMemory.ts";

/** A line that stands out from its file. */
export interface UnusualLine {
  /** Zero-based. */
  readonly line: number;
  /** How surprising a token of it is, as a multiple of the mean over the file's lines; above 1. */
  readonly timesMean: number;
  /** Share of the file's other lines that are less surprising, 0 to 1. */
  readonly above: number;
}

/** What lies further above the mean than so many standard deviations is an event: EM-LLM (Fountas et al. 2024). */
const gamma = 1.5;
/** The mean over fewer tokens says more about chance than about the line. */
const leastTokens = 8;
/** Of fewer lines there is no telling what is usual among them. */
const leastLines = 8;
const mostLines = 5;
/** Prose is never what a model of code expects: that it surprises says nothing. */
const comment = /^\s*(\/\/|\/?\*|#\s|--\s|"""|''')/;

/**
 * Returns the most surprising lines of a file in the file's order, a handful at most; none when none stands out.
 * `textOf` returns a line's text; comments and short lines are left out, and the first
 * line, in front of which there is nothing that could lead one to expect it.
 */
export function unusualLines(
  surprises: readonly LineSurprise[],
  textOf: (line: number) => string,
): UnusualLine[] {
  const compared = surprises.filter(
    ({ line, nTokens }) => line > 0 && nTokens >= leastTokens && !comment.test(textOf(line)),
  );
  if (compared.length < leastLines) return [];
  const mean = meanOf(compared.map(({ nats }) => nats));
  const deviation = Math.sqrt(meanOf(compared.map(({ nats }) => (nats - mean) ** 2)));
  return compared
    .filter(({ nats }) => nats > mean + gamma * deviation)
    .sort((a, b) => b.nats - a.nats)
    .slice(0, mostLines)
    .sort((a, b) => a.line - b.line)
    .map(({ line, nats }) => ({
      line,
      timesMean: nats / mean,
      above: compared.filter((other) => other.nats < nats).length / (compared.length - 1),
    }));
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

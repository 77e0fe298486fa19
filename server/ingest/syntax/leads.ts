/** Where a definition really starts: with its comments, attributes and modifiers. */
import { lineAt } from "../lineIndex.ts";
import type { Span } from "./findings.ts";

/** A definition starts at its line's first word (`export`, `typedef`), or at the comments directly above. */
export function startWithLeads(
  text: string,
  lines: Uint32Array,
  start: number,
  leads: readonly Span[],
): number {
  const line = lineAt(lines, start);
  const lineStart = lines[line] ?? 0;
  let first = firstNonBlank(text, lineStart, start);
  let idx = lastLeadBefore(leads, start);
  if (first < start && !isModifiers(text, first, start)) {
    // A decorator or comment may open the line instead: `/** x */ function f`, `@Get() list()`.
    const onLine = leads[idx];
    const opensLine = onLine !== undefined && onLine.start === first;
    if (!opensLine || !isModifiers(text, onLine.end, start)) return start;
  }
  for (; idx >= 0; idx--) {
    const lead = leads[idx];
    if (lead === undefined || lead.end > first) continue;
    const leadLine = lineAt(lines, lead.start);
    const touches =
      isBlankWithin(text, lead.end, first) && lineAt(lines, lead.end) + 1 >= lineAt(lines, first);
    const opensItsLine = firstNonBlank(text, lines[leadLine] ?? 0, lead.start) === lead.start;
    if (!touches || !opensItsLine) break;
    first = lead.start;
  }
  return first;
}

function lastLeadBefore(leads: readonly Span[], offset: number): number {
  let low = -1;
  let high = leads.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const lead = leads[middle];
    if (lead !== undefined && lead.start < offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

function firstNonBlank(text: string, from: number, to: number): number {
  while (from < to && text.charCodeAt(from) <= 32) from++;
  return from;
}

function isBlankWithin(text: string, from: number, to: number): boolean {
  return firstNonBlank(text, from, to) === to;
}

function isModifiers(text: string, from: number, to: number): boolean {
  return to - from < 200 && /^[\w\s]*$/.test(text.slice(from, to));
}

/** Takes secrets out of what is written to disk. */
import { findSecrets, type SecretSpan } from "./findSecrets.ts";

/**
 * Returns a text in which each secret is replaced by what it was, such as `[secret: GitHub token]`. Line breaks inside a
 * secret stay, so that lines keep their numbers. Masking what is masked changes nothing.
 */
export function maskSecrets(text: string): string {
  return masked(text, findSecrets(text));
}

/** Returns a text in which these places are masked; they are in order and do not overlap. */
export function masked(text: string, spans: readonly SecretSpan[]): string {
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, kind } of spans) {
    const breaks = text.slice(start, end).match(/\r\n?|\n/g) ?? [];
    parts.push(text.slice(at, start), maskOf(kind), ...breaks);
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** What stands in a text instead of a secret. */
export function maskOf(kind: string): string {
  return `[secret: ${kind}]`;
}

/**
 * Returns a text of the same length in which each secret is blank but for its line breaks: what is indexed of it stands
 * where it stands in the file.
 */
export function blankSecrets(text: string): string {
  const spans = findSecrets(text);
  if (spans.length === 0) return text;
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    parts.push(text.slice(at, start), text.slice(start, end).replace(/[^\r\n]/g, " "));
    at = end;
  }
  return parts.join("") + text.slice(at);
}

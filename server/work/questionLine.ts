const maxLineLength = 80;
const maxReadLength = 10_000;

/**
 * Returns a question on one line of at most 80 characters: without control and direction characters, which would act in a
 * list, and with `…` where it goes on. `""` for one that says nothing.
 */
export function questionLine(question: string): string {
  const line = question
    .slice(0, maxReadLength)
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .toWellFormed();
  const characters = [...line];
  if (characters.length <= maxLineLength) return line;
  return `${characters
    .slice(0, maxLineLength - 1)
    .join("")
    .trimEnd()}…`;
}

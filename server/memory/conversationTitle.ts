/** The titles of conversations, and the lines that stand for questions in lists. */
import { maskSecrets } from "../secrets/maskSecrets.ts";

/** A conversation without a question yet. */
export const untitled = "New conversation";
const maxTitleLength = 60;
const maxNameLength = 200;

/** Returns the first line of a question that says something, cut to a length; `""` when there is none. */
export function titleOf(question: string, maxLength = maxTitleLength): string {
  const line = question
    .slice(0, 10_000)
    .split(/[\r\n]+/)
    .find((each) => oneLine(each) !== "");
  return cut(oneLine(line ?? ""), maxLength);
}

/** Returns a title as it is kept; `""` when it says nothing. */
export function nameOf(title: string): string {
  return cut(oneLine(maskSecrets(title)), maxNameLength);
}

/** Without control and direction characters, which would act in a list of titles. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim()
    .toWellFormed();
}

function cut(text: string, maxCharacters: number): string {
  const characters = [...text];
  return characters.length <= maxCharacters
    ? text
    : `${characters
        .slice(0, maxCharacters - 1)
        .join("")
        .trimEnd()}…`;
}

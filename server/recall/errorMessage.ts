/** Error messages in pasted text, and the parts of one that stand literally in the source. */

/** An error as a tool or a runtime printed it. */
export interface FoundError {
  /** `TypeError`, `error`, `panic`: the word before the message. */
  readonly type: string;
  readonly message: string;
}

const maxHeadLength = 160;
const maxMessageLength = 300;
const maxErrors = 20;
/** `Caused by:` and its like before one message. */
const maxCauses = 4;

/** Returns the lines that report an error, in order, at most 20. */
export function findErrors(text: string): FoundError[] {
  const found: FoundError[] = [];
  for (const line of text.split("\n")) {
    if (found.length >= maxErrors) break;
    const error = errorOf(line);
    if (error !== undefined) found.push(error);
  }
  return found;
}

function errorOf(line: string, depth = 0): FoundError | undefined {
  // The word may stand behind a place or a time (`a.c:3:1: error: …`), so each of the first colons is tried.
  let at = -1;
  for (let tries = 0; tries < 6; tries++) {
    at = line.indexOf(": ", at + 1);
    if (at < 0 || at > maxHeadLength) return undefined;
    const type =
      line
        .slice(0, at)
        .trim()
        .split(/[\s(]+/)
        .at(-1) ?? "";
    if (!isErrorWord(type)) continue;
    const message = line.slice(at + 2).trim();
    if (message.length < 4) return undefined;
    // `Caused by: a.b.SomeException: message` names the type behind the first colon.
    const inner = depth < maxCauses ? errorOf(message, depth + 1) : undefined;
    return inner ?? { type, message: message.slice(0, maxMessageLength) };
  }
  return undefined;
}

function isErrorWord(word: string): boolean {
  if (word.length > 120) return false;
  return errorName.test(word) || errorWords.has(word.toLowerCase());
}
const errorName =
  /^[\w.$]*[A-Za-z](?:Error|Exception|Failure|Fault|Panic)$|^(?:error)?\[?E\d{3,5}\]?$|^error\[\w{1,12}\]$|^TS\d{4,5}$/;
const errorWords = new Set(
  "error errors fatal panic exception failure failed uncaught fehler erreur 错误 錯誤 异常 例外 エラー 오류 에러 예외".split(
    " ",
  ),
);

/**
 * Returns the parts of a message that its source is likely to hold word for word: without quoted
 * values, numbers, paths and addresses, which were filled in. Longest first, at most 4.
 */
export function fixedParts(message: string): string[] {
  const parts = message
    .split(
      /'[^']{0,200}'|"[^"]{0,200}"|`[^`]{0,200}`|<[^>]{0,200}>|\([^)]{0,200}\)|[^\s,;]*[/\\\d][^\s,;]*|: /,
    )
    .map((part) => part.replace(/^[\s,;.:]+|[\s,;.:]{1,20}$/g, ""))
    .filter((part) => part !== message && part.length >= 8 && /\s/.test(part));
  return [...new Set(parts)].sort((a, b) => b.length - a.length).slice(0, 4);
}

/**
 * Text from a workspace can carry characters that show nothing yet change what a person reads: escape
 * sequences, direction overrides, zero-width and tag characters. These functions make them visible.
 */

/* C0 and C1 controls except tab, line feed and carriage return; soft hyphen; Arabic letter mark; zero-width
   space; direction marks, embeddings, overrides and isolates; line and paragraph separators; invisible
   operators; the byte-order mark; interlinear annotation; tag characters. Joiners stay: emoji and several
   scripts need them. */
const hidden =
  /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\u00AD\u061C\u180E\u200B\u200E\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB\u{E0000}-\u{E007F}]/gu;

/** Returns the text with each hidden character replaced by a visible name of it. */
export function visibleText(text: string): string {
  return text.replace(hidden, nameOf);
}

/** Returns HTML with each hidden character of its text in a marked `span`. `html` must be escaped already. */
export function markHidden(html: string): string {
  return html.replace(
    hidden,
    (character) => `<span class="hidden-character">${nameOf(character)}</span>`,
  );
}

/** Longest label, in UTF-16 code units: more than anybody reads, and no work for the page. */
const maxLabel = 600;

/**
 * Returns the text on one line for a label: each run of white space is one space, hidden characters are
 * visible, and what is longer than `limit` UTF-16 code units ends with `…`.
 */
export function oneLine(text: string, limit: number = maxLabel): string {
  const { text: shown, nLeftOut } = clamp(text, limit);
  return visibleText(shown.replace(/\s+/g, " ").trim()) + (nLeftOut > 0 ? "…" : "");
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  // Unicode has a picture for each C0 control and for delete.
  if (code < 0x20) return String.fromCodePoint(0x2400 + code);
  if (code === 0x7f) return "␡";
  return `‹U+${code.toString(16).toUpperCase().padStart(4, "0")}›`;
}

/** A text cut for display. `nLeftOut` counts UTF-16 code units, 0 when all of it is there. */
export interface Clamped {
  readonly text: string;
  readonly nLeftOut: number;
}

/** Returns at most `limit` UTF-16 code units of the text, never half of a surrogate pair. */
export function clamp(text: string, limit: number): Clamped {
  if (text.length <= limit) return { text, nLeftOut: 0 };
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return { text: text.slice(0, end), nLeftOut: text.length - end };
}

/** Cuts each line that is longer than `limit`; `note` says how many characters are not shown. */
export function clampLines(
  text: string,
  limit: number,
  note: (nLeftOut: number) => string,
): string {
  if (text.length <= limit) return text;
  let result = "";
  let start = 0;
  while (start <= text.length) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    if (end - start > limit) {
      const cut = clamp(text.slice(start, end), limit);
      result += `${cut.text} ${note(cut.nLeftOut)}`;
    } else {
      result += text.slice(start, end);
    }
    if (newline === -1) break;
    result += "\n";
    start = newline + 1;
  }
  return result;
}

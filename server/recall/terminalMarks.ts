/** Colours and cursor moves of a terminal in pasted output: they are no words of the question. */

const patterns: readonly RegExp[] = [
  // Titles and links: `ESC ] … BEL` or `ESC ] … ESC \`.
  /\u001b\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)/g,
  // Everything else that ESC begins; U+009B is ESC and `[` in one character.
  /(?:\u001b\[?|\u009b)[0-9;:?<=>]{0,40}[ -/]{0,4}[@-~]/g,
  // Colours whose ESC was lost on the way through a clipboard: `[0m`, `[1;31m`. A query's `[5m]` is none.
  /\[\d{1,3}(?:;\d{1,3}){0,5}m(?!\]|:\d)/g,
];

/** Returns the text without terminal control sequences. Text that has none comes back as it is. */
export function withoutTerminalMarks(text: string): string {
  return patterns.reduce((rest, pattern) => rest.replace(pattern, ""), text);
}

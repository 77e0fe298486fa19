/**
 * Characters that a name or a sentence must not smuggle into a line of text: controls, line separators, marks that reorder
 * what stands around them, and those that show nothing, in which a model could hide words from whoever agrees to them. The
 * joiners inside emoji and Indic words are not among them.
 */
const invisible =
  /[\p{Cc}\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/**
 * Text of unknown origin (a file name, a line of code) as one line that shows what it holds: invisible and
 * reordering characters become `\u{…}`, and more than `maxLength` UTF-16 units end in an ellipsis.
 */
export function oneLine(text: string, maxLength = 300): string {
  // Cut first: a line of a megabyte is to cost no more than a short one. Escapes may lengthen it again.
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(invisible, (char) =>
    char === "\t" ? " " : `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** One line for a label of a list, where `$(name)` would be drawn as an icon. */
export function pickLabel(text: string, maxLength = 200): string {
  return oneLine(text, maxLength).replaceAll("$(", "\\$(");
}

/** One line of markdown that shows the text as it is: nothing in it is a mark, a link or HTML. */
export function markdownLine(text: string, maxLength?: number): string {
  return oneLine(text, maxLength)
    .replace(/[\\`*_[\]<>&~|$@^#{}()!]|:(?=\S)/g, "\\$&")
    .replace(/(?<=[\p{L}\p{N}])\.(?=[\p{L}\p{N}-])/gu, "\\.")
    .replace(/^[-+=]/, "\\$&")
    .replace(/^(\d{1,9})([.)])/, "$1\\$2");
}

/** One line for a message of the editor, where `[text](command:…)` would be drawn as a link that runs it. */
export function messageLine(text: string, maxLength?: number): string {
  return oneLine(text, maxLength).replaceAll("](", "] (");
}

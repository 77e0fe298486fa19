/**
 * What answers quote: of conversations a block, or a line of a list, with a link to the turn (`server/answer/turnsAnswer.ts`,
 * `server/answer/orderAnswer.ts`), of notes a quote or a line with their words (`server/answer/notesAnswer.ts`).
 */
import type { QuotedNote } from "../workServices.ts";

const anyLink = "](#turn-";
const deletedTurn =
  "*Something was quoted here from a conversation of which something has been deleted since.*";
const deletedNote = "*A note was quoted here that has been forgotten since.*";

/** Returns what a link to a turn of a conversation begins with. */
export function linkStart(conversationId: string): string {
  return `#turn-${conversationId}/`;
}

/** Returns an answer's markdown without what it quotes of a conversation. */
export function withoutQuotes(markdown: string, conversationId: string): string {
  const link = linkStart(conversationId);
  return withoutParts(markdown, (part) => part.includes(link), deletedTurn);
}

/** Returns an answer's markdown without what it quotes of any conversation. */
export function ownWords(markdown: string): string {
  return withoutParts(markdown, (part) => part.includes(anyLink), "");
}

/** Returns an answer's markdown without quotes of notes; `words` are theirs as answers write them, on one line. */
export function withoutNotes(markdown: string, words: ReadonlySet<string>): string {
  return withoutParts(
    markdown,
    (part) => quotesOf(part).some((each) => words.has(each)),
    deletedNote,
  );
}

/**
 * True when what a language model wrote, or asked for, cites one of these notes or holds its words, or when the model was
 * shown one of them, by its id.
 */
export function tellsOf(
  markdown: string,
  shownIds: ReadonlySet<string>,
  notes: readonly QuotedNote[],
): boolean {
  const text = markdown.toLowerCase();
  return notes.some(
    ({ id, label, words, plain }) =>
      shownIds.has(id) ||
      text.includes(label) ||
      [words, plain].some((each) => each !== "" && text.includes(each.toLowerCase())),
  );
}

/** What a block or a line may quote: all of it behind `> `, and what stands between an opening mark and the last closing one. */
function quotesOf(part: string): string[] {
  const end = part.lastIndexOf("”");
  const marked = [...part.matchAll(/“/g)].map(({ index }) => part.slice(index + 1, end));
  return part.startsWith("> ") ? [part.slice(2), ...marked] : marked;
}

function withoutParts(
  markdown: string,
  isQuote: (part: string) => boolean,
  instead: string,
): string {
  return markdown
    .split(/(\n{2,})/)
    .map((block) => {
      const lines = block.trimEnd().split("\n");
      if (!lines.every((line) => line.startsWith("- "))) return isQuote(block) ? instead : block;
      if (!lines.some(isQuote)) return block;
      return lines.map((line) => (isQuote(line) ? `- ${instead}` : line)).join("\n");
    })
    .join("");
}

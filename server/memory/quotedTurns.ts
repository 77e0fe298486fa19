/**
 * What answers quote of conversations: a block, or a line of a list, with a link to the turn (`server/answer/turnsAnswer.ts`,
 * `server/answer/orderAnswer.ts`).
 */

const anyLink = "](#turn-";
const deleted =
  "*Something was quoted here from a conversation of which something has been deleted since.*";

/** Returns what a link to a turn of a conversation begins with. */
export function linkStart(conversationId: string): string {
  return `#turn-${conversationId}/`;
}

/** Returns an answer's markdown without what it quotes of a conversation. */
export function withoutQuotes(markdown: string, conversationId: string): string {
  return withoutLinked(markdown, linkStart(conversationId), deleted);
}

/** Returns an answer's markdown without what it quotes of any conversation. */
export function ownWords(markdown: string): string {
  return withoutLinked(markdown, anyLink, "");
}

function withoutLinked(markdown: string, link: string, instead: string): string {
  return markdown
    .split(/(\n{2,})/)
    .map((block) => {
      if (!block.includes(link)) return block;
      const lines = block.trimEnd().split("\n");
      if (!lines.every((line) => line.startsWith("- "))) return instead;
      return lines.map((line) => (line.includes(link) ? `- ${instead}` : line)).join("\n");
    })
    .join("");
}

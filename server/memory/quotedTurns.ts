/** What answers quote of other conversations: a block with a link to the turn (`server/answer/turnsAnswer.ts`). */

const deleted = "*Something was quoted here from a conversation that has been deleted since.*";

/** Returns what a link to a turn of a conversation begins with. */
export function linkStart(conversationId: string): string {
  return `#turn-${conversationId}/`;
}

/** Returns an answer's markdown without what it quotes of a conversation. */
export function withoutQuotes(markdown: string, conversationId: string): string {
  const start = linkStart(conversationId);
  return markdown
    .split(/(\n{2,})/)
    .map((block) => (block.includes(start) ? deleted : block))
    .join("");
}

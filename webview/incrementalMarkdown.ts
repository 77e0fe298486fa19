import type { Block, MarkdownRenderer } from "./markdown.ts";

/** What changed on the screen: the first `keep` blocks stay, `blocks` come after them. */
export interface Patch {
  readonly keep: number;
  readonly blocks: readonly Block[];
}

/**
 * Renders a growing text. Blocks that can no longer change are never rendered again, so an append costs
 * what the last block costs and not what the text costs.
 */
export interface IncrementalMarkdown {
  /**
   * Returns how the screen must change to show `markdown`. `complete` is false while more text is to
   * come; a citation link that is cut in the middle is then held back.
   */
  update(markdown: string, complete: boolean): Patch;
}

/** Returns a renderer for one text, empty at first. */
export function createIncrementalMarkdown(renderer: MarkdownRenderer): IncrementalMarkdown {
  let shown = "";
  /** Blocks before this offset of the text are final; `nFinal` counts them. */
  let finalOffset = 0;
  let nFinal = 0;
  return {
    update: (text, complete) => {
      const markdown = text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
      if (!markdown.startsWith(shown.slice(0, finalOffset))) {
        finalOffset = 0;
        nFinal = 0;
      }
      shown = markdown;
      const rest = markdown.slice(finalOffset);
      const blocks = renderer.blocks(complete ? rest : withoutCutLink(rest));
      const patch: Patch = { keep: nFinal, blocks };
      // A line without its end can still turn out to belong to the block above it.
      const nCompleteLines = countNewlines(rest);
      const openBlock = blocks.findLastIndex(({ startLine }) => startLine < nCompleteLines);
      if (openBlock > 0) {
        finalOffset += offsetOfLine(rest, blocks[openBlock]?.startLine ?? 0);
        nFinal += openBlock;
      }
      return patch;
    },
  };
}

/** Longest unfinished link that is held back; more than that is taken for text with a bracket in it. */
const maxCutLink = 400;

/** Returns the text without an unfinished `[label](address` at its end, which would show as raw markdown. */
function withoutCutLink(markdown: string): string {
  const line = markdown.slice(
    Math.max(markdown.lastIndexOf("\n") + 1, markdown.length - maxCutLink),
  );
  const cut = /\[[^\]]*$|\[[^\]]*\]\([^)]*$|\[[^\]]*\]$/.exec(line);
  return cut === null ? markdown : markdown.slice(0, markdown.length - cut[0].length);
}

function countNewlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++;
  return count;
}

function offsetOfLine(text: string, line: number): number {
  let offset = 0;
  for (let seen = 0; seen < line; seen++) offset = text.indexOf("\n", offset) + 1;
  return offset;
}

/** What a bank says of the model whose keys and values it holds. */
import type { BankShape } from "./bankTypes.ts";

/** Returns the text that stands for a shape in the catalogue. */
export function shapeText({ modelId, nKvHeads, dHead }: BankShape): string {
  return JSON.stringify({ modelId, nKvHeads, dHead });
}

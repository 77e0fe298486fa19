/** Finds the block of a file that has a line, which tells what an ideal recall would hand in. */
import type { BankStore } from "../../server/bank/bankStore.ts";
import type { RecalledBlock, TokenRange } from "../../server/bank/bankTypes.ts";

const nAtOnce = 128;

/** Returns all blocks of a file, in its order. `length` is that of a query. */
export function blocksOfFile(store: BankStore, fileId: string, length: number): RecalledBlock[] {
  const found: RecalledBlock[] = [];
  const without: TokenRange[] = [];
  const query = new Float32Array(length).fill(1 / Math.sqrt(length));
  for (;;) {
    const outcome = store.recall([query], {
      nBlocks: nAtOnce,
      exact: true,
      without,
      only: (other) => other === fileId,
    });
    if (outcome.kind === "refused") throw new Error(`the bank refuses a query: ${outcome.fault}`);
    if (outcome.blocks.length === 0) break;
    found.push(...outcome.blocks);
    without.push(...outcome.blocks);
  }
  return found.sort((a, b) => a.fromToken - b.fromToken);
}

/** How unusual each line of a file is for the workspace: what the model expects, given the memory of all other files. */
import type { LineSurprise } from "../../protocol/deepMemory.ts";
import type { LmModel } from "../lm/lmModel.ts";
import { lineSurprises } from "../lm/surprise.ts";
import { fileIdOf } from "./deepFiles.ts";
import { recollect, wholeFile, type ReaderBank } from "./recallTokens.ts";

export interface SurprisedFile {
  readonly model: LmModel;
  readonly bank: ReaderBank;
  readonly rootId: string;
  readonly path: string;
  readonly text: string;
  readonly signal: AbortSignal;
}

/** Queries of a chunk that the memory is asked with: all of them would cost more than they find. */
const queriesPerChunk = 32;

/** Returns the lines that have tokens. Rejects with AbortError when cancelled, and with ModelFaultError. */
export async function surpriseOfFile(file: SurprisedFile): Promise<LineSurprise[]> {
  const { model, bank, rootId, path, text, signal } = file;
  const own = wholeFile(fileIdOf(rootId, path));
  const lines = await lineSurprises(
    model,
    path,
    new TextEncoder().encode(text),
    (queries) => {
      const step = Math.max(1, Math.ceil(queries.length / queriesPerChunk));
      const some = queries.filter((_, i) => i % step === 0);
      return recollect(bank, some, { without: [own] })?.tokens;
    },
    signal,
  );
  return lines.flatMap(({ nats, nTokens }, line) =>
    nTokens === 0 ? [] : [{ line, nats: nats / nTokens, nTokens }],
  );
}

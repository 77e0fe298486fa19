/** What the deep memory holds and why not more, for the status of the memory. */
import type { DeepMemoryDetail, DeepMemoryStatus } from "../../protocol/deepMemory.ts";
import type { BankStore } from "../bank/bankStore.ts";
import { nothingHeld } from "./deepCalls.ts";
import type { DeepWriter, WriterProgress } from "./deepWriter.ts";
import { bytesPerTokenOfSource } from "./holdings.ts";

export interface DeepState {
  /** `undefined` while it is not open … */
  readonly opened: { readonly bank: BankStore; readonly writer: DeepWriter } | undefined;
  /** … which has this reason; `undefined` as long as it is only being opened. */
  readonly detail: DeepMemoryDetail | undefined;
  readonly budgetBytes: number;
  /** The user paused it. */
  readonly isPaused: boolean;
}

export function deepStatus({ opened, detail, budgetBytes, isPaused }: DeepState): DeepMemoryStatus {
  if (opened === undefined) {
    const state =
      detail === undefined
        ? { state: "starting" as const }
        : { state: "unavailable" as const, detail };
    return { ...state, ...nothingHeld, budgetBytes };
  }
  const { bank, writer } = opened;
  const held = bank.status();
  const progress = writer.progress();
  const [renewed] = bank.notices.map(({ kind }) => kind);
  return {
    ...(renewed === undefined ? {} : { renewed }),
    ...stateOf(progress, isPaused),
    filesEncoded: progress.filesEncoded,
    filesToEncode: progress.filesToEncode,
    filesLeftOut: progress.filesLeftOut + progress.filesTooLarge,
    tokensEncoded: held.nTokens,
    tokensToEncode: Math.round(progress.bytesToEncode / bytesPerTokenOfSource),
    bytesOnDisk: held.bytes,
    budgetBytes,
    shortTermBlocks: held.nShortTerm,
    longTermBlocks: held.nLongTerm,
    tokensPerSecond: progress.tokensPerSecond,
  };
}

function stateOf(
  { pause, filesToEncode, filesLeftOut, filesTooLarge }: WriterProgress,
  isPaused: boolean,
): Pick<DeepMemoryStatus, "state" | "detail"> {
  if (pause !== undefined) return { state: "paused", detail: { kind: pause } };
  if (isPaused) return { state: "paused" };
  const state = filesToEncode > 0 ? "filling" : "ready";
  if (filesLeftOut + filesTooLarge === 0) return { state };
  // What the user can change is said first.
  return { state, detail: { kind: filesLeftOut > 0 ? "noRoom" : "tooLarge" } };
}

import type { DeepMemoryDetail } from "../../protocol/deepMemory.ts";
import type { DeepMemoryService } from "../services.ts";
import { CliError, type OpenFolder, type Surroundings } from "./openFolder.ts";
import { deepMemoryReason } from "./deepMemoryText.ts";

/**
 * Returns the deep memory of the open folder once its model is loaded. Rejects with AbortError on Ctrl-C.
 * Errors: `CliError` with the reason when there is none or it cannot be used.
 */
export async function usableDeepMemory(
  { services: { deep } }: OpenFolder,
  around: Surroundings,
): Promise<DeepMemoryService> {
  if (deep === undefined) throw unusableFor({ kind: "noModel" });
  await started(deep, around);
  const { state, detail } = deep.status();
  if (state !== "off" && state !== "unavailable") return deep;
  throw unusableFor(detail ?? { kind: "disabled" });
}

function unusableFor(detail: DeepMemoryDetail): CliError {
  const sentence = `The deep memory cannot be used. ${deepMemoryReason(detail)}`;
  return new CliError(sentence, "deepMemoryUnavailable");
}

async function started(deep: DeepMemoryService, { signal }: Surroundings): Promise<void> {
  signal.throwIfAborted();
  deep.start();
  if (deep.status().state !== "starting") return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = deep.onStatusChanged(() => {
    if (deep.status().state !== "starting") resolve();
  });
  const abort = (): void => reject(signal.reason as Error);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await promise;
  } finally {
    stop();
    signal.removeEventListener("abort", abort);
  }
}

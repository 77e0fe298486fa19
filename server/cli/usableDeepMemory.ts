import type { DeepMemoryDetail, DeepMemoryStatus } from "../../protocol/deepMemory.ts";
import type { DeepMemoryService } from "../services.ts";
import { CliError, type OpenFolder, type Surroundings } from "./openFolder.ts";
import { deepMemoryReason } from "./deepMemoryText.ts";
import { formatCount, formatNouns } from "./numbers.ts";
import { bar, fitting, ProgressBar } from "./progressBar.ts";

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

/**
 * Waits until a deep memory that can be used holds what it can, with the progress on a terminal. Rejects with
 * AbortError on Ctrl-C.
 */
export async function filled(
  deep: DeepMemoryService,
  { services: { clock } }: OpenFolder,
  around: Surroundings,
): Promise<void> {
  const line = new ProgressBar(around.err, () => clock.elapsedMs());
  try {
    await stateOtherThan("filling", deep, around, () =>
      line.show((width) => fillText(deep.status(), width)),
    );
  } finally {
    line.clear();
  }
}

function fillText(status: DeepMemoryStatus, width: number): string {
  const { filesEncoded, filesToEncode, filesLeftOut, tokensEncoded, tokensToEncode } = status;
  const files = formatNouns(filesEncoded + filesToEncode + filesLeftOut, "file");
  return fitting(width, [
    bar(tokensEncoded, tokensEncoded + tokensToEncode, width),
    ` deep memory: ${formatCount(filesEncoded)} of ${files}`,
  ]);
}

async function started(deep: DeepMemoryService, around: Surroundings): Promise<void> {
  around.signal.throwIfAborted();
  deep.start();
  await stateOtherThan("starting", deep, around);
}

async function stateOtherThan(
  state: DeepMemoryStatus["state"],
  deep: DeepMemoryService,
  { signal }: Surroundings,
  changed: () => void = () => undefined,
): Promise<void> {
  signal.throwIfAborted();
  if (deep.status().state !== state) return;
  changed();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = deep.onStatusChanged(() => {
    changed();
    if (deep.status().state !== state) resolve();
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

/** Entry of the thread of the deep memory: it owns the bank and reads with the model; encoding is in another thread. */
import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import path from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import xxhash from "xxhash-wasm";
import { isBankOpen } from "../bank/closedBank.ts";
import { BankStore } from "../bank/bankStore.ts";
import { OtherBanks } from "../bank/otherBanks.ts";
import type { BankOptions, BankShape } from "../bank/bankTypes.ts";
import { MemoryError } from "../../protocol/errors.ts";
import { LmModel, type LmParts } from "../lm/lmModel.ts";
import { makeFolder } from "../memory/storeFolder.ts";
import { createJsonLogger, createNodeFileSystem, nodeClock } from "../nodePorts.ts";
import type { Logger } from "../ports.ts";
import { VerifiedSource } from "../recall/verifiedSource.ts";
import { threadEntry } from "../threads.ts";
import { ChunkEncoding } from "./chunkEncoding.ts";
import type { DeepCall, DeepReply, DeepThreadData } from "./deepCalls.ts";
import { DeepHost } from "./deepHost.ts";
import { DeepSource } from "./deepSource.ts";
import { removeSelfTests, selfTestPrefix } from "../bank/forgetRoot.ts";

const port = parentPort;
if (port === null) throw new Error("deepThread.ts runs in a worker thread");
const { modelFolder, kernel, logLevel, retryMs } = workerData as DeepThreadData;
const log: Logger =
  logLevel === "off" ? { log: () => undefined } : createJsonLogger(process.stderr, logLevel);

/** The largest file that is read; the memory's own limit comes with the first call. */
let maxFileBytes = 0;
const source = new DeepSource(
  new VerifiedSource({
    files: createNodeFileSystem(),
    hasher: await xxhash(),
    // Unsaved text is not encoded: it changes with every keystroke.
    overlay: () => undefined,
    metStale: () => undefined,
    maxFileBytes: () => maxFileBytes,
  }),
);
const host = new DeepHost({
  source,
  openModel: () => LmModel.open(modelFolder),
  openEncoder: ({ manifest }) =>
    new ChunkEncoding({ manifest, folder: modelFolder, entry: threadEntry("lmEncodeThread"), log }),
  openBank: async (folder, parts, maxDiskBytes) => {
    makeFolder(folder);
    const store = await opened(folder, parts, { kernel, capacityBytes: maxDiskBytes });
    // Under its lock: no other process tests here.
    if (store !== undefined) removeSelfTests(folder);
    return store;
  },
  otherBanks: (folder, parts) => new OtherBanks(folder, bankShapeOf(parts)),
  isBankOpen,
  freeBytes: (folder) => {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  },
  openTestBank: async (folder, parts, capacityBytes) => {
    const testFolder = mkdtempSync(path.join(folder, selfTestPrefix));
    const erase = (): void => rmSync(testFolder, { recursive: true, force: true });
    const store = await opened(testFolder, parts, { kernel, capacityBytes }).catch(
      (error: unknown) => {
        erase();
        throw error;
      },
    );
    if (store === undefined) throw new MemoryError("internal", "a new bank is open already");
    return { store, erase: () => (store.close(), erase()) };
  },
  availableBytes: () => process.availableMemory(),
  peakBytes: () => process.resourceUsage().maxRSS * 1024,
  clock: nodeClock,
  log,
  ...(retryMs === undefined ? {} : { retryMs }),
  say: (reply: DeepReply) => port.postMessage(reply),
});

port.on("message", (call: DeepCall) => {
  if (call.kind === "open") maxFileBytes = call.maxFileBytes;
  void host.call(call).then(() => {
    if (call.kind === "close") port.close();
  });
});

async function opened(
  folder: string,
  parts: LmParts,
  options: BankOptions,
): Promise<BankStore | undefined> {
  const outcome = await BankStore.open(folder, bankShapeOf(parts), options);
  return outcome.kind === "ready" ? outcome.store : undefined;
}

function bankShapeOf({ id, manifest }: LmParts): BankShape {
  const { nKvHeads, dHead } = manifest.config;
  return { modelId: id, nKvHeads, dHead };
}

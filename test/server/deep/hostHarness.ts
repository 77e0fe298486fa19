/** The inside of the deep memory's thread without the threads: a real model, a real bank, and what goes wrong on demand. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import xxhash from "xxhash-wasm";
import type { DeepMemoryStatus } from "../../../protocol/deepMemory.ts";
import { isBankOpen } from "../../../server/bank/closedBank.ts";
import { BankStore } from "../../../server/bank/bankStore.ts";
import type { BankShape } from "../../../server/bank/bankTypes.ts";
import type { DeepReply, DeepRequestName, DeepRequests } from "../../../server/deep/deepCalls.ts";
import { DeepHost, type DeepHostOptions } from "../../../server/deep/deepHost.ts";
import { DeepSource } from "../../../server/deep/deepSource.ts";
import { LmModel, type LmParts } from "../../../server/lm/lmModel.ts";
import { createNodeFileSystem, nodeClock } from "../../../server/nodePorts.ts";
import { VerifiedSource } from "../../../server/recall/verifiedSource.ts";
import { kernel } from "../bank/bankHarness.ts";
import { trainedFolder } from "../lm/lmHarness.ts";
import { quietLog } from "../workspaceMemoryHarness.ts";

const patienceMs = 60_000;
const settings = { enabled: true, maxDiskBytes: 1e9 };

/** Returns files as the thread reads them. */
export async function deepSource(): Promise<DeepSource> {
  return new DeepSource(
    new VerifiedSource({
      files: createNodeFileSystem(),
      hasher: await xxhash(),
      overlay: () => undefined,
      metStale: () => undefined,
      maxFileBytes: () => 1_000_000,
    }),
  );
}

class OpenedHost implements AsyncDisposable {
  readonly host: DeepHost;
  readonly folder: string;
  readonly source: DeepSource;
  readonly #replies: DeepReply[] = [];
  readonly #waiting = new Set<() => void>();
  #nRequests = 0;
  #isClosed = false;

  constructor(folder: string, source: DeepSource, change: Partial<DeepHostOptions>) {
    this.folder = folder;
    this.source = source;
    this.host = new DeepHost({
      source,
      openModel: () => LmModel.open(trainedFolder),
      openEncoder: () => ({
        encode: () => Promise.reject(new Error("nothing is encoded here")),
        close: () => Promise.resolve(),
      }),
      otherBanks: () => ({ find: () => undefined, close: () => undefined }),
      isBankOpen,
      openBank: openBankIn,
      openTestBank: async (of, parts, capacityBytes) => {
        const store = await openBankIn(path.join(of, "self-test-x"), parts, capacityBytes);
        if (store === undefined) throw new Error("a new bank is open");
        return { store, erase: () => store.close() };
      },
      freeBytes: () => 1e12,
      availableBytes: () => 1e12,
      peakBytes: () => 0,
      clock: nodeClock,
      log: quietLog,
      // Longer than statuses are held back.
      retryMs: 500,
      ...change,
      say: (reply) => {
        this.#replies.push(reply);
        for (const look of this.#waiting) look();
      },
    });
  }

  open(): Promise<void> {
    return this.host.call({ kind: "open", folder: this.folder, settings, maxFileBytes: 1e6 });
  }

  /** Resolves with the first reply, of those there are or will be, that `found` finds something in. */
  reply<T>(found: (reply: DeepReply) => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = (): void => {
      const first = this.#replies.map(found).find((value) => value !== undefined);
      if (first !== undefined) resolve(first);
    };
    const last = (): DeepReply | undefined => this.#replies.at(-1);
    const late = (): void => reject(new Error(`the last reply: ${JSON.stringify(last())}`));
    const timer = setTimeout(late, patienceMs);
    this.#waiting.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(look);
    });
  }

  status(holds: (status: DeepMemoryStatus) => boolean): Promise<DeepMemoryStatus> {
    return this.reply((reply) =>
      reply.kind === "status" && holds(reply.status) ? reply.status : undefined,
    );
  }

  /** Asks, and resolves with the reply. */
  request<N extends DeepRequestName>(
    name: N,
    params: DeepRequests[N]["params"],
  ): Promise<DeepReply> {
    const id = ++this.#nRequests;
    void this.host.call({ kind: "request", id, name, params });
    return this.reply((reply) =>
      (reply.kind === "result" || reply.kind === "failed") && reply.id === id ? reply : undefined,
    );
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.host.call({ kind: "close" });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

export async function openBankIn(
  folder: string,
  { id: modelId, manifest }: LmParts,
  capacityBytes: number,
): Promise<BankStore | undefined> {
  mkdirSync(folder, { recursive: true });
  const { nKvHeads, dHead } = manifest.config;
  const shape: BankShape = { modelId, nKvHeads, dHead };
  const outcome = await BankStore.open(folder, shape, { kernel, capacityBytes });
  return outcome.kind === "ready" ? outcome.store : undefined;
}

export async function makeHost(
  folder: string,
  change: Partial<DeepHostOptions> = {},
): Promise<OpenedHost> {
  return new OpenedHost(path.join(folder, "deep"), await deepSource(), change);
}

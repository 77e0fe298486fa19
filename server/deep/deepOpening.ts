/**
 * Opens the parts of the deep memory and closes them, one thing after the other. What may work later, such as with a
 * memory that another process keeps, is tried again until it does.
 */
import type { DeepMemoryDetail } from "../../protocol/deepMemory.ts";
import { MemoryError } from "../../protocol/errors.ts";
import { asMemoryError, isStoreFailure } from "../memory/database.ts";
import type { BankStore } from "../bank/bankStore.ts";
import type { LmModel, LmOutcome, LmParts } from "../lm/lmModel.ts";
import { ModelFaultError, type ModelFault } from "../model/modelFault.ts";
import type { Logger } from "../ports.ts";

/** What has to be closed again, in this order. */
export interface Closable {
  readonly writer: { close(): Promise<void> };
  readonly bank: { close(): void };
  readonly encoder: { close(): Promise<void> };
  readonly model: { close(): Promise<void> };
}

export interface OpeningOptions<Opened extends Closable> {
  readonly openModel: () => Promise<LmOutcome<LmModel>>;
  /** Whether another process has the bank in a folder open; asked before the model is loaded for nothing. */
  readonly isBankOpen: (folder: string) => boolean;
  /** `undefined` when another process has it open. */
  readonly openBank: (folder: string, parts: LmParts) => Promise<BankStore | undefined>;
  /** Another process has the bank in a folder open. Resolves with true when that one answers for this one from now on. */
  readonly elsewhere: (folder: string) => Promise<boolean>;
  /** Makes the rest, which then follows the workspace. */
  readonly begin: (folder: string, model: LmModel, bank: BankStore) => Opened;
  /** It is used no more. Resolves when whoever was reading has ended; `detail` says why it is closed. */
  readonly end: (detail: DeepMemoryDetail | undefined) => Promise<void>;
  readonly changed: () => void;
  readonly log: Logger;
  readonly retryMs: number;
}

/** How soon a bank is tried again whose owner cannot be reached; then ever later. */
const firstRetryMs = 25;

export class DeepOpening<Opened extends Closable> {
  readonly #options: OpeningOptions<Opened>;
  #folder: string | undefined;
  #opened: Opened | undefined;
  #detail: DeepMemoryDetail | undefined;
  #last: Promise<void> = Promise.resolve();
  #retry: NodeJS.Timeout | undefined;
  #retryDelayMs = firstRetryMs;

  constructor(options: OpeningOptions<Opened>) {
    this.#options = options;
  }

  get opened(): Opened | undefined {
    return this.#opened;
  }

  /** Why nothing is open; `undefined` while it is being opened for the first time. */
  get detail(): DeepMemoryDetail | undefined {
    return this.#detail;
  }

  /** Opens the deep memory in a folder, in place of what is open. Resolves when it is open or cannot be. */
  open(folder: string): Promise<void> {
    clearTimeout(this.#retry);
    this.#folder = folder;
    return this.#then(async () => {
      this.#detail = undefined;
      await this.#release(this.#take(), undefined);
      this.#options.changed();
      if (this.#folder === folder) await this.#open(folder);
    });
  }

  /** The process that had the bank open has let go of it: whoever comes first opens it. */
  takeOver(): void {
    this.#detail = undefined;
    this.#options.changed();
    this.#retryDelayMs = firstRetryMs;
    this.#tryAgain(this.#retryDelayMs);
  }

  /** Closes what is open, since it failed. Errors: those that no state of the disk or of the model explains. */
  fail(error: unknown): void {
    const detail = this.#detailOf(error);
    const before = this.#take();
    // What fails while it is closed has been told already.
    if (before === undefined && this.#detail !== undefined) return;
    this.#unavailable(detail);
    void this.#then(() => this.#release(before, detail));
  }

  /** Resolves when nothing is open and nothing will be. */
  close(): Promise<void> {
    clearTimeout(this.#retry);
    this.#folder = undefined;
    return this.#then(() => this.#release(this.#take(), { kind: "disabled" }));
  }

  async #open(folder: string): Promise<void> {
    const { openModel, isBankOpen, openBank, begin } = this.#options;
    let model: LmModel | undefined;
    try {
      if (isBankOpen(folder)) return await this.#isElsewhere(folder);
      const outcome = await openModel();
      if (outcome.kind !== "ready") return this.#unavailable(detailOfModel(outcome));
      model = outcome.value;
      const bank = await openBank(folder, model.parts);
      if (bank === undefined) return await this.#isElsewhere(folder);
      this.#detail = undefined;
      this.#opened = begin(folder, model, bank);
    } catch (error) {
      this.#unavailable(this.#detailOf(error));
    } finally {
      if (this.#opened === undefined) await model?.close();
      this.#options.changed();
    }
  }

  #detailOf(error: unknown): DeepMemoryDetail {
    const detail = detailOfError(error);
    if (detail === undefined) throw error;
    this.#options.log.log("error", "encode", "the deep memory fails", {
      reason: detail.kind,
      code: error instanceof ModelFaultError ? error.fault.kind : asMemoryError(error).detail,
    });
    return detail;
  }

  #take(): Opened | undefined {
    const opened = this.#opened;
    this.#opened = undefined;
    return opened;
  }

  #unavailable(detail: DeepMemoryDetail): void {
    this.#detail = detail;
    this.#options.changed();
    clearTimeout(this.#retry);
    if (passing.has(detail.kind)) this.#tryAgain(this.#options.retryMs);
  }

  /** Whoever has it open is asked; one that does not answer may just be beginning, or have ended. */
  async #isElsewhere(folder: string): Promise<void> {
    this.#detail = { kind: "otherProcess" };
    if (await this.#options.elsewhere(folder)) return;
    this.#options.changed();
    this.#retryDelayMs = Math.min(2 * this.#retryDelayMs, this.#options.retryMs);
    this.#tryAgain(this.#retryDelayMs);
  }

  #tryAgain(delayMs: number): void {
    clearTimeout(this.#retry);
    const folder = this.#folder;
    if (folder === undefined) return;
    this.#retry = setTimeout(() => {
      void this.#then(async () => {
        if (this.#folder === folder && this.#opened === undefined) await this.#open(folder);
      });
    }, delayMs).unref();
  }

  async #release(opened: Opened | undefined, detail: DeepMemoryDetail | undefined): Promise<void> {
    if (opened === undefined) return;
    const ended = this.#options.end(detail);
    await opened.writer.close();
    await ended;
    try {
      opened.bank.close();
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
      // What was not written down is found out when it is opened the next time.
      this.#options.log.log("error", "encode", "the deep memory does not close", {
        code: error.errorName,
      });
    } finally {
      await opened.encoder.close();
      await opened.model.close();
    }
  }

  #then(work: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(work);
    return this.#last;
  }
}

/** Reasons that go away without anything being done in Lore. */
const passing: ReadonlySet<DeepMemoryDetail["kind"]> = new Set(["diskFull", "storeUnavailable"]);

/** `undefined` for a fault in our own code. */
function detailOfError(error: unknown): DeepMemoryDetail | undefined {
  if (error instanceof ModelFaultError)
    return detailOfModel({ kind: "unavailable", fault: error.fault });
  if (!isStoreFailure(error)) return undefined;
  const { errorName } = asMemoryError(error);
  return { kind: errorName === "diskFull" ? "diskFull" : "storeUnavailable" };
}

function detailOfModel(
  outcome:
    { readonly kind: "absent" } | { readonly kind: "unavailable"; readonly fault: ModelFault },
): DeepMemoryDetail {
  if (outcome.kind === "absent") return { kind: "noModel" };
  const { kind: cause, file } = outcome.fault;
  return cause === "runtime" ? { kind: "noRuntime" } : { kind: "modelFault", cause, file };
}

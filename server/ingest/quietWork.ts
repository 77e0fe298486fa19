/**
 * What is done when no file waits to become searchable: commit, then the syntax pass, then merging the
 * index, and whoever waits for any of these is told.
 */
import type { Backlog } from "./backlog.ts";
import type { FileBook } from "./fileBook.ts";
import type { IngestWaits } from "./ingestWaits.ts";
import type { ParseDispatch } from "./parseDispatch.ts";
import type { RootState } from "./rootState.ts";
import type { StoreKeeper } from "./storeKeeper.ts";
import type { TreeFollower } from "./treeFollower.ts";

export interface QuietWorkOptions {
  readonly state: RootState;
  readonly backlog: Backlog;
  readonly waits: IngestWaits;
  readonly book: FileBook;
  readonly store: StoreKeeper;
  readonly tree: TreeFollower;
  readonly dispatch: ParseDispatch;
  readonly isPaused: () => boolean;
  /** Merging is over, and more may be done. */
  readonly pump: () => void;
}

export class QuietWork {
  readonly #options: QuietWorkOptions;

  constructor(options: QuietWorkOptions) {
    this.#options = options;
  }

  /** True when nothing waits, nothing is under way, and nothing looks for more. */
  get isAtRest(): boolean {
    const { tree, dispatch, backlog } = this.#options;
    return !tree.isScanning && dispatch.nInFlight === 0 && backlog.queue.size === 0;
  }

  /** True when no file that is known waits, or is under way, to become searchable. */
  get isSearchable(): boolean {
    const { dispatch, backlog } = this.#options;
    return dispatch.nInFlight === 0 && backlog.isSearchable;
  }

  /** Does what the present calm allows; nothing while files wait to become searchable. */
  doWhatIsDue(): void {
    const { state, backlog, waits, book, store, tree, dispatch } = this.#options;
    if (!tree.hasScanned || tree.isScanning || !this.isSearchable || this.#options.isPaused())
      return;
    store.commit();
    store.setBulk(false);
    this.#storeRules();
    if (!store.isOpen) return;
    state.written();
    waits.wake(false);
    if (backlog.queue.nRefine + dispatch.nRefining > 0) {
      state.set("refining");
      return;
    }
    if (store.wantsMerge) void this.#merge();
    if (store.isMerging) return;
    store.whenCommitted((writer) => book.recount(writer));
    state.set("ready");
    waits.wake(true);
  }

  #storeRules(): void {
    const { book, store } = this.#options;
    if (!book.hasNewRules) return;
    store.guarded((writer) => book.storeRules(writer));
    store.commit();
  }

  async #merge(): Promise<void> {
    const { backlog, dispatch, store, isPaused, pump } = this.#options;
    const isQuiet = (): boolean =>
      !isPaused() && backlog.queue.size === 0 && dispatch.nInFlight === 0;
    await store.merge(isQuiet).finally(pump);
  }
}

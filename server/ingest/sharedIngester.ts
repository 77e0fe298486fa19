/**
 * A root's ingester, shared with the other processes that have its store open: what one of them knows of changes and
 * unsaved text counts for all, and they are told how far the memory is.
 */
import { BackgroundServer } from "../channel/backgroundServer.ts";
import type { Follower } from "../channel/ownerServer.ts";
import { asMemoryError, isStoreFailure } from "../memory/database.ts";
import { packOwnerStatus } from "../memory/ownerStatus.ts";
import type { Logger } from "../ports.ts";
import type { RootIngester } from "./rootIngester.ts";
import {
  sharedActionOf,
  type OwnerNews,
  type SharedAction,
  type SharedAnswer,
} from "./sharedActions.ts";
import { UnsavedTexts } from "./unsavedTexts.ts";

export interface SharedIngesterOptions {
  /** Of the store. */
  readonly folder: string;
  readonly ingester: RootIngester;
  readonly log: Logger;
  /** Logs what is no failure of the store, and returns what others hear of it. */
  readonly describe: (error: unknown) => SharedAnswer;
  /** Another process paused or resumed the filling. */
  readonly paused: (isPaused: boolean) => void;
}

export class SharedIngester {
  readonly #options: SharedIngesterOptions;
  readonly #texts = new UnsavedTexts();
  readonly #server: BackgroundServer;

  constructor(options: SharedIngesterOptions) {
    this.#options = options;
    const { folder, log } = options;
    this.#server = new BackgroundServer(
      folder,
      {
        joined: (follower) => follower.tell(this.#status()),
        said: (follower, said) => this.#answer(follower, said),
        failed: (error) => this.#failed(error),
        left: (follower) => this.#left(follower),
      },
      (error) => {
        if (!isStoreFailure(error)) throw error;
        // The others read what is committed, and look now and then whether this process still runs.
        const { detail } = asMemoryError(error);
        log.log("warn", "memory", "other windows cannot talk to this one", { detail });
      },
    );
  }

  /** Does what this process or another one wants. Errors: those of `RootIngester.settled`. */
  async act(action: SharedAction, by: object = this): Promise<void> {
    const { ingester } = this.#options;
    switch (action.kind) {
      case "filesChanged":
        return ingester.filesChanged(action.files);
      case "overlay":
        return ingester.overlay(action.file, this.#texts.set(by, action.file, action.text));
      case "openEditors":
        return ingester.openEditors(action.files);
      case "rescan":
        return ingester.rescan();
      case "settled":
        // While paused nothing settles; whoever paused here waits for it, and nobody in another window.
        return by !== this && ingester.isPaused ? undefined : ingester.settled(action.refined);
      case "refineNow":
        return ingester.refineNow(action.paths);
      case "pause":
        return ingester.pause();
      case "resume":
        return ingester.resume();
      case "rebuild":
        return ingester.rebuild();
    }
  }

  /** Makes something known of this window that nobody waits for. */
  introduce(action: SharedAction): void {
    this.act(action).catch((error: unknown) => this.#failed(error));
  }

  /** Tells the other processes how far the memory is. */
  tellStatus(): void {
    if (this.#server.nFollowers > 0) this.#server.tell(this.#status());
  }

  /** Tells the other processes that the user deleted the memory. */
  tellForgotten(): void {
    this.#server.tell({ kind: "forgotten" } satisfies OwnerNews);
  }

  close(): void {
    this.#server.close();
  }

  #status(): OwnerNews {
    return { kind: "status", status: packOwnerStatus(this.#options.ingester.status()) };
  }

  async #answer(follower: Follower, said: unknown): Promise<SharedAnswer> {
    const action = sharedActionOf(said);
    if (action === undefined) return { errorName: "invalidRequest" };
    if (this.#server.isClosed) return { errorName: "storeUnavailable" };
    const done = this.act(action, follower);
    if (action.kind === "pause" || action.kind === "resume") {
      this.#options.paused(action.kind === "pause");
      // In front of the answer: whoever keeps the store next has to know it.
      this.tellStatus();
    }
    await done;
    return {};
  }

  #failed(error: unknown): SharedAnswer {
    if (!isStoreFailure(error)) return this.#options.describe(error);
    const { errorName, detail } = asMemoryError(error);
    return { errorName, detail };
  }

  /** What it had not saved is gone with it. */
  #left(follower: Follower): void {
    if (this.#server.isClosed) return;
    for (const file of this.#texts.filesOf(follower))
      this.act({ kind: "overlay", file, text: undefined }, follower).catch((error: unknown) =>
        this.#failed(error),
      );
  }
}

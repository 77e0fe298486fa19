/** The store of a root that another process keeps, as this one sees it: read here, and changed by asking its owner. */
import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import type { Notice } from "../../protocol/notices.ts";
import type { Root, RootStatus } from "../../protocol/types.ts";
import { OwnerLink, type LinkLoss } from "../channel/ownerLink.ts";
import { errorCode } from "../memory/database.ts";
import { MemoryBank, otherSchema } from "../memory/memoryBank.ts";
import { unpackOwnerStatus, type OwnerStatus } from "../memory/ownerStatus.ts";
import type { StoredProblems } from "../memory/problemPages.ts";
import type { FileSystem } from "../ports.ts";
import { nextGeneration } from "./generations.ts";
import { checkAnswer, ownerNewsOf, type OwnerNews, type SharedAction } from "./sharedActions.ts";
import { blankStatus } from "./waitingStatus.ts";

export interface FollowedStoreOptions {
  readonly root: Root;
  readonly storeFile: string;
  readonly files: FileSystem;
  /** Bytes of the store on disk. */
  readonly storeBytes: () => number;
  /** What the owner has to know of this window when it hears of it for the first time. */
  readonly introduction: () => readonly SharedAction[];
  readonly told: (news: OwnerNews) => void;
  /** The owner has ended, closed the store, or no longer answers. */
  readonly lost: (how: LinkLoss) => void;
}

/** States in which an owner does nothing unless it is told to. */
const restingStates: ReadonlySet<RootStatus["state"]> = new Set(["ready", "paused", "failed"]);
/** More changes than this that nobody could be told of are a reason to look at all files. */
const maxUntold = 1_000;

export class FollowedStore {
  readonly #options: FollowedStoreOptions;
  #generation = nextGeneration();
  #opened: { readonly bank: MemoryBank; readonly inode: number } | undefined;
  /** What the owner told last, newer than what it has committed. */
  #told: OwnerStatus | undefined;
  #link: OwnerLink | undefined;
  /** Settled when there is a link, or none will be. */
  #linking = Promise.withResolvers<OwnerLink | undefined>();
  /** Files that changed while there was no link. */
  readonly #untold = new Set<string>();
  /** The owner's process is there and does not answer; until somebody does. */
  #isSilent = false;
  readonly #reached = Promise.withResolvers<void>();
  /** The owner's tables are not those of this version. */
  #isOtherVersion = false;
  #isClosed = false;

  constructor(options: FollowedStoreOptions) {
    this.#options = options;
  }

  /** Changes when the owner replaced the file of the store. As of the last `status`. */
  get generation(): number {
    return this.#generation;
  }

  get isLinked(): boolean {
    return this.#link !== undefined;
  }

  /** Resolves when it was found out for the first time whether the owner answers. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  /** Tries to reach the owner. */
  async connect(): Promise<void> {
    const folder = path.dirname(this.#options.storeFile);
    const outcome = await OwnerLink.connect(folder, {
      told: (told) => this.#take(told),
      lost: (how) => this.#lose(how),
    });
    // Nobody who listens takes what a stopped process has not taken for so long, so `absent` may be the silent one.
    if (outcome.kind !== "absent") this.#isSilent = outcome.kind === "silent";
    this.#reached.resolve();
    if (outcome.kind === "otherVersion") this.giveUp();
    if (outcome.kind !== "linked") return;
    if (this.#isClosed) return outcome.link.close();
    this.#begin(outcome.link);
  }

  /** The owner cannot be reached for now: nobody waits for it any more. */
  giveUp(): void {
    this.#linking.resolve(undefined);
  }

  /**
   * Asks the owner. Resolves with `done`; with `lost` when the owner went away meanwhile; with `unlinked` when it
   * cannot be reached. Errors: those of the owner; `ownerSilent` when it does not answer.
   */
  async act(action: SharedAction): Promise<"done" | "lost" | "unlinked"> {
    if (isMereNews(action)) return this.#say(action);
    // Who gave up once may have found the owner since.
    const link = this.#link ?? (await this.#linking.promise);
    const answer = await link?.ask(action);
    if (answer === undefined && this.#isSilent) throw new MemoryError("ownerSilent");
    if (link === undefined) return "unlinked";
    if (answer === undefined) return "lost";
    checkAnswer(answer);
    return "done";
  }

  /** Returns what the owner last told or committed; `opening` while it has not made the store yet. */
  status(): RootStatus {
    const { root, storeBytes } = this.#options;
    const read = this.#reading((bank) => bank.ownerStatus());
    if (this.#isOtherVersion)
      return { ...blankStatus(root, "failed", [{ kind: "ownerOtherVersion" }]) };
    const told = this.#told ?? read;
    const notice: Notice = { kind: this.#isSilent ? "ownerSilent" : "readOnly" };
    return {
      ...blankStatus(root, "opening", [notice]),
      ...(told && { ...told, notices: [notice, ...told.notices] }),
      root,
      storeBytes: storeBytes(),
    };
  }

  /** Returns the files that are not in memory as the owner last committed them. */
  problems(offset: number, limit: number): StoredProblems {
    return this.#reading((bank) => bank.problems(offset, limit)) ?? { problems: [], total: 0 };
  }

  close(): void {
    this.#isClosed = true;
    this.#link?.close();
    this.#link = undefined;
    this.#reached.resolve();
    this.giveUp();
    this.#closeBank();
  }

  #begin(link: OwnerLink): void {
    this.#link = link;
    for (const action of this.#options.introduction()) link.say(action);
    if (this.#untold.size > maxUntold) link.say({ kind: "rescan" } satisfies SharedAction);
    else if (this.#untold.size > 0)
      link.say({ kind: "filesChanged", files: [...this.#untold] } satisfies SharedAction);
    this.#untold.clear();
    this.#watch();
    this.#linking.resolve(link);
  }

  #say(action: SharedAction): "done" | "unlinked" {
    if (this.#link === undefined) {
      if (action.kind === "filesChanged") for (const file of action.files) this.#untold.add(file);
      return "unlinked";
    }
    this.#link.say(action);
    return "done";
  }

  #take(told: unknown): void {
    const news = ownerNewsOf(told);
    if (news === undefined) return;
    if (news.kind === "status") this.#told = unpackOwnerStatus(news.status);
    this.#watch();
    this.#options.told(news);
  }

  /** Whoever sees that the owner is at work expects it to go on. */
  #watch(): void {
    this.#link?.watch(this.#told !== undefined && !restingStates.has(this.#told.state));
  }

  #lose(how: LinkLoss): void {
    this.#link = undefined;
    this.#told = undefined;
    this.#linking = Promise.withResolvers();
    this.#isSilent = how === "silent";
    // One that has ended is followed by the next at once; nobody knows how long one stays silent.
    if (this.#isSilent) this.giveUp();
    this.#options.lost(how);
  }

  #reading<T>(read: (bank: MemoryBank) => T): T | undefined {
    this.#isOtherVersion = false;
    try {
      const bank = this.#bank();
      return bank === undefined ? undefined : read(bank);
    } catch (error) {
      this.#isOtherVersion = error instanceof MemoryError && error.detail === otherSchema;
      // The owner has not made the tables yet, or is just replacing the store.
      if (!(error instanceof MemoryError) && errorCode(error) === undefined) throw error;
      this.#closeBank();
      return undefined;
    }
  }

  /** The open store stays open, so that no later file can have its number. */
  #bank(): MemoryBank | undefined {
    const { files, storeFile } = this.#options;
    const inode = files.stat(storeFile, true)?.inode;
    if (this.#opened?.inode === inode) return this.#opened?.bank;
    this.#closeBank();
    this.#generation = nextGeneration();
    if (inode === undefined) return undefined;
    this.#opened = { bank: new MemoryBank(storeFile), inode };
    return this.#opened.bank;
  }

  #closeBank(): void {
    this.#opened?.bank.close();
    this.#opened = undefined;
  }
}

/** What nobody waits for. Unsaved texts and open editors are told when there is a link again. */
function isMereNews({ kind }: SharedAction): boolean {
  return (
    kind === "filesChanged" || kind === "overlay" || kind === "openEditors" || kind === "rescan"
  );
}

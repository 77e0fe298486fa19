/** The roots that are open: each with the thread that writes its store, and the store as the main thread reads it. */
import { MemoryError } from "../protocol/errors.ts";
import type { IngestAction, ProblemPage, StoreStatus } from "./ingest/ingestCalls.ts";
import type { IngestLink } from "./ingestLink.ts";
import { errorCode, isDamage } from "./memory/database.ts";
import { MemoryBank, type OpenBank } from "./memory/memoryBank.ts";

/** A question waits this long for exact chunks of what it returns; without them it shows guessed ones. */
const refineMs = 150;

export class RootLinks {
  /** In the order of the roots. */
  readonly #links = new Map<string, IngestLink>();
  readonly #banks = new Map<string, { generation: number; bank: MemoryBank }>();
  /** True when a thread was left behind. */
  #hangs = false;

  get size(): number {
    return this.#links.size;
  }

  get rootIds(): string[] {
    return [...this.#links.keys()];
  }

  get all(): IngestLink[] {
    return [...this.#links.values()];
  }

  /** What the user deleted in another window is let go of here too. */
  get remembered(): IngestLink[] {
    return this.all.filter(
      ({ store }) => !store.status.notices.some(({ kind }) => kind === "forgottenElsewhere"),
    );
  }

  get hangs(): boolean {
    return this.#hangs || this.all.some((link) => link.hangs);
  }

  /** The stores as their threads told of them last. */
  get stores(): StoreStatus[] {
    return this.all.map((link) => link.store);
  }

  add(link: IngestLink): void {
    this.#links.set(link.root.id, link);
  }

  get(rootId: string): IngestLink | undefined {
    return this.#links.get(rootId);
  }

  /** Returns the link of a root, or all of them. Errors: `rootNotOpen`. */
  select(rootId: string | undefined): IngestLink[] {
    if (rootId === undefined) return this.all;
    const link = this.#links.get(rootId);
    if (link === undefined) throw new MemoryError("rootNotOpen");
    return [link];
  }

  send(action: IngestAction): void {
    for (const link of this.all) link.send(action);
  }

  /** Settled when every thread did it. */
  async call(action: IngestAction): Promise<void> {
    await Promise.all(this.all.map((link) => link.call(action)));
  }

  /** Ends the thread of a root and closes its store. */
  async close(rootId: string): Promise<void> {
    const link = this.#links.get(rootId);
    this.#links.delete(rootId);
    this.closeBank(rootId);
    await link?.close();
    this.#hangs ||= link?.hangs === true;
  }

  /** Files that are not remembered, from `offset` on; those of a root that hangs are left out. Errors: `rootNotOpen`. */
  async problems(rootId: string | undefined, offset: number, limit: number): Promise<ProblemPage> {
    const page: ProblemPage = { problems: [], total: 0 };
    let skip = offset;
    let total = 0;
    for (const link of this.select(rootId)) {
      const part = await link.call({
        kind: "problems",
        rootId: link.root.id,
        offset: Math.max(0, skip),
        limit: Math.max(0, limit - page.problems.length),
      });
      page.problems.push(...(part?.problems ?? []));
      skip -= part?.total ?? 0;
      total += part?.total ?? 0;
    }
    return { problems: page.problems, total };
  }

  /** Asks for syntax-exact chunks of files that a question returns. False when they did not come in time. */
  async refineNow(rootId: string, paths: readonly string[], signal: AbortSignal): Promise<boolean> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(refineMs)]);
    const late = new Promise<false>((resolve) =>
      limit.addEventListener("abort", () => resolve(false), { once: true }),
    );
    const link = this.#links.get(rootId);
    if (link === undefined) return false;
    const done = link.call({ kind: "refineNow", rootId, paths }).then(
      () => true,
      (error: unknown) => {
        // Without the ingest thread the question is answered from what there is.
        if (error instanceof MemoryError) return false;
        throw error;
      },
    );
    const inTime = await Promise.race([done, late]);
    signal.throwIfAborted();
    return inTime;
  }

  /** Returns the stores to ask, those of `rootIds` or all. A root whose store does not exist yet is left out. */
  banks(rootIds: readonly string[] | undefined): OpenBank[] {
    const open: OpenBank[] = [];
    for (const { root, store, hangs } of this.all) {
      if (rootIds !== undefined && !rootIds.includes(root.id)) continue;
      // A question that reads from a drive that does not answer would hang as well.
      if (hangs) continue;
      const bank = this.#bank(store);
      if (bank !== undefined) open.push({ root: store.status.root, bank });
    }
    return open;
  }

  /** A reader met damage in a store: whoever writes to it makes a new one. */
  damaged({ root, bank }: OpenBank): void {
    const known = this.#banks.get(root.id);
    if (known?.bank !== bank) return;
    this.closeBank(root.id);
    this.#links
      .get(root.id)
      ?.send({ kind: "damaged", rootId: root.id, generation: known.generation });
  }

  /** Lets go of a store; the next question opens it again. */
  closeBank(rootId: string): void {
    this.#banks.get(rootId)?.bank.close();
    this.#banks.delete(rootId);
  }

  #bank(store: StoreStatus): MemoryBank | undefined {
    const rootId = store.status.root.id;
    if (store.storeFile === "") return undefined;
    const known = this.#banks.get(rootId);
    if (known !== undefined && known.generation === store.generation) return known.bank;
    this.closeBank(rootId);
    try {
      const bank = new MemoryBank(store.storeFile);
      this.#banks.set(rootId, { generation: store.generation, bank });
      return bank;
    } catch (error) {
      if (isDamage(error))
        this.#links.get(rootId)?.send({ kind: "damaged", rootId, generation: store.generation });
      // No file yet, or one that is just being replaced: the status says so, and the next question looks again.
      else if (!(error instanceof MemoryError) && errorCode(error) === undefined) throw error;
      return undefined;
    }
  }
}

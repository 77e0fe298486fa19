/**
 * Keeps what the last questions found, for whoever asks for the same right after: an answer and then the prompt of a
 * language model.
 */
import type { SearchParams } from "../../protocol/methods.ts";
import type { Citation, CitationCheck, SearchResult } from "../../protocol/types.ts";
import { isDamage } from "../memory/database.ts";
import type { MemoryBank, OpenBank } from "../memory/memoryBank.ts";
import type { RecallService, SearchHow } from "../services.ts";

/** A conversation asks for one again at a time; the others are those of other windows. */
const maxKept = 4;

/** Where it is seen whether the memory changed. */
interface SearchedMemory {
  banks(rootIds: readonly string[] | undefined): readonly OpenBank[];
}

/** What a memory was like: which banks there were, and which version each had. */
type Seen = ReadonlyMap<MemoryBank, number>;

interface Kept {
  readonly result: SearchResult;
  readonly seen: Seen;
}

/** A `RecallService` whose usual searches can be had again, as long as nothing changed. */
export class RecentSearches implements RecallService {
  readonly usesOf: RecallService["usesOf"];
  readonly #recall: RecallService;
  readonly #memory: SearchedMemory;
  readonly #check: (citations: readonly Citation[]) => readonly CitationCheck[];
  /** By what was asked, the oldest first. */
  readonly #kept = new Map<string, Kept>();
  /** Changes of files that were told of, which a store may not have yet. */
  #nTouched = 0;

  constructor(
    recall: RecallService,
    memory: SearchedMemory,
    check: (citations: readonly Citation[]) => readonly CitationCheck[],
  ) {
    this.#recall = recall;
    this.usesOf = recall.usesOf.bind(recall);
    this.#memory = memory;
    this.#check = check;
  }

  /** Searches, always. Rejects with AbortError when cancelled. */
  async search(params: SearchParams, signal: AbortSignal, how?: SearchHow): Promise<SearchResult> {
    if (how !== undefined) return this.#recall.search(params, signal, how);
    const seen = this.#look(params);
    const nTouched = this.#nTouched;
    const result = await this.#recall.search(params, signal);
    // What changed meanwhile may be in the result or not.
    if (nTouched === this.#nTouched && isSame(seen, this.#look(params)))
      this.#keep(keyOf(params), { result, seen });
    return result;
  }

  /**
   * Returns what the same search found before, with the trace that was wanted then, when the memory is as it was and each
   * text was read again and is the same; else searches. Rejects with AbortError when cancelled.
   */
  async again(params: SearchParams, signal: AbortSignal): Promise<SearchResult> {
    signal.throwIfAborted();
    const kept = this.#kept.get(keyOf(params));
    if (kept !== undefined && isSame(kept.seen, this.#look(params)) && this.#holds(kept.result))
      return kept.result;
    return this.search(params, signal);
  }

  /** These files may have another text than before. */
  filesTouched(): void {
    this.#nTouched++;
    this.#kept.clear();
  }

  /** What was found in a root that is closed or forgotten is not kept. */
  workspaceChanged(): void {
    for (const [key, { seen }] of this.#kept)
      if ([...seen.keys()].some((bank) => !bank.isOpen)) this.#kept.delete(key);
  }

  close(): Promise<void> {
    this.#kept.clear();
    return Promise.resolve();
  }

  #keep(key: string, kept: Kept): void {
    this.#kept.delete(key);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= maxKept && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(key, kept);
  }

  #look({ rootIds }: SearchParams): Seen {
    return new Map(this.#memory.banks(rootIds).map(({ bank }) => [bank, versionOf(bank)]));
  }

  #holds({ recalls }: SearchResult): boolean {
    const checks = this.#check(recalls.map(({ citation }) => citation));
    return checks.every(({ kind }) => kind === "current");
  }
}

/** Returns NaN, which is the same as nothing, when the bank is damaged: a search says so. */
function versionOf(bank: MemoryBank): number {
  try {
    return bank.reading(() => bank.version);
  } catch (error) {
    if (isDamage(error)) return NaN;
    throw error;
  }
}

/** The chat asks for a trace with each question, which changes nothing of what is found. */
function keyOf({
  explain: _explain,
  query,
  limit,
  rootIds,
  activeFile,
  ...rest
}: SearchParams): string {
  return JSON.stringify([query, limit, rootIds ?? null, activeFile ?? null, rest]);
}

function isSame(a: Seen, b: Seen): boolean {
  return a.size === b.size && [...a].every(([bank, version]) => b.get(bank) === version);
}

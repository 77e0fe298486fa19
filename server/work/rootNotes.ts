/** The notes of one root: written with what they are about, and held against the present text of its files. */
import { MemoryError } from "../../protocol/errors.ts";
import type {
  ForgetNotesParams,
  ForgetNotesResult,
  ListNotesParams,
  Note,
  NotesState,
  NoteEvidence,
  NoteKind,
  RememberResult,
} from "../../protocol/notes.ts";
import type { Range } from "../../protocol/types.ts";
import type { ForgetWorkParams, SavedEvidence, SavedNote } from "../../protocol/savedMemory.ts";
import { isUnwritable } from "../memory/database.ts";
import type { Clock } from "../ports.ts";
import { maskSecrets } from "../secrets/maskSecrets.ts";
import type { NotesExtent, NoteWish, RecalledNote } from "../workServices.ts";
import { chosenNotes } from "./forgetChoice.ts";
import { CitedCode, worstHealth, type CitedCodePorts, type CitedLines } from "./citedCode.ts";
import { linkedNotes } from "./linkedNotes.ts";
import { NoteIndex } from "./noteIndex.ts";
import { linksOf, tagsIn } from "./noteLinks.ts";
import { newestSaidFirst } from "./newestSaid.ts";
import { rankNotes } from "./noteRanking.ts";
import { makeRoom } from "./noteRoom.ts";
import { sentenceOf } from "./noteSentence.ts";
import { withoutSecrets } from "./savedNotes.ts";
import { NoteStore, type StoredNote } from "./noteStore.ts";
import { contradiction, noteWords, saysTheSame, termsOf, wordTerms } from "./noteWords.ts";
import { weighNotes } from "./weighNotes.ts";

export interface RootNotesPorts extends CitedCodePorts {
  /** Folder of the memory of the work; made with the first note. */
  readonly folder: string;
  readonly clock: Clock;
  readonly newId: () => string;
  /** Room on the disk; more than it is made by forgetting, see `whatToForget`. */
  readonly maxBytes: number;
  /** Called with notes that were deleted to make room. */
  readonly madeRoom: (gone: readonly StoredNote[]) => void;
}

/** A note to be written; the paths are relative to the root. */
export interface NewNote {
  readonly text: string;
  readonly kind?: NoteKind;
  readonly lines?: CitedLines;
  readonly file?: string;
  readonly conversationId?: string;
  readonly who: string;
}

type Fit = Pick<RecalledNote, "coverage" | "saidLater">;

/** Notes that are added at once: some hundredths of a second. */
const notesPerStep = 200;

export class RootNotes {
  readonly #ports: RootNotesPorts;
  readonly #hasStore: () => boolean;
  #store: NoteStore | undefined;
  readonly #cited: CitedCode;
  readonly #index = new NoteIndex();

  /** `hasStore` tells whether somebody has written notes already. */
  constructor(ports: RootNotesPorts, hasStore: () => boolean) {
    this.#ports = ports;
    this.#hasStore = hasStore;
    this.#cited = new CitedCode(ports, ({ id }, idx, now) =>
      keepIfWritable(() => this.#open().moved(id, idx, now)),
    );
  }

  /** Errors: `invalidRequest` for lines that are not there, `storeUnavailable`, `diskFull`. */
  remember(given: NewNote): RememberResult {
    this.#tryToWrite();
    const note = this.#noteOf(given);
    const live = this.#live();
    const words = noteWords(note.text);
    const same = live.find(
      (other) => other.text === note.text || saysTheSame(words, noteWords(other.text)),
    );
    if (same !== undefined) {
      this.#open().merge(same.id, note, this.#ports.clock.nowMs());
      return { note: this.#fresh(this.#open().get(same.id)), outcome: "merged", contradicts: [] };
    }
    const against = live
      .map((other) => ({ other, score: contradiction(words, noteWords(other.text)) }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score)
      .map(({ other }) => other);
    const replaced = sentenceOf(given.text).isCorrection ? against[0] : undefined;
    return replaced === undefined
      ? this.#add(note, undefined, against)
      : this.#replace(replaced, note, against.slice(1));
  }

  /** Replaces a note. Errors: `noteNotFound`, also for one that was replaced already. */
  correct(id: string, text: string, who: string): RememberResult {
    this.#tryToWrite();
    const old = this.#find(id);
    if (old === undefined || old.supersededBy !== undefined) throw new MemoryError("noteNotFound");
    return this.#replace(old, this.#noteOf({ text, who, kind: old.kind, ...fileOf(old) }), []);
  }

  /** What replaces a note is about the same code, as it is now, and as dear to the user. */
  #replace(old: StoredNote, note: StoredNote, against: StoredNote[]): RememberResult {
    const inherited = old.evidence.flatMap((evidence, idx) => {
      const { citation, health } = this.#cited.look(old, idx);
      if (health === "ok") return { ...evidence, path: citation.path, range: citation.range };
      const { path, range } = citation;
      const now = this.#ports.cite(path, range.start.line, range.end.line + 1);
      return now === undefined ? [] : this.#cited.evidenceOf({ path, ...linesOf(now.range) });
    });
    const isNew = (evidence: SavedEvidence): boolean =>
      !note.evidence.some(
        ({ path, contentHash }) => path === evidence.path && contentHash === evidence.contentHash,
      );
    return this.#add(
      {
        ...note,
        evidence: [...note.evidence, ...inherited.filter(isNew)],
        tags: [...new Set([...note.tags, ...old.tags])],
        isPinned: old.isPinned,
      },
      old,
      against,
    );
  }

  /** Newest first, or best first for a search. */
  list({ search, all = false }: ListNotesParams): Note[] {
    const notes = this.#all();
    const found =
      search === undefined || termsOf(search).size === 0
        ? notes.filter((note) => all || note.supersededBy === undefined).toReversed()
        : rankNotes(notes, search, [], this.#ports.clock.nowMs()).map(({ note }) => note);
    return found.map((note) => this.#fresh(note));
  }

  /** The note itself, `undefined` when it is not here. */
  has(id: string): boolean {
    return this.#find(id) !== undefined;
  }

  pin(id: string, isPinned: boolean): Note {
    this.#tryToWrite();
    this.#open().pin(id, isPinned);
    return this.#fresh(this.#open().get(id));
  }

  /** Deletes notes, and says how many. Errors: `noteNotFound` for an id that is not here. */
  forget(which: ForgetNotesParams | ForgetWorkParams): ForgetNotesResult {
    if (!this.#hasStore()) return { nForgotten: 0, nPinnedKept: 0 };
    this.#tryToWrite();
    const { gone, nPinnedKept } = chosenNotes(this.#all(), which, this.#ports.clock.nowMs());
    const nForgotten = this.#open().forget(gone.map(({ id }) => id));
    if ("all" in which && which.all === true) this.#open().forgetDamaged();
    return { nForgotten, nPinnedKept };
  }

  /** Every note as it is kept, oldest first. */
  saved(): SavedNote[] {
    const { rootId } = this.#ports;
    return this.#all().map(({ ...note }) => ({ ...note, rootId }));
  }

  /** Adds notes whose ids are not known, and returns how many; see `NotesService.addSaved`. */
  async addSaved(notes: readonly SavedNote[], pause: () => Promise<void>): Promise<number> {
    this.#tryToWrite();
    const store = this.#open();
    let nAdded = 0;
    for (let from = 0; from < notes.length; from += notesPerStep) {
      const step = notes.slice(from, from + notesPerStep).map(withoutSecrets);
      // What replaced one may come in a later step.
      nAdded += store.addAll(step.map(({ supersededBy: _later, ...note }) => note));
      await pause();
    }
    store.replaceAll(notes);
    this.#makeRoom(undefined);
    return nAdded;
  }

  /** Live notes for a wish, best first, with what `NotesService.recall` says of each. */
  rank(wish: NoteWish): (Fit & { readonly id: string; readonly score: number })[] {
    const minHeld = Math.min(wish.minWords ?? 1, wordTerms(wish.text).length);
    const nowMs = this.#ports.clock.nowMs();
    const ranked = rankNotes(this.#all(), wish.text, wish.kinds, nowMs, this.#index).filter(
      ({ coverage, nHeld }) => coverage >= wish.minCoverage && nHeld >= minHeld,
    );
    return newestSaidFirst(ranked, wish.text).map(
      ({ note: { id }, score, coverage, saidLater }) => {
        if (saidLater === undefined) return { id, score, coverage };
        const { id: laterId, createdMs } = saidLater;
        return { id, score, coverage, saidLater: { id: laterId, createdMs } };
      },
    );
  }

  /** Live notes that hang together with some of these, the nearest first; ids that are not here are passed over. */
  linked(ids: readonly string[], limit: number): Note[] {
    const all = this.#all();
    const from = all.filter(({ id }) => ids.includes(id));
    return linkedNotes(from, all, limit).map((note) => this.#fresh(note));
  }

  /** Returns these notes as they are now, and counts that they were used. */
  use(ids: readonly string[]): Note[] {
    const store = this.#open();
    keepIfWritable(() => store.used(ids, this.#ports.clock.nowMs()));
    return ids.map((id) => this.#fresh(store.get(id)));
  }

  /**
   * Looks again at evidence whose file is another one than when it was seen last, at what was not found then, and at
   * that in `touched` files. Returns whether the health of a live note changed.
   */
  lookAgain(touched: ReadonlySet<string> = new Set()): boolean {
    let isOther = false;
    for (const note of this.#live()) {
      note.evidence.forEach((evidence, idx) => {
        if (!touched.has(evidence.path) && this.#cited.isAsSeen(note, idx)) return;
        const before = this.#cited.seen(note, idx);
        const { health } = this.#cited.look(note, idx);
        isOther ||= health !== before;
      });
    }
    return isOther;
  }

  /** As evidence was when it was looked at last. */
  state(): NotesState {
    const live = this.#live();
    const needsCheck = live.filter((note) =>
      note.evidence.some((_evidence, idx) => {
        const seen = this.#cited.seen(note, idx);
        return seen !== undefined && seen !== "ok";
      }),
    );
    return { nNotes: live.length, needCheck: needsCheck.map(({ id }) => id) };
  }

  /** What notes there are, with at most `limit` of the live ones as they are now. Looks at evidence first. */
  extent(limit: number): NotesExtent {
    this.lookAgain();
    const live = this.#live().map((note) => {
      const seen = note.evidence.flatMap((_each, idx) => this.#cited.seen(note, idx) ?? []);
      return { note, health: worstHealth(seen) };
    });
    const { counts, inOrder } = weighNotes(live, this.#ports.clock.nowMs());
    const notes = inOrder.slice(0, limit).map(({ note, strength }) => {
      return { note: this.#fresh(note), strength };
    });
    return {
      picture: { ...counts, nReplaced: this.#all().length - live.length, notes },
      writtenMs: live.map(({ note }) => note.createdMs),
      bytes: this.#store?.bytes() ?? 0,
    };
  }

  /** True when another process wrote notes since this was asked last, and the first time that there are any. */
  takeNews(): boolean {
    return (this.#store !== undefined || this.#hasStore()) && this.#open().takeNews();
  }

  close(): void {
    this.#store?.close();
    this.#store = undefined;
  }

  #add(note: StoredNote, replaced: StoredNote | undefined, against: StoredNote[]): RememberResult {
    this.#open().add(note, replaced?.id);
    this.#makeRoom(note.id);
    const old = replaced === undefined ? undefined : this.#find(replaced.id);
    return {
      note: this.#fresh(this.#open().get(note.id)),
      outcome: replaced === undefined ? "new" : "corrected",
      ...(old === undefined ? {} : { superseded: this.#fresh(old) }),
      contradicts: against.map((other) => this.#fresh(other)),
    };
  }

  #makeRoom(writtenId: string | undefined): void {
    const { maxBytes, clock, madeRoom } = this.#ports;
    const gone = makeRoom(this.#open(), { maxBytes, writtenId, nowMs: clock.nowMs() });
    if (gone.length > 0) madeRoom(gone);
  }

  #noteOf(given: NewNote): StoredNote {
    const { kind, lines, file, conversationId, who } = given;
    const sentence = sentenceOf(given.text);
    const text = maskSecrets(sentence.text);
    const evidence = lines === undefined ? [] : [this.#cited.evidenceOf(lines)];
    return {
      id: this.#ports.newId(),
      kind: kind ?? sentence.kind,
      text,
      who,
      createdMs: this.#ports.clock.nowMs(),
      ...(file === undefined ? {} : { file }),
      ...(conversationId === undefined ? {} : { conversationId }),
      evidence,
      tags: tagsIn(text),
      links: linksOf(text, evidence, this.#live()),
      isPinned: false,
      nUses: 0,
    };
  }

  /** The note with its evidence as it is now. */
  #fresh(note: StoredNote): Note {
    const evidence = note.evidence.map((_evidence, idx): NoteEvidence =>
      this.#cited.look(note, idx),
    );
    const healths = evidence.map(({ health }) => health);
    const { evidence: _stored, ...rest } = note;
    return { ...rest, rootId: this.#ports.rootId, evidence, health: worstHealth(healths) };
  }

  #find(id: string): StoredNote | undefined {
    return this.#all().find((note) => note.id === id);
  }

  #live(): StoredNote[] {
    return this.#all().filter((note) => note.supersededBy === undefined);
  }

  #all(): readonly StoredNote[] {
    return this.#store !== undefined || this.#hasStore() ? this.#open().all() : [];
  }

  /** A store that could only be read is opened anew: the user may have seen to it. */
  #tryToWrite(): void {
    if (this.#store?.isReadOnly === true) this.close();
  }

  #open(): NoteStore {
    return (this.#store ??= new NoteStore(this.#ports.folder));
  }
}

/** What is only counted, or found again, is let go where nothing can be written: reading goes on. */
function keepIfWritable(write: () => void): void {
  try {
    write();
  } catch (error) {
    const isLetGo =
      error instanceof MemoryError && (error.errorName === "diskFull" || isUnwritable(error));
    if (!isLetGo) throw error;
  }
}

function fileOf({ file }: StoredNote): { file?: string } {
  return file === undefined ? {} : { file };
}

function linesOf({ start, end }: Range): { startLine: number; endLine: number } {
  return { startLine: start.line, endLine: end.line + 1 };
}

/** Notes of all open roots, by the identity of their repositories. */
import path from "node:path";
import { MemoryError } from "../protocol/errors.ts";
import type {
  CorrectParams,
  ForgetNotesParams,
  ForgetNotesResult,
  ListNotesParams,
  Note,
  NotesState,
  NotedLines,
  RememberParams,
  RememberResult,
} from "../protocol/notes.ts";
import type { ForgetWorkParams, SavedNote } from "../protocol/savedMemory.ts";
import type { Citation, CitationCheck } from "../protocol/types.ts";
import { repositoryIdentity } from "./identity/repositoryIdentity.ts";
import { userName } from "./identity/userName.ts";
import { hasNotes, noteFolderOf, shareNotes } from "./noteFolders.ts";
import type { Clock, Logger } from "./ports.ts";
import type {
  GoneNote,
  NotesExtent,
  NotesService,
  NoteWish,
  NoteWriter,
  RecalledNote,
} from "./workServices.ts";
import type { Places } from "./work/citedCode.ts";
import { RootNotes } from "./work/rootNotes.ts";
import type { Companion } from "./workspaceMemory.ts";

/** A root whose notes may be read and written. */
interface OpenRoot {
  readonly rootId: string;
  readonly folder: string;
}

export interface WorkNotesOptions {
  /** `storeDir` is `undefined` while nothing is open or trusted. */
  readonly workspace: () => {
    readonly storeDir: string | undefined;
    readonly roots: readonly OpenRoot[];
  };
  /** Where notes are, when not in the store: stores of several folders share them. */
  readonly notesDir?: string;
  readonly places: (rootId: string) => Places;
  readonly check: (citations: readonly Citation[]) => CitationCheck[];
  readonly cite: (
    rootId: string,
    path: string,
    startLine: number,
    endLine: number,
  ) => Citation | undefined;
  readonly clock: Clock;
  readonly log: Logger;
  /** Room on the disk for the notes of a repository. */
  readonly maxBytes: number;
}

interface Root {
  readonly rootId: string;
  readonly folder: string;
  /** Where its notes are; that of another root too when both are of one repository. */
  readonly workFolder: string;
  readonly who: string;
  readonly notes: RootNotes;
}

/** Changes come in bursts; evidence is looked at again when they pause, and at the latest after this time. */
const lookDelayMs = 150;
/** Other windows and agents write notes too; how often it is looked whether they did, where somebody wants to know. */
const newsEveryMs = 1_000;

/**
 * Notes are the user's own words and belong to a repository, not to a folder: they outlive the memory of a folder, and
 * are forgotten by themselves.
 */
export class WorkNotes implements NotesService, Companion {
  readonly #options: WorkNotesOptions;
  readonly #roots = new Map<string, Promise<Root>>();
  readonly #listeners = new Set<(state: NotesState) => void>();
  readonly #roomListeners = new Set<(gone: readonly GoneNote[]) => Promise<void>>();
  /** Notes that made room, until everybody who wants to know was told. */
  #gone: GoneNote[] = [];
  readonly #touched = new Set<string>();
  #looking: NodeJS.Timeout | undefined;
  #news: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: WorkNotesOptions) {
    this.#options = options;
  }

  async remember(params: RememberParams, writer?: NoteWriter): Promise<RememberResult> {
    const { text, kind, lines, activeFile, conversationId } = params;
    const root = await this.#rootOf(lines?.file ?? activeFile, writer?.rootId);
    const inRoot = lines === undefined ? undefined : linesIn(root, lines);
    const file = lines?.file ?? activeFile;
    const relative = file === undefined ? undefined : relativeTo(root.folder, file);
    const result = root.notes.remember({
      text,
      who: writer?.who ?? root.who,
      ...(kind === undefined ? {} : { kind }),
      ...(inRoot === undefined ? {} : { lines: inRoot }),
      ...(relative === undefined ? {} : { file: relative }),
      ...(conversationId === undefined ? {} : { conversationId }),
    });
    await this.#tellRoomMade();
    await this.#tell();
    return result;
  }

  async correct({ id, text }: CorrectParams): Promise<RememberResult> {
    const root = await this.#holding(id);
    const result = root.notes.correct(id, text, root.who);
    await this.#tellRoomMade();
    await this.#tell();
    return result;
  }

  async list(params: ListNotesParams): Promise<Note[]> {
    const roots = distinct(await this.#open());
    return roots.flatMap(({ notes }) => notes.list(params));
  }

  async pin(id: string, isPinned: boolean): Promise<Note> {
    return (await this.#holding(id)).notes.pin(id, isPinned);
  }

  async forgetNotes(params: ForgetNotesParams | ForgetWorkParams): Promise<ForgetNotesResult> {
    const roots =
      "id" in params && params.id !== undefined
        ? [await this.#holding(params.id)]
        : distinct(await this.#open());
    const results = roots.map(({ notes }) => notes.forget(params));
    await this.#tell();
    return {
      nForgotten: results.reduce((sum, { nForgotten }) => sum + nForgotten, 0),
      nPinnedKept: results.reduce((sum, { nPinnedKept }) => sum + nPinnedKept, 0),
    };
  }

  async recall(wish: NoteWish): Promise<RecalledNote[]> {
    if (this.#options.workspace().storeDir === undefined) return [];
    const asked = (await this.#open()).filter(
      ({ rootId }) => wish.rootIds === undefined || wish.rootIds.includes(rootId),
    );
    const roots = distinct(asked);
    const best = roots
      .flatMap((root) => root.notes.rank(wish).map((ranked) => ({ root, ...ranked })))
      .sort((a, b) => b.score - a.score)
      .slice(0, wish.limit);
    return best.flatMap(({ root, id, coverage, saidLater }) => {
      const fit = saidLater === undefined ? { coverage } : { coverage, saidLater };
      return root.notes.use([id]).map((note) => ({ ...note, ...fit }));
    });
  }

  async linked(ids: readonly string[], limit: number): Promise<Note[]> {
    if (ids.length === 0) return [];
    // Links do not leave a store.
    const all = distinct(await this.#open()).flatMap(({ notes }) => notes.linked(ids, limit));
    return all.slice(0, limit);
  }

  async haveAll(ids: readonly string[]): Promise<boolean> {
    if (ids.length === 0) return true;
    if (this.#options.workspace().storeDir === undefined) return false;
    const roots = await this.#open();
    return ids.every((id) => roots.some(({ notes }) => notes.has(id)));
  }

  async saved(): Promise<SavedNote[]> {
    return distinct(await this.#open()).flatMap(({ notes }) => notes.saved());
  }

  async addSaved(notes: readonly SavedNote[], pause: () => Promise<void>): Promise<number> {
    const open = await this.#open();
    if (notes.some((note) => open.every(({ rootId }) => rootId !== note.rootId)))
      throw new MemoryError("rootNotOpen");
    let nAdded = 0;
    for (const { workFolder, notes: kept } of distinct(open)) {
      const ids = new Set(
        open.flatMap((root) => (root.workFolder === workFolder ? root.rootId : [])),
      );
      const theirs = notes.filter(({ rootId }) => ids.has(rootId));
      if (theirs.length > 0) nAdded += await kept.addSaved(theirs, pause);
    }
    await this.#tellRoomMade();
    await this.#tell();
    return nAdded;
  }

  async extent(rootId: string, limit: number): Promise<NotesExtent> {
    const root = (await this.#open()).find((open) => open.rootId === rootId);
    if (root === undefined) throw new MemoryError("rootNotOpen");
    return root.notes.extent(limit);
  }

  onChanged(listener: (state: NotesState) => void): () => void {
    this.#listeners.add(listener);
    this.#news ??= setInterval(() => this.#guarded(() => this.#lookForNews()), newsEveryMs).unref();
    return () => this.#listeners.delete(listener);
  }

  onRoomMade(listener: (gone: readonly GoneNote[]) => Promise<void>): () => void {
    this.#roomListeners.add(listener);
    return () => this.#roomListeners.delete(listener);
  }

  /** What the memory learnt may be of evidence's files. */
  workspaceChanged(): void {
    const ids = new Set(this.#options.workspace().roots.map(({ rootId }) => rootId));
    for (const [rootId, root] of this.#roots) {
      if (ids.has(rootId)) continue;
      this.#roots.delete(rootId);
      root.then(({ notes }) => notes.close()).catch(() => undefined);
    }
    this.#lookSoon();
  }

  filesTouched(files: readonly string[]): void {
    for (const file of files) this.#touched.add(file);
    this.#lookSoon();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#looking);
    clearInterval(this.#news);
    const roots = await Promise.allSettled(this.#roots.values());
    for (const root of roots) if (root.status === "fulfilled") root.value.notes.close();
  }

  #lookSoon(): void {
    if (this.#isClosed) return;
    this.#looking ??= setTimeout(() => {
      this.#looking = undefined;
      this.#guarded(() => this.#look());
    }, lookDelayMs).unref();
  }

  /** Nobody waits for a look, so that a store that cannot be read is told in the log alone. */
  #guarded(look: () => Promise<void>): void {
    look().catch((error: unknown) => {
      if (!(error instanceof MemoryError)) throw error;
      this.#options.log.log("warn", "memory", "notes cannot be looked at", {
        code: error.errorName,
      });
    });
  }

  async #lookForNews(): Promise<void> {
    if (this.#options.workspace().storeDir === undefined || this.#listeners.size === 0) return;
    const roots = await this.#open();
    // Each is asked, so that none tells its news a second time.
    const news = roots.map(({ notes }) => notes.takeNews());
    if (news.includes(true)) await this.#tell();
  }

  async #look(): Promise<void> {
    if (this.#options.workspace().storeDir === undefined) return;
    // A store that cannot be opened now is looked at again, and what was touched until then with it.
    const roots = await this.#open();
    const touched = [...this.#touched];
    this.#touched.clear();
    let isOther = false;
    for (const { folder, notes } of roots) {
      const here = touched.flatMap((file) => relativeTo(folder, file) ?? []);
      isOther = notes.lookAgain(new Set(here)) || isOther;
    }
    if (isOther) await this.#tell();
  }

  /** Those who fail are told again with the next note. */
  async #tellRoomMade(): Promise<void> {
    const told = this.#gone;
    if (told.length === 0) return;
    for (const listener of this.#roomListeners) await listener(told);
    this.#gone = this.#gone.filter((note) => !told.includes(note));
  }

  async #tell(): Promise<void> {
    const states = distinct(await this.#open()).map(({ notes }) => notes.state());
    const sum: NotesState = {
      nNotes: states.reduce((n, { nNotes }) => n + nNotes, 0),
      needCheck: states.flatMap(({ needCheck }) => needCheck),
    };
    for (const listener of this.#listeners) listener(sum);
  }

  /** Errors: `noteNotFound`. */
  async #holding(id: string): Promise<Root> {
    const root = (await this.#open()).find(({ notes }) => notes.has(id));
    if (root === undefined) throw new MemoryError("noteNotFound");
    return root;
  }

  /** The root that holds a file, by absolute path; for none that of the id, or the first one. Errors: `rootNotOpen`. */
  async #rootOf(file: string | undefined, rootId: string | undefined): Promise<Root> {
    const roots = await this.#open();
    const holding = roots
      .filter(({ folder }) => file !== undefined && relativeTo(folder, file) !== undefined)
      .sort((a, b) => b.folder.length - a.folder.length);
    const root = holding[0] ?? roots.find((each) => each.rootId === rootId) ?? roots[0];
    if (root === undefined) throw new MemoryError("rootNotOpen");
    return root;
  }

  /** Errors: `rootNotOpen`. */
  async #open(): Promise<Root[]> {
    const { storeDir, roots } = this.#options.workspace();
    if (storeDir === undefined || this.#isClosed) throw new MemoryError("rootNotOpen");
    return Promise.all(
      roots.map((root) => {
        const known = this.#roots.get(root.rootId);
        if (known !== undefined) return known;
        const opened = this.#openRoot(storeDir, root);
        this.#roots.set(root.rootId, opened);
        // What could not be opened is tried again.
        opened.catch(() => this.#roots.delete(root.rootId));
        return opened;
      }),
    );
  }

  async #openRoot(storeDir: string, { rootId, folder }: OpenRoot): Promise<Root> {
    const { places, check, cite, clock, maxBytes } = this.#options;
    const { notesDir = storeDir } = this.#options;
    const identity = await repositoryIdentity(folder);
    shareNotes(storeDir, notesDir);
    const workFolder = noteFolderOf(notesDir, identity);
    const notes = new RootNotes(
      {
        rootId,
        folder: workFolder,
        places: places(rootId),
        check,
        cite: (file, startLine, endLine) => cite(rootId, file, startLine, endLine),
        clock,
        newId: () => crypto.randomUUID(),
        maxBytes,
        madeRoom: (gone) => (this.#gone = [...this.#gone, ...gone]),
      },
      () => hasNotes(workFolder),
    );
    return { rootId, folder, workFolder, who: await userName(folder), notes };
  }
}

/** Two working trees of one repository share their notes: they are told once. */
function distinct(roots: readonly Root[]): Root[] {
  return roots.filter(
    ({ workFolder }, idx) => roots.findIndex((other) => other.workFolder === workFolder) === idx,
  );
}

function linesIn(
  { folder }: Root,
  { file, startLine, endLine }: NotedLines,
): { path: string; startLine: number; endLine: number } {
  const relative = relativeTo(folder, file);
  if (relative === undefined)
    throw new MemoryError("invalidRequest", "the file is in no open folder");
  return { path: relative, startLine, endLine };
}

/** The path inside a folder with `/`, `undefined` when it is not inside. */
function relativeTo(folder: string, file: string): string | undefined {
  const relative = path.relative(folder, file);
  if (relative === "" || relative.startsWith("..") || path.isAbsolute(relative)) return undefined;
  return relative.replaceAll(path.sep, "/");
}

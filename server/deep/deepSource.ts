/** The files of the open roots as the deep memory reads them: which there are, and their text. */
import { MemoryError } from "../../protocol/errors.ts";
import { isStoreFailure } from "../memory/database.ts";
import { MemoryBank } from "../memory/memoryBank.ts";
import { relativeTo } from "../ingest/rootPath.ts";
import type { VerifiedSource } from "../recall/verifiedSource.ts";
import type { DeepRoot } from "./deepCalls.ts";
import {
  contentIdOf,
  inOrder,
  rankedFiles,
  type DeepFile,
  type OpenRoot,
  type WorkspaceFiles,
} from "./deepFiles.ts";

interface Opened {
  readonly root: DeepRoot;
  readonly bank: MemoryBank;
}

export class DeepSource {
  readonly #source: VerifiedSource;
  readonly #opened = new Map<string, Opened>();
  #openEditors: readonly string[] = [];
  /** All roots of the workspace. */
  #rootIds: readonly string[] = [];
  /** Roots that are filled, by id. */
  #wanted: ReadonlyMap<string, DeepRoot> = new Map();
  /** What the list of files was made of. */
  #madeOf = "";

  constructor(source: VerifiedSource) {
    this.#source = source;
  }

  /** Opens the memories of roots that are filled, and closes those that are no longer open. */
  setRoots(roots: readonly DeepRoot[], openEditors: readonly string[]): void {
    this.#openEditors = openEditors;
    this.#rootIds = roots.map(({ rootId }) => rootId);
    const keyOf = ({ storeFile, generation }: DeepRoot): string => `${generation} ${storeFile}`;
    const wanted = new Map(
      roots.filter(({ isReady }) => isReady).map((root) => [root.rootId, root]),
    );
    for (const [rootId, { root, bank }] of this.#opened) {
      const now = wanted.get(rootId);
      // A memory that is being filled again is still read.
      const stays = roots.some((other) => other.rootId === rootId && keyOf(other) === keyOf(root));
      if (stays && (now === undefined || keyOf(now) === keyOf(root))) continue;
      bank.close();
      this.#opened.delete(rootId);
    }
    this.#wanted = wanted;
    this.#openWanted();
  }

  /** Returns the files of the workspace; `undefined` when nothing changed since the last call. */
  changedFiles(): WorkspaceFiles | undefined {
    this.#openWanted();
    const versions = this.#readAll(
      ({ root, bank }) => `${root.rootId} ${root.generation} ${bank.reading(() => bank.version)}`,
    );
    const madeOf = [...this.#rootIds, "", ...versions, "", ...this.#openEditors].join("\n");
    if (madeOf === this.#madeOf) return undefined;
    this.#madeOf = madeOf;
    return this.files();
  }

  /** Returns the files of the workspace. */
  files(): WorkspaceFiles {
    const ranked = this.#readAll((opened) => rankedFiles(this.#openRoot(opened)));
    const readable = new Set(this.#opened.keys());
    const unread = new Set(this.#rootIds.filter((rootId) => !readable.has(rootId)));
    return { files: inOrder(ranked.flat()), readable, unread };
  }

  /** Returns the text of a file that is what the memory knows, `undefined` when it is another by now. */
  read({ folder, path, hash }: DeepFile): string | undefined {
    const present = this.#source.readText(folder, path);
    return present?.hash === hash ? present.text : undefined;
  }

  /** Returns the present text of a file when it has this content id, `undefined` when it is another by now. */
  readSaved(rootId: string, path: string, contentId: string): string | undefined {
    const opened = this.#opened.get(rootId);
    const present = opened && this.#source.readText(opened.root.folder, path);
    return present !== undefined && contentIdOf(present) === contentId ? present.text : undefined;
  }

  /** Returns the present text of a file of an open root. Errors: `folderNotFound` when it cannot be read as text. */
  readNow(rootId: string, path: string): string | undefined {
    const opened = this.#opened.get(rootId);
    if (opened === undefined) return undefined;
    const present = this.#source.readText(opened.root.folder, path);
    if (present === undefined) throw new MemoryError("folderNotFound", path);
    return present.text;
  }

  /** Returns where an absolute path stands, in the innermost root that holds it. */
  placeOf(file: string): { rootId: string; path: string } | undefined {
    const [innermost] = [...this.#opened.values()]
      .flatMap(({ root: { rootId, folder } }) => {
        const path = relativeTo(folder, file);
        return path === undefined || path === "" ? [] : [{ rootId, path }];
      })
      .sort((a, b) => a.path.length - b.path.length);
    return innermost;
  }

  close(): void {
    for (const { bank } of this.#opened.values()) bank.close();
    this.#opened.clear();
  }

  #openRoot({ root: { rootId, folder }, bank }: Opened): OpenRoot {
    const first = this.#openEditors.flatMap((file) => relativeTo(folder, file) ?? []);
    return { rootId, folder, bank, first };
  }

  #openWanted(): void {
    for (const root of this.#wanted.values()) if (!this.#opened.has(root.rootId)) this.#open(root);
  }

  #open(root: DeepRoot): void {
    try {
      this.#opened.set(root.rootId, { root, bank: new MemoryBank(root.storeFile) });
    } catch (error) {
      // No file yet, one that is being replaced, or a damaged one, which its own thread deals with: it is tried again.
      if (!isStoreFailure(error)) throw error;
    }
  }

  /** Reads of each root. One that cannot be read is closed, and opened again at the next look. */
  #readAll<T>(read: (opened: Opened) => T): T[] {
    return [...this.#opened.values()].flatMap((opened) => {
      try {
        return [read(opened)];
      } catch (error) {
        if (!isStoreFailure(error)) throw error;
        opened.bank.close();
        this.#opened.delete(opened.root.rootId);
        return [];
      }
    });
  }
}

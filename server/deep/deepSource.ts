/** The files of the open roots as the deep memory reads them: which there are, and their text. */
import { MemoryError } from "../../protocol/errors.ts";
import { errorCode, isDamage } from "../memory/database.ts";
import { MemoryBank } from "../memory/memoryBank.ts";
import type { VerifiedSource } from "../recall/verifiedSource.ts";
import type { DeepRoot } from "./deepCalls.ts";
import { filesToHold, type DeepFile, type OpenRoot } from "./deepFiles.ts";

interface Opened {
  readonly root: DeepRoot;
  readonly bank: MemoryBank;
}

export class DeepSource {
  readonly #source: VerifiedSource;
  readonly #opened = new Map<string, Opened>();
  #openEditors: readonly string[] = [];
  /** What the list of files was made of. */
  #madeOf = "";

  constructor(source: VerifiedSource) {
    this.#source = source;
  }

  /** Opens the memories of roots that are filled, and closes those that are no longer open. */
  setRoots(roots: readonly DeepRoot[], openEditors: readonly string[]): void {
    this.#openEditors = openEditors;
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
    for (const root of wanted.values()) if (!this.#opened.has(root.rootId)) this.#open(root);
  }

  /** Returns all files that should be held, most urgent first; `undefined` when nothing changed since the last call. */
  changedFiles(): DeepFile[] | undefined {
    const versions = [...this.#opened.values()].map(
      ({ root, bank }) => `${root.rootId} ${root.generation} ${bank.reading(() => bank.version)}`,
    );
    const madeOf = [...versions, ...this.#openEditors].join("\n");
    if (madeOf === this.#madeOf) return undefined;
    this.#madeOf = madeOf;
    return this.files();
  }

  /** Returns all files that should be held, most urgent first. */
  files(): DeepFile[] {
    return filesToHold([...this.#opened.values()].map((opened) => this.#openRoot(opened)));
  }

  /** Returns the text of a file that is what the memory knows, `undefined` when it is another by now. */
  read({ folder, path, hash }: DeepFile): string | undefined {
    const present = this.#source.readText(folder, path);
    return present?.hash === hash ? present.text : undefined;
  }

  /** Returns the present text of a file when it is the one with this hash, `undefined` when it is another by now. */
  readSaved(rootId: string, path: string, hash: string): string | undefined {
    const opened = this.#opened.get(rootId);
    const present = opened && this.#source.readText(opened.root.folder, path);
    return String(present?.hash) === hash ? present?.text : undefined;
  }

  /** Returns the present text of a file, `undefined` when it cannot be read as text. */
  readNow(rootId: string, path: string): string | undefined {
    const opened = this.#opened.get(rootId);
    return opened && this.#source.readText(opened.root.folder, path)?.text;
  }

  /** Returns where an absolute path stands, in the innermost root that holds it. */
  placeOf(file: string): { rootId: string; path: string } | undefined {
    const holding = [...this.#opened.values()]
      .map(({ root }) => root)
      .filter(({ folder }) => file.startsWith(`${folder}/`))
      .sort((a, b) => b.folder.length - a.folder.length);
    const root = holding[0];
    return root && { rootId: root.rootId, path: file.slice(root.folder.length + 1) };
  }

  get isOpen(): boolean {
    return this.#opened.size > 0;
  }

  close(): void {
    for (const { bank } of this.#opened.values()) bank.close();
    this.#opened.clear();
  }

  #openRoot({ root: { rootId, folder }, bank }: Opened): OpenRoot {
    const first = this.#openEditors
      .filter((file) => file.startsWith(`${folder}/`))
      .map((file) => file.slice(folder.length + 1));
    return { rootId, folder, bank, first };
  }

  #open(root: DeepRoot): void {
    try {
      this.#opened.set(root.rootId, { root, bank: new MemoryBank(root.storeFile) });
    } catch (error) {
      // No file yet, one that is being replaced, or a damaged one, which its own thread deals with: the next status tells.
      const isExpected =
        error instanceof MemoryError || isDamage(error) || errorCode(error) !== undefined;
      if (!isExpected) throw error;
    }
  }
}

/**
 * Two hundred changes of every sort, told or untold, on the disk and in the editor: nothing that is shown is out of
 * date at any moment, and what is new is found as soon as the memory is current.
 */
import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { git } from "./ingest/treesOnDisk.ts";
import {
  functionText,
  letters,
  openMemory,
  randomNumbers,
  workspace,
  type OpenedMemory,
} from "./workspaceMemoryHarness.ts";

const nChanges = 200;

/** What happened: paths that the editor would name, a name that is gone, one that is there now and where. */
interface Change {
  readonly paths: readonly string[];
  readonly gone?: string;
  readonly added?: { readonly name: string; readonly file: string };
}

/** A small repository in which every function has a name of its own. */
class Tree {
  readonly folder: string;
  /** Unsaved texts by file. */
  readonly overlays = new Map<string, string>();
  readonly #memory: OpenedMemory["memory"];
  readonly #random: () => number;
  /** The name in each file on the disk. */
  #names = new Map<string, string>();
  #nNames = 0;

  constructor(folder: string, memory: OpenedMemory["memory"], random: () => number) {
    this.folder = folder;
    this.#memory = memory;
    this.#random = random;
  }

  readonly kinds: Readonly<Record<string, () => Change>> = {
    edit: () => {
      const file = this.#pick();
      const gone = this.#names.get(file);
      const name = this.#write(file, 1 + Math.floor(this.#random() * 3));
      return { paths: [file], ...(gone === undefined ? {} : { gone }), ...this.#shown(file, name) };
    },
    editOfEqualSize: () => {
      const file = this.#pick();
      const gone = this.#names.get(file);
      const name = this.#write(file, 1);
      return { paths: [file], ...(gone === undefined ? {} : { gone }), ...this.#shown(file, name) };
    },
    twoEditsAtOnce: () => {
      const file = this.#pick();
      const gone = this.#write(file, 1);
      const name = this.#write(file, 1);
      return { paths: [file], gone, ...this.#shown(file, name) };
    },
    touch: () => {
      const file = this.#pick();
      utimesSync(this.#absolute(file), new Date(), new Date());
      return { paths: [file], ...this.#shown(file, this.#names.get(file) ?? "") };
    },
    create: () => {
      const file = `d${Math.floor(this.#random() * 5)}/f${this.#nNames}.ts`;
      return { paths: [file], added: { file, name: this.#write(file, 1) } };
    },
    remove: () => {
      const file = this.#pick();
      const gone = this.#names.get(file);
      rmSync(this.#absolute(file));
      this.#names.delete(file);
      return { paths: [file], ...(gone === undefined ? {} : { gone }) };
    },
    rename: () => {
      const from = this.#pick();
      const to = `r${Math.floor(this.#random() * 5)}/f${this.#nNames++}.ts`;
      this.#move(from, to);
      return { paths: [from, to], ...this.#shown(to, this.#names.get(to) ?? "") };
    },
    renameFolder: () => {
      const from = path.dirname(this.#pick());
      const to = `m${this.#nNames++}`;
      const names = [...this.#names].filter(([file]) => file.startsWith(`${from}/`));
      renameSync(this.#absolute(from), this.#absolute(to));
      for (const [file, name] of names) {
        this.#names.delete(file);
        this.#names.set(to + file.slice(from.length), name);
      }
      return { paths: [from, to] };
    },
    removeFolder: () => {
      const folder = path.dirname(this.#pick());
      const [gone] = [...this.#names]
        .filter(([file]) => file.startsWith(`${folder}/`))
        .map(([, name]) => name);
      rmSync(this.#absolute(folder), { recursive: true });
      for (const file of [...this.#names.keys()])
        if (file.startsWith(`${folder}/`)) this.#names.delete(file);
      return { paths: [folder], ...(gone === undefined ? {} : { gone }) };
    },
    fileToFolder: () => {
      const file = this.#pick();
      const gone = this.#names.get(file);
      rmSync(this.#absolute(file));
      this.#names.delete(file);
      const inside = `${file}/inside.ts`;
      const name = this.#write(inside, 1);
      return {
        paths: [file],
        ...(gone === undefined ? {} : { gone }),
        added: { file: inside, name },
      };
    },
    folderToFile: () => {
      const folder = path.dirname(this.#pick());
      rmSync(this.#absolute(folder), { recursive: true });
      for (const file of [...this.#names.keys()])
        if (file.startsWith(`${folder}/`)) this.#names.delete(file);
      const name = this.#write(folder, 1);
      this.#names.delete(folder);
      rmSync(this.#absolute(folder));
      return { paths: [folder], gone: name };
    },
    type: () => {
      const file = this.#pick();
      const name = this.#newName();
      const text = functionText(name);
      this.overlays.set(file, text);
      this.#memory.documentChanged(this.#absolute(file), this.#nNames, text);
      return { paths: [], added: { file, name } };
    },
    closeEditor: () => {
      const [file] = [...this.overlays.keys()];
      if (file === undefined) return { paths: [] };
      const gone = /function (\w+)/.exec(this.overlays.get(file) ?? "")?.[1] ?? "";
      this.overlays.delete(file);
      this.#memory.documentClosed(this.#absolute(file));
      const name = this.#names.get(file);
      return { paths: [], gone, ...(name === undefined ? {} : { added: { file, name } }) };
    },
    checkout: () => {
      git(this.folder, ["add", "-A"]);
      git(this.folder, ["commit", "-q", "--allow-empty", "-m", "change"]);
      const gone = [...this.#names.values()][0] ?? "";
      const other =
        git(this.folder, ["branch", "--show-current"]).trim() === "main" ? "other" : "main";
      git(this.folder, ["checkout", "-q", other]);
      this.readNames();
      const [found] = [...this.#names].filter(([file]) => !this.overlays.has(file));
      const stays = [...this.#names.values()].includes(gone);
      return {
        paths: [],
        ...(stays ? {} : { gone }),
        ...(found === undefined ? {} : { added: { file: found[0], name: found[1] } }),
      };
    },
  };

  start(): void {
    git(this.folder, ["init", "-q", "-b", "main"]);
    for (let i = 0; i < 30; i++) this.#write(`d${i % 5}/f${i}.ts`, 1);
    git(this.folder, ["add", "-A"]);
    git(this.folder, ["commit", "-qm", "start"]);
    git(this.folder, ["branch", "other"]);
  }

  change(): Change & { readonly kind: string } {
    const kinds = Object.keys(this.kinds);
    const isSmall = this.#names.size < 15;
    const kind = isSmall ? "create" : (kinds[Math.floor(this.#random() * kinds.length)] ?? "edit");
    return { kind, ...(this.kinds[kind] as () => Change)() };
  }

  /** The text that a reader of the editor would see. */
  presentText(file: string): string | undefined {
    const absolute = this.#absolute(file);
    return (
      this.overlays.get(file) ?? (existsSync(absolute) ? readFileSync(absolute, "utf8") : undefined)
    );
  }

  readNames(): void {
    const files = git(this.folder, ["ls-files", "-z"]).split("\0").filter(Boolean);
    this.#names = new Map(
      files.map((file) => [
        file,
        /function (\w+)/.exec(readFileSync(this.#absolute(file), "utf8"))?.[1] ?? "",
      ]),
    );
  }

  #write(file: string, nTimes: number): string {
    const name = this.#newName();
    mkdirSync(path.dirname(this.#absolute(file)), { recursive: true });
    const more = Array.from({ length: nTimes - 1 }, () => functionText(this.#newName()));
    writeFileSync(this.#absolute(file), [functionText(name), ...more].join("\n"));
    this.#names.set(file, name);
    return name;
  }

  #move(from: string, to: string): void {
    mkdirSync(path.dirname(this.#absolute(to)), { recursive: true });
    renameSync(this.#absolute(from), this.#absolute(to));
    this.#names.set(to, this.#names.get(from) ?? "");
    this.#names.delete(from);
  }

  /** A name is only visible where no unsaved text covers it. */
  #shown(file: string, name: string): Pick<Change, "added"> {
    return this.overlays.has(file) ? {} : { added: { file, name } };
  }

  #pick(): string {
    const files = [...this.#names.keys()];
    return files[Math.floor(this.#random() * files.length)] ?? "";
  }

  #newName(): string {
    return `make${letters(this.#nNames++)}`;
  }

  #absolute(file: string): string {
    return path.join(this.folder, file);
  }
}

test(`${nChanges} changes of every sort leave nothing stale`, async () => {
  using place = workspace({});
  await using opened = await openMemory(place.folder, place.storeDir);
  const random = randomNumbers(20_261_121);
  const tree = new Tree(place.folder, opened.memory, random);
  tree.start();
  await opened.memory.rescan();
  const seen = new Set<string>();
  let nShown = 0;
  const ask = async (name: string, step: string): Promise<string[]> => {
    const recalls = await opened.search(name);
    for (const { citation, text } of recalls) {
      nShown++;
      assert.ok(
        tree.presentText(citation.path)?.includes(text),
        `${step}: ${citation.path} as it is`,
      );
    }
    return recalls
      .filter(({ text }) => text.includes(`function ${name}(`))
      .map(({ citation }) => citation.path);
  };
  for (let n = 0; n < nChanges; n++) {
    const { kind, paths, gone, added } = tree.change();
    const step = `change ${n}, ${kind}`;
    seen.add(kind);
    for (const name of [gone, added?.name])
      if (name !== undefined) await ask(name, `${step}, at once`);
    const isTold = kind !== "checkout" && random() < 0.7;
    if (isTold) opened.tell(...paths);
    else await opened.memory.rescan();
    const { roots } = await opened.settled(false);
    assert.equal(roots[0]?.pending, 0, step);
    if (gone !== undefined) assert.deepEqual(await ask(gone, step), [], step);
    if (added !== undefined) assert.deepEqual(await ask(added.name, step), [added.file], step);
  }
  assert.equal(seen.size, Object.keys(tree.kinds).length, "every sort of change happened");
  assert.ok(nShown > nChanges, "results were checked");
});

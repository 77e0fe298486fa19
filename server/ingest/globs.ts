/** Globs from the settings, in the editor's syntax: relative to the root, `**`, `{a,b}`, `[0-9]`. */
import { Minimatch, type MinimatchOptions } from "minimatch";

interface CompiledGlob {
  readonly glob: string;
  readonly matcher: Minimatch;
}

/** A list of globs; the first that matches counts. */
export class Globs {
  /** Globs of the form `**\/name`, by name: most excludes are, and every entry is asked about. */
  readonly #byName = new Map<string, string>();
  readonly #compiled: CompiledGlob[] = [];

  /** Blank globs are passed over; `./`, `/` at the start and `/` at the end say nothing more. */
  constructor(globs: readonly string[], ignoreCase: boolean) {
    const options = { ...syntax, nocase: ignoreCase };
    for (const raw of globs) {
      const glob = raw
        .trim()
        .replace(/^(\.?\/)+/, "")
        .replace(/\/+$/, "");
      if (glob === "") continue;
      const name = /^\*\*\/([^*?[\]{}\\/!()]+)$/.exec(glob)?.[1];
      if (name !== undefined && !ignoreCase) this.#byName.set(name, raw);
      else this.#compiled.push({ glob: raw, matcher: new Minimatch(glob, options) });
    }
  }

  get isEmpty(): boolean {
    return this.#byName.size === 0 && this.#compiled.length === 0;
  }

  /** The glob that matches the whole path, `undefined` when none does. `name` is the last segment. */
  match(path: string, name: string): string | undefined {
    const byName = this.#byName.get(name);
    if (byName !== undefined) return byName;
    for (const { glob, matcher } of this.#compiled) if (matcher.match(path)) return glob;
    return undefined;
  }

  /** Like `match`, but only for globs that say more of a file's name than that there is one. */
  matchByName(path: string): string | undefined {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const byName = this.#byName.get(name);
    if (byName !== undefined) return byName;
    return this.#compiled.find(
      ({ glob, matcher }) => !/(^|\/)[*.?]*\/*$/.test(glob.trim()) && matcher.match(path),
    )?.glob;
  }

  /** True when something below the folder might match. */
  mayMatchBelow(folder: string): boolean {
    return (
      this.#byName.size > 0 || this.#compiled.some(({ matcher }) => matcher.match(folder, true))
    );
  }
}

const syntax: MinimatchOptions = {
  dot: true,
  nocomment: true,
  nonegate: true,
  noext: true,
  // Paths inside Lore use `/` on every platform; a backslash in a glob is an escape.
  platform: "linux",
};

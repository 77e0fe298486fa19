/** Keeps the open files in the order of their last use. */
export class RecentFiles {
  #files: readonly string[] = [];

  /** Absolute paths, most recently used first. */
  get files(): readonly string[] {
    return this.#files;
  }

  /**
   * Takes in which files are open and which one is looked at. Files that closed fall out, new ones go to the
   * end. Returns true when the order or the set changed.
   */
  update(open: readonly string[], active: string | undefined): boolean {
    const stillOpen = new Set(open);
    const next = new Set<string>();
    if (active !== undefined && stillOpen.has(active)) next.add(active);
    for (const file of this.#files) if (stillOpen.has(file)) next.add(file);
    for (const file of stillOpen) next.add(file);
    const files = [...next];
    const same =
      files.length === this.#files.length && files.every((file, i) => file === this.#files[i]);
    this.#files = files;
    return !same;
  }
}

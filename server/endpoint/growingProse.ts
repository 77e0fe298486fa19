/**
 * What of a growing text may be shown now, where nothing can be taken back. Each version was checked as a whole; the next
 * one nearly always begins with it.
 */
export class GrowingProse {
  #shown = "";

  /** Returns what of a version comes next; `""` while it does not go on from what was shown, or nothing came. */
  next(markdown: string, isDone: boolean): string {
    const settled = isDone ? markdown : withoutOpenBlock(markdown);
    if (!settled.startsWith(this.#shown)) return "";
    const added = settled.slice(this.#shown.length);
    this.#shown = settled;
    return added;
  }

  /** True when a version is not what was shown so far, with more behind it. */
  differs(markdown: string): boolean {
    return !markdown.startsWith(this.#shown);
  }
}

/** A block of code at the end may still grow, in front of its last line. */
function withoutOpenBlock(markdown: string): string {
  const lines = markdown.trimEnd().split("\n");
  const fence = /^\s*(`{3,})$/.exec(lines.at(-1) ?? "")?.[1];
  if (fence === undefined) return markdown;
  const start = lines.slice(0, -1).findLastIndex((line) => line.trimStart().startsWith(fence));
  return start === -1 ? markdown : lines.slice(0, start).join("\n").trimEnd();
}

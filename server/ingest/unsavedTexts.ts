/** The unsaved texts of the files of a root, which several windows may have open: what counts is what was typed last. */

export class UnsavedTexts {
  /** The texts of a file by the window that has it, the newest one last. */
  readonly #texts = new Map<string, Map<object, string>>();

  /** Notes a window's text of a file, `undefined` when it has none any more. Returns the text that counts now. */
  set(window: object, file: string, text: string | undefined): string | undefined {
    const texts = this.#texts.get(file) ?? new Map<object, string>();
    texts.delete(window);
    if (text !== undefined) texts.set(window, text);
    if (texts.size === 0) this.#texts.delete(file);
    else this.#texts.set(file, texts);
    return [...texts.values()].at(-1);
  }

  /** Returns the files of which a window has a text. */
  filesOf(window: object): string[] {
    return [...this.#texts].filter(([, texts]) => texts.has(window)).map(([file]) => file);
  }
}

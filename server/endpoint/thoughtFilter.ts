/**
 * Leaves out what a reasoning model thinks aloud. Servers that know the model send it in a field of its own; others leave
 * `<think>…</think>` in the text, at its beginning.
 */
export class ThoughtFilter {
  #state: "beginning" | "thinking" | "answering" = "beginning";
  /** What may still turn out to be a tag. */
  #held = "";

  /** Returns what of a piece belongs to the answer, with what was held back before it. */
  add(piece: string): string {
    if (this.#state === "answering") return piece;
    this.#held += piece;
    if (this.#state === "beginning") {
      const text = this.#held.trimStart();
      if (openTag.startsWith(text.slice(0, openTag.length)) && text.length < openTag.length)
        return "";
      if (!text.startsWith(openTag)) return this.#answer(text);
      this.#state = "thinking";
      this.#held = text.slice(openTag.length);
    }
    const end = this.#held.indexOf(closeTag);
    if (end >= 0) return this.#answer(this.#held.slice(end + closeTag.length).trimStart());
    // Of a long thought only what may be the beginning of its end is kept.
    this.#held = this.#held.slice(-closeTag.length);
    return "";
  }

  /** Returns what was held back; nothing of a thought that did not end. */
  end(): string {
    return this.#state === "beginning" ? this.#held.trimStart() : "";
  }

  #answer(text: string): string {
    this.#state = "answering";
    this.#held = "";
    return text;
  }
}

const openTag = "<think>";
const closeTag = "</think>";

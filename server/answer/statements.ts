/** Where statements and blocks of a file begin and end, from indentation and brackets, without a syntax tree. */
import type { SourceFile } from "../recall/sourceFile.ts";
import { codeMaskOf, type CodeMask } from "./codeMask.ts";

/** The lines of one stretch of a file, zero-based, both ends included. */
export class Statements {
  readonly #file: SourceFile;
  readonly #mask: CodeMask;
  readonly #first: number;
  readonly #last: number;
  /** Which bracket is open at the start of each line, `""` for none that was opened in this stretch. */
  readonly #open: string[] = [];

  constructor(file: SourceFile, first: number, last: number) {
    this.#file = file;
    this.#mask = codeMaskOf(file);
    this.#first = first;
    this.#last = last;
    const open: string[] = [];
    for (let line = first; line <= last; line++) {
      this.#open.push(open.at(-1) ?? "");
      for (const bracket of this.#mask.codeOf(line).match(/[()[\]{}]/g) ?? []) {
        if ("([{".includes(bracket)) open.push(bracket);
        else open.pop();
      }
    }
  }

  /** Returns the width of the white space before a line's text, -1 for a blank line. */
  indentOf(line: number): number {
    const text = this.#file.line(line);
    const white = /^\s*/.exec(text)?.[0] ?? "";
    return white.length === text.length ? -1 : white.replaceAll("\t", "    ").length;
  }

  /** True when the line does not go on with what the line before it began. */
  startsStatement(line: number): boolean {
    if (this.indentOf(line) < 0) return false;
    const open = this.#open[line - this.#first] ?? "";
    if (open === "(" || open === "[") return false;
    const start = this.#file.offsetOf({ line, character: 0 });
    // A comment or a string goes on where the line break before belongs to it.
    if (start > 0 && this.#mask.classAt(start - 1) !== "code") return this.isComment(line);
    return !/^\s*(?:[)\]}.?:,+*/%|=<>]|&&|(?:else|elif|except|catch|finally|end)\b)/.test(
      this.#mask.codeOf(line),
    );
  }

  /** True when a line is a comment, or a part of one, and nothing else. */
  isComment(line: number): boolean {
    const text = this.#file.line(line);
    const at = text.length - text.trimStart().length;
    return (
      at < text.length &&
      this.#mask.codeOf(line).trim() === "" &&
      this.#mask.classAt(this.#file.offsetOf({ line, character: at })) === "comment"
    );
  }

  /** Returns the last line of the statement or block that begins on a line. */
  endOf(line: number): number {
    const indent = this.indentOf(line);
    let end = line;
    for (let next = line + 1; next <= this.#last; next++) {
      const deeper = this.indentOf(next);
      if (deeper < 0) continue;
      if (deeper < indent || (deeper === indent && this.startsStatement(next))) break;
      end = next;
    }
    return end;
  }

  /** Returns the line that opens the block around a line, `undefined` when that is outside of the stretch. */
  openerOf(line: number): number | undefined {
    const indent = this.indentOf(line);
    for (let before = line - 1; before >= this.#first; before--) {
      const outer = this.indentOf(before);
      if (outer >= 0 && outer < indent && this.startsStatement(before)) return before;
    }
    return undefined;
  }

  /**
   * Widens the lines `from` to `to` so that no statement is cut, within `first` to `last` of the stretch and
   * `limit` lines, and then to the block around them while that fits. Where a statement is longer than the
   * limit, the lines end between two of its parts.
   */
  whole(from: number, to: number, limit: number): readonly [number, number] {
    const start = this.#startOf(from, limit);
    let [first, last] = this.#closed(start, Math.max(start, to), limit);
    for (;;) {
      const opener = this.openerOf(first);
      if (opener === undefined) break;
      const [outerFirst, outerLast] = [this.#withLead(opener), this.endOf(opener)];
      if (outerLast < last || outerLast - outerFirst >= limit) break;
      [first, last] = [outerFirst, outerLast];
    }
    return [this.#within(this.#withLead(first), last, limit), last];
  }

  /** The start of the statement that a line belongs to, not far above. */
  #startOf(line: number, limit: number): number {
    let start = line;
    while (
      start > this.#first &&
      line - start < limit / 2 &&
      (!this.startsStatement(start) || (this.isComment(start) && this.isComment(start - 1)))
    )
      start--;
    if (this.startsStatement(start)) return start;
    // Nothing near begins a statement; at least nothing begins with an empty line.
    return this.indentOf(line) < 0 && line < this.#last ? line + 1 : line;
  }

  #closed(from: number, to: number, limit: number): [number, number] {
    let last = to;
    // A comment speaks of what follows it.
    while (this.isComment(last) && last < this.#last && last - from + 1 < limit) last++;
    for (let line = from; line <= last; line++) {
      if (!this.startsStatement(line)) continue;
      const end = this.endOf(line);
      if (end - from < limit) last = Math.max(last, end);
    }
    // What goes on behind the limit is cut before the next statement, or after the one before.
    const isEnd = (line: number): boolean => {
      let next = line + 1;
      while (next <= this.#last && this.indentOf(next) < 0) next++;
      return next > this.#last || this.startsStatement(next) || this.#closes(next);
    };
    let end = last;
    while (!isEnd(end) && end - from + 1 < limit) end++;
    if (!isEnd(end)) {
      end = last;
      while (end > from && !isEnd(end)) end--;
    }
    while (end > from && this.isComment(end) && end >= to - 2) end--;
    return [from, end];
  }

  #closes(line: number): boolean {
    return /^\s*\}/.test(this.#mask.codeOf(line));
  }

  /** The comment and the decorators before a line belong to it, when they are short. */
  #withLead(line: number): number {
    let lead = line;
    while (
      lead > this.#first &&
      line - lead < maxLead &&
      (this.isComment(lead - 1) || /^\s*(?:@[\w.]|#\[)/.test(this.#file.line(lead - 1)))
    )
      lead--;
    // Half of a long comment says nothing.
    return line - lead >= maxLead ? line : lead;
  }

  #within(from: number, to: number, limit: number): number {
    return Math.max(from, to - limit + 1);
  }
}
const maxLead = 5;

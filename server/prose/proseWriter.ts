/** Writes checked sentences as markdown in which nothing acts but the links that are made here. */
import type { ProseMark } from "../../protocol/prose.ts";
import type { Citation } from "../../protocol/types.ts";
import { code, fenceOf, prose, visible } from "../answer/markdown.ts";
import type { Atom } from "./atoms.ts";
import type { EvidenceNow } from "./evidenceNow.ts";
import type { Around, Placed } from "./proseBlocks.ts";
import type { Judged } from "./support.ts";

export class ProseWriter {
  readonly citations: Citation[] = [];
  readonly marks: ProseMark[] = [];
  nSentences = 0;
  nSupported = 0;
  markdown = "";
  readonly #evidence: ReadonlyMap<number, EvidenceNow>;
  /** Which citation a number of evidence became. */
  readonly #cited = new Map<number, number>();
  /** List items and quotations whose first line is written. */
  readonly #begun = new Set<Around>();
  /** The list that was written to last. */
  #list = 0;

  constructor(evidence: ReadonlyMap<number, EvidenceNow>) {
    this.#evidence = evidence;
  }

  /** Returns the markdown of a sentence with its mark, and counts it. `open` are the marks of emphasis before it. */
  sentence(atoms: readonly Atom[], judged: Judged, open: string[], isInTable = false): string {
    let text = "";
    for (const atom of atoms) text += this.#atom(atom, text, open, isInTable);
    const end = this.mark(judged);
    if (end === "") return text;
    const trimmed = text.trimEnd();
    return `${trimmed}${end}${text.slice(trimmed.length)}`;
  }

  /** Counts what was judged, and returns the link to its mark, `""` without one. */
  mark({ isClaim, mark }: Judged): string {
    if (isClaim) this.nSentences++;
    if (isClaim && mark === undefined) this.nSupported++;
    return mark === undefined ? "" : `[*](#mark-${this.marks.push(mark) - 1})`;
  }

  /** Appends a block, which may have several lines. Nothing is written of an empty one. */
  block(text: string, { around, isTight, list }: Placed): void {
    if (text.trim() === "") return;
    const rest = around.map(({ rest: each }) => each).join("");
    const isJoined = isTight && list === this.#list;
    this.#list = list;
    if (this.markdown !== "")
      this.markdown += isJoined ? "\n" : `\n${this.#commonQuotes(around)}\n`;
    const first = around
      .map((each) => {
        const isNew = !this.#begun.has(each);
        this.#begun.add(each);
        return isNew ? each.first : each.rest;
      })
      .join("");
    this.markdown += text
      .split("\n")
      .map((line, idx) => `${idx === 0 ? first : rest}${line}`.trimEnd())
      .join("\n");
  }

  /** A blank line between two blocks of one quotation has to be quoted as well. */
  #commonQuotes(around: readonly Around[]): string {
    const begun = around.filter((each) => this.#begun.has(each));
    return begun
      .map(({ rest }) => rest)
      .join("")
      .trimEnd();
  }

  #atom(atom: Atom, before: string, open: string[], isInTable: boolean): string {
    switch (atom.kind) {
      case "text":
        return inlineText(atom.text);
      case "code": {
        const span = code(atom.text);
        return isInTable ? span.replaceAll("|", "\\|") : span;
      }
      case "break":
        return atom.isHard && !isInTable ? "\\\n" : " ";
      case "open":
        open.push(atom.mark);
        return atom.mark;
      case "close":
        open.pop();
        return atom.mark;
      case "cite": {
        const links = atom.numbers.map((number) => this.#link(number)).filter((l) => l !== "");
        // Behind “!” a link would be an image.
        return `${before.endsWith("!") && links.length > 0 ? " " : ""}${links.join(" ")}`;
      }
    }
  }

  /** What stands where a number of evidence was. */
  #link(number: number): string {
    const evidence = this.#evidence.get(number);
    if (evidence === undefined) return prose(`[${number}]`);
    const { citation, label, isCurrent } = evidence;
    if (!isCurrent) return "";
    if (citation === undefined) return prose(`(${label})`);
    const known = this.#cited.get(number) ?? this.citations.push(citation) - 1;
    this.#cited.set(number, known);
    return `[${code(label)}](#cite-${known})`;
  }
}

/** Returns a code block that shows a text; the fence names a language and nothing else. */
export function codeBlockOf(text: string, language: string): string {
  const shown = visible(text).toWellFormed();
  const fence = fenceOf(shown);
  return `${fence}${/^[\w+#-]{1,30}$/.test(language) ? language : ""}\n${shown}\n${fence}`;
}

/** Text between other atoms: a blank at its ends stays. */
function inlineText(text: string): string {
  const shown = prose(text);
  if (shown === "") return text === "" ? "" : " ";
  return `${/^\s/.test(text) ? " " : ""}${shown}${/\s$/.test(text) ? " " : ""}`;
}

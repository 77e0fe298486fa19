import type * as vscode from "vscode";
import type { ProseMark } from "../../protocol/prose.ts";
import type { Citation } from "../../protocol/types.ts";
import { markText } from "../proseTexts.ts";
import type { Translate } from "../wording.ts";
import type { AnswerPart } from "./answerParts.ts";
import { codeSpan } from "./plainAnswer.ts";

/** A citation that was read just now: where it is, `undefined` when it does not say any more what was cited. */
export type Place = vscode.Location | undefined;

/** What the numbers in an answer's parts stand for. */
export interface PartFacts {
  readonly citations: readonly Citation[];
  readonly places: readonly Place[];
  readonly marks: readonly ProseMark[];
}

/** Writes the parts of one answer into the editor's chat; code is shown only with its place. */
export class PartStream {
  readonly #stream: Pick<vscode.ChatResponseStream, "markdown" | "anchor">;
  readonly #t: Translate;
  readonly #named = new Set<number>();

  constructor(stream: Pick<vscode.ChatResponseStream, "markdown" | "anchor">, t: Translate) {
    this.#stream = stream;
    this.#t = t;
  }

  show(parts: readonly AnswerPart[], facts: PartFacts): void {
    for (const part of parts) this.#part(part, facts);
  }

  #part(part: AnswerPart, facts: PartFacts): void {
    switch (part.kind) {
      case "text":
        this.#stream.markdown(part.markdown);
        return;
      case "citation":
        return this.#citation(part.index, part.label, facts);
      case "mark": {
        const mark = facts.marks[part.index];
        if (mark !== undefined) this.#stream.markdown(` _(${markText(mark, this.#t)})_`);
        return;
      }
      case "code":
        return this.#code(part, facts);
    }
  }

  #citation(index: number, label: string, { places }: PartFacts): void {
    const place = places[index];
    this.#named.add(index);
    if (place !== undefined) this.#stream.anchor(place, label);
    else this.#stream.markdown(`${codeSpan(label)} (${this.#t("changed since")})`);
  }

  #code({ markdown, citation }: Extract<AnswerPart, { kind: "code" }>, facts: PartFacts): void {
    if (citation !== undefined && facts.places[citation] === undefined) {
      const gone = this.#t("The code that stood here has changed since; ask again.");
      this.#stream.markdown(`\n${gone}\n`);
      return;
    }
    if (citation !== undefined && !this.#named.has(citation))
      this.#citation(citation, labelOf(facts.citations[citation]), facts);
    this.#stream.markdown(`\n${markdown}`);
  }
}

function labelOf(citation: Citation | undefined): string {
  return citation === undefined ? "" : `${citation.path}:${citation.range.start.line + 1}`;
}

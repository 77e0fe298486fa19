/** What somebody wants who writes to `@lore` in the editor's own chat. */
import type { SelectedCode } from "../../protocol/types.ts";
import { isPointer, pointsAtSelection, speaksOfLast } from "./pointing.ts";

/** The commands of the participant, as the manifest has them. */
export type ParticipantCommand = "find" | "explain" | "history" | "changed" | "remember" | "all";

/** What was written, and what it was written beside. */
export interface Written {
  readonly command: string | undefined;
  /** Without references to files and selections. */
  readonly prompt: string;
  /** A file that was attached, relative to its folder. */
  readonly attachedPath?: string;
  /** The file that the user looks at, relative to its folder. */
  readonly activePath?: string;
  /** Code that was attached. */
  readonly selection?: SelectedCode;
  /** Code that is selected in the editor, which the chat attaches by itself: it counts where the words leave room for it. */
  readonly selectedInEditor?: SelectedCode;
}

export type Wish =
  | {
      readonly kind: "ask";
      readonly question: string;
      readonly selection?: SelectedCode;
      /** What is meant where no earlier answer is there that the question could speak of. */
      readonly selectionElse?: SelectedCode;
    }
  | { readonly kind: "find"; readonly query: string }
  | { readonly kind: "all"; readonly literal: string }
  | { readonly kind: "remember"; readonly text: string; readonly selection?: SelectedCode }
  /** Something is missing; which, follows from the command. */
  | { readonly kind: "unclear"; readonly command: ParticipantCommand | undefined };

/**
 * Returns what is wanted. Questions that Lore makes itself are English, whatever the user's language: the server
 * understands them.
 */
export function wishOf(written: Written): Wish {
  const { command, prompt, attachedPath, activePath } = written;
  const text = wordsOf(written, prompt.trim());
  const { selection, selectionElse } = selectionsMeant(written, text);
  const path = attachedPath ?? activePath;
  const about = text === "" && path !== undefined ? pathName(path) : text;
  switch (command) {
    case "find":
      return text === "" ? { kind: "unclear", command } : { kind: "find", query: text };
    case "all":
      return text === ""
        ? { kind: "unclear", command }
        : { kind: "all", literal: withoutQuotes(text) };
    case "remember":
      return text === ""
        ? { kind: "unclear", command }
        : { kind: "remember", text, ...(selection === undefined ? {} : { selection }) };
    case "explain":
      if (selection !== undefined)
        return { kind: "ask", question: text === "" ? "What does this do?" : text, selection };
      return about === ""
        ? { kind: "unclear", command }
        : { kind: "ask", question: `Explain ${nameAsCode(about)}` };
    case "history":
      return about === ""
        ? { kind: "unclear", command }
        : { kind: "ask", question: `When and why did ${nameAsCode(about)} change?` };
    case "changed":
      return { kind: "ask", question: changedQuestion(text, attachedPath) };
    default: {
      if (text === "") return { kind: "unclear", command: undefined };
      const question = attachedPath === undefined ? text : `${text} (in ${pathName(attachedPath)})`;
      return {
        ...{ kind: "ask", question },
        ...(selection === undefined ? {} : { selection }),
        ...(selectionElse === undefined ? {} : { selectionElse }),
      };
    }
  }
}

/** “/explain this” with something that it can be says no more than “/explain”. */
function wordsOf({ command, ...written }: Written, text: string): string {
  const isThere = [
    written.selection,
    written.selectedInEditor,
    written.attachedPath,
    written.activePath,
  ].some((each) => each !== undefined);
  const takesName = command === "explain" || command === "history" || command === "changed";
  return takesName && isThere && isPointer(text) ? "" : text;
}

/**
 * What is attached is meant. What is selected in the editor is meant by a note, by a command without words, and by a question
 * that says “this”; one that says “it” means what the last answer was about, where there is one.
 */
function selectionsMeant(
  { command, attachedPath, selection, selectedInEditor }: Written,
  text: string,
): Pick<Extract<Wish, { kind: "ask" }>, "selection" | "selectionElse"> {
  if (selection !== undefined) return { selection };
  if (attachedPath !== undefined || selectedInEditor === undefined) return {};
  const isMeant =
    command === "remember" || (command === "explain" ? text === "" : pointsAtSelection(text));
  if (isMeant) return { selection: selectedInEditor };
  return speaksOfLast(text) ? { selectionElse: selectedInEditor } : {};
}

function changedQuestion(text: string, path: string | undefined): string {
  if (/^(?:since|after|in|during|over|between|to)\b/i.test(text)) return `What changed ${text}?`;
  const about = text === "" ? path : text;
  return about === undefined
    ? "What changed since I last looked?"
    : `What changed in ${nameAsCode(about)}?`;
}

/** A single name is marked as code, so that it is not taken for a word of the question's. A path is known as it is. */
function nameAsCode(text: string): string {
  return /^[\w$.#:-]+$/.test(text) && !isFileName(text) ? `\`${text}\`` : text;
}

/** `Pool.load` is a method, `pool.ts` a file. */
function isFileName(text: string): boolean {
  return /\.(?:[cm]?[jt]sx?|py|rs|go|java|kts?|c|h|cc|cpp|hpp|cs|rb|php|swift|scala|lua|md|json|ya?ml|toml|html|css|sql|sh)$/.test(
    text,
  );
}

function pathName(path: string): string {
  return /\s/.test(path) ? `\`${path}\`` : path;
}

function withoutQuotes(text: string): string {
  return /^(["'`])(.+)\1$/s.exec(text)?.[2] ?? text;
}

/** A part of the prompt that stands for a file or a selection; offsets into the prompt, half-open. */
export interface PromptReference {
  readonly range: readonly [start: number, end: number];
}

/** Returns the prompt without what stands for attached files, which are told otherwise. */
export function withoutReferences(prompt: string, references: readonly PromptReference[]): string {
  return references
    .toSorted((a, b) => b.range[0] - a.range[0])
    .reduce((text, { range: [start, end] }) => text.slice(0, start) + text.slice(end), prompt)
    .replace(/\s+/g, " ")
    .trim();
}

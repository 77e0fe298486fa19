import type { Root } from "../../protocol/types.ts";
import { isInside } from "../roots.ts";

/** Where the editor asks for a completion. */
export interface CompletionPlace {
  /** False in Restricted Mode. */
  readonly trusted: boolean;
  readonly scheme: string;
  /** Absolute path. */
  readonly file: string;
  /** True while the list of suggestions is open with one chosen: what it offers goes first. */
  readonly suggestionChosen: boolean;
  /** The selections of the editor that shows the file; `undefined` when it is not the active one. */
  readonly selections: readonly { readonly isEmpty: boolean }[] | undefined;
}

/** True at one cursor without a selection, in a file on disk of a remembered folder that is trusted. */
export function isCompletablePlace(place: CompletionPlace, roots: readonly Root[]): boolean {
  const { trusted, scheme, file, suggestionChosen, selections } = place;
  if (!trusted || scheme !== "file" || suggestionChosen) return false;
  const hasOneCursor = selections?.length === 1 && selections[0]?.isEmpty === true;
  if (selections !== undefined && !hasOneCursor) return false;
  return roots.some(({ folder }) => isInside(folder, file));
}

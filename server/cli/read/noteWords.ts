/** Reads the words of commands about notes. */
import { noteKinds } from "../../../protocol/notes.ts";
import type { Command, NotesAction } from "../command.ts";
import { UsageError, wordsOf, type Values } from "../optionValues.ts";
import { emptyFolder, folderAndText } from "../positionals.ts";
import { chosenWork } from "../workChoice.ts";
import type { Reader } from "./reader.ts";

/** Reads `lore remember`. */
export const readRemember: Reader = ({ values, positionals, common }) => {
  const [folder, text] = folderAndText("remember", positionals, "sentence");
  const at = wordsOf(values, "at");
  return {
    ...{ kind: "remember", folder, text, at: at === undefined ? undefined : readLines(at) },
    noteKind: noteKindOf(values),
    ...common,
  };
};

/** Reads `lore notes`. */
export const readNotes: Reader = ({ values, positionals, common }) => {
  const [folder = ".", ...words] = positionals;
  if (folder === "") throw new UsageError(emptyFolder("notes"));
  return { kind: "notes", folder, action: readAction(values, words), ...common };
};

function noteKindOf(values: Values): Extract<Command, { kind: "remember" }>["noteKind"] {
  const given = wordsOf(values, "kind");
  const kind = noteKinds.find((known) => known === given);
  if (given !== undefined && kind === undefined)
    throw new UsageError(`--kind is one of ${noteKinds.join(", ")}, not “${given}”.`);
  return kind;
}

function readLines(place: string): { file: string; startLine: number; endLine: number } {
  const found = /^(.+?):([1-9]\d{0,8})(?:-([1-9]\d{0,8}))?$/s.exec(place);
  const [, file, first, last = first] = found ?? [];
  if (file === undefined || Number(last) < Number(first))
    throw new UsageError(`--at is FILE:LINE or FILE:LINE-LINE, not “${place}”.`);
  return { file, startLine: Number(first) - 1, endLine: Number(last) };
}

function readAction(values: Values, words: readonly string[]): NotesAction {
  const [verb, ...rest] = words;
  const [id, text, ...more] = rest;
  const isChange = verb !== undefined && ["forget", "pin", "unpin", "correct"].includes(verb);
  const which = chosenWork(values);
  if (which !== undefined && (verb !== "forget" || id !== undefined))
    throw new UsageError("--topic, --before and --inside go with “lore notes FOLDER forget”.");
  if (!isChange) {
    if (rest.length > 0) throw new UsageError("“lore notes” takes one text; put it in quotes.");
    return { kind: "list", search: verb, all: values.history === true };
  }
  if (which !== undefined) return { kind: "forget", which };
  if (id === undefined || id === "")
    throw new UsageError(`“lore notes FOLDER ${verb}” needs the id of a note.`);
  if (verb === "correct") {
    if (text === undefined || text.trim() === "" || more.length > 0)
      throw new UsageError("“lore notes FOLDER correct ID” needs one sentence; put it in quotes.");
    return { kind: "correct", id, text };
  }
  if (text !== undefined) throw new UsageError(`“lore notes FOLDER ${verb}” takes one id.`);
  return verb === "forget"
    ? { kind: "forget", which: { id } }
    : { kind: "pin", id, isPinned: verb === "pin" };
}

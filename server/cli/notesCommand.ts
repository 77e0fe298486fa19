import path from "node:path";
import { MemoryError } from "../../protocol/errors.ts";
import type { ForgetNotesParams, ForgetNotesResult, Note } from "../../protocol/notes.ts";
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import type { NotesService } from "../workServices.ts";
import { forgetNotes } from "../workMemory.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { withKeptConversations } from "./keptConversations.ts";
import { checkLine } from "./namedLines.ts";
import { formatNouns } from "./numbers.ts";
import {
  CliError,
  nameFolder,
  openFolder,
  type OpenFolder,
  type Surroundings,
} from "./openFolder.ts";
import type { Command, Common, NotesAction } from "./command.ts";
import { placeText } from "./places.ts";
import { program } from "./program.ts";
import { recordStore } from "./storeList.ts";
import { safe, safeLine, type Terminal } from "./terminal.ts";
import { isFollower, waitFor } from "./waiting.ts";
import { workParams } from "./workChoice.ts";

type Remember = Extract<Command, { kind: "remember" }>;
type Notes = Extract<Command, { kind: "notes" }>;

/** Digits of an id that are shown; as many tell any two notes apart that a person has. */
const idLength = 8;

/** `lore remember`: keeps a sentence, with the lines that it is about. */
export function rememberNote(
  command: Remember,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return withNotes(command, around, async (notes, { root }) => {
    const { text, at, noteKind } = command;
    const lines = at && { ...at, file: path.resolve(root.folder, at.file) };
    if (lines !== undefined) checkLine(lines.file, { file: at?.file ?? "", line: lines.endLine });
    const result = await notes
      .remember({
        text,
        ...(noteKind === undefined ? {} : { kind: noteKind }),
        ...(lines === undefined ? {} : { lines }),
      })
      .catch((error: unknown) => {
        if (at === undefined || !(error instanceof MemoryError)) throw error;
        if (error.errorName !== "invalidRequest") throw error;
        throw new CliError(
          `${safeLine(at.file)} is not in memory, so nothing was noted. “${program} status” lists what is not in memory.`,
        );
      });
    if (command.json) terminal.json(result);
    else {
      const { note, outcome, superseded, contradicts } = result;
      terminal.line(
        outcome === "merged" ? "Noted before; its date is now today’s:" : `Noted as ${note.kind}:`,
      );
      showNote(note, terminal);
      if (superseded !== undefined) {
        terminal.line("It replaces:");
        showNote(superseded, terminal);
      }
      if (contradicts.length > 0) terminal.line("It contradicts:");
      for (const other of contradicts) showNote(other, terminal);
    }
    return exitCodes.ok;
  });
}

/** `lore notes`: lists, corrects, pins and forgets. */
export function workOnNotes(
  command: Notes,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return withNotes(command, around, (notes, folder) => act(command, notes, folder, terminal));
}

async function act(
  { action, json }: Notes,
  notes: NotesService,
  folder: OpenFolder,
  terminal: Terminal,
): Promise<ExitCode> {
  switch (action.kind) {
    case "list":
      return list(action, json, notes, terminal);
    case "pin": {
      const note = await notes.pin(await wholeId(action.id, notes), action.isPinned);
      if (json) terminal.json({ note });
      else showNote(note, terminal);
      return exitCodes.ok;
    }
    case "correct": {
      const { id, text } = action;
      const result = await notes.correct({ id: await wholeId(id, notes), text });
      if (json) terminal.json(result);
      else showNote(result.note, terminal);
      return exitCodes.ok;
    }
    case "forget": {
      const { which } = action;
      const result = await forget(
        "id" in which
          ? { id: await wholeId(which.id, notes) }
          : workParams(which, folder.services.clock.nowMs()),
        notes,
        folder,
      );
      const { nForgotten } = result;
      if (json) terminal.json(result);
      else {
        terminal.line(`${formatNouns(nForgotten, "note")} forgotten.`);
        tellPinnedKept(result, terminal);
      }
      return nForgotten === 0 ? exitCodes.nothing : exitCodes.ok;
    }
  }
}

/** Answers that quoted a note lose it as well, where there are conversations. */
async function forget(
  which: ForgetNotesParams | ForgetWorkParams,
  notes: NotesService,
  folder: OpenFolder,
): Promise<ForgetNotesResult> {
  const forgotten = await withKeptConversations(folder, (conversations) =>
    forgetNotes({ notes, conversations }, which),
  );
  return forgotten ?? notes.forgetNotes(which);
}

/** Says that pinned notes were spared, and how they are forgotten too. */
export function tellPinnedKept(
  { nPinnedKept }: Pick<ForgetNotesResult, "nPinnedKept">,
  terminal: Terminal,
): void {
  if (nPinnedKept === 0) return;
  const [are, them] = nPinnedKept === 1 ? ["is", "it"] : ["are", "them"];
  terminal.line(
    `${formatNouns(nPinnedKept, "pinned note")} ${are} kept; --pinned forgets ${them} as well.`,
  );
}

async function list(
  { search, all }: Extract<NotesAction, { kind: "list" }>,
  json: boolean,
  notes: NotesService,
  terminal: Terminal,
): Promise<ExitCode> {
  const found = await notes.list({ all, ...(search === undefined ? {} : { search }) });
  if (json) terminal.json({ notes: found });
  else if (found.length === 0)
    terminal.line(search === undefined ? "Nothing is noted." : "No note is about this.");
  else for (const note of found) showNote(note, terminal);
  return found.length === 0 ? exitCodes.nothing : exitCodes.ok;
}

function showNote(note: Note, terminal: Terminal): void {
  const day = new Date(note.createdMs).toISOString().slice(0, 10);
  const marks = [
    note.kind,
    safeLine(note.who),
    day,
    ...(note.isPinned ? ["pinned"] : []),
    ...(note.supersededBy === undefined
      ? []
      : [`replaced by ${note.supersededBy.slice(0, idLength)}`]),
  ];
  terminal.line(`${terminal.style("heading", note.id.slice(0, idLength))}  ${safe(note.text)}`);
  terminal.line(`          ${terminal.style("quiet", marks.join(", "))}`);
  for (const { citation, health } of note.evidence) {
    const mark = {
      ok: "",
      needsCheck: "  needs check: changed since",
      gone: "  needs check: gone",
    };
    terminal.line(
      `          ${terminal.style("place", placeText(citation))}${terminal.style("warning", mark[health])}`,
    );
  }
}

/** Returns the id that begins so. Errors: `CliError` when none does, or several. */
async function wholeId(start: string, notes: NotesService): Promise<string> {
  const found = (await notes.list({ all: true })).filter(({ id }) => id.startsWith(start));
  const [note] = found;
  if (note === undefined)
    throw new CliError(`There is no note ${safeLine(start)}.`, "noteNotFound");
  if (found.length > 1) throw new CliError(`Several notes begin with ${safeLine(start)}.`);
  return note.id;
}

function withNotes(
  command: Remember | Notes,
  around: Surroundings,
  work: (notes: NotesService, folder: OpenFolder) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withSearchable(command, around, (folder) => work(folder.services.notes, folder));
}

/** Opens the folder, and waits until the memory knows where code that moved may be. */
export async function withSearchable(
  command: { readonly folder: string } & Common,
  around: Surroundings,
  work: (folder: OpenFolder) => Promise<ExitCode>,
): Promise<ExitCode> {
  const named = nameFolder(command.folder, command, around);
  const folder = await openFolder(named, command, around);
  try {
    recordStore(named);
    if (!isFollower(folder.status())) await waitFor(folder, "searchable", around);
    return await work(folder);
  } finally {
    await folder.close();
  }
}

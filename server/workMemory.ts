/** What concerns notes and conversations alike: writing them to a file, reading them from one, and forgetting. */
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { MemoryError } from "../protocol/errors.ts";
import type { ForgetNotesParams, ForgetNotesResult } from "../protocol/notes.ts";
import {
  memoryFormat,
  memoryFormatVersion,
  type ExportResult,
  type ForgetWorkParams,
  type ForgetWorkResult,
  type ImportResult,
  type LeftOut,
  type SavedHead,
  type SavedNote,
  type SavedProse,
  type SavedTurn,
} from "../protocol/savedMemory.ts";
import type { Prose, PutProseParams, PutProseResult } from "../protocol/prose.ts";
import type { Citation, Root } from "../protocol/types.ts";
import { noteLabel, prose } from "./answer/markdown.ts";
import { readMemoryFile, writeMemoryFile, type SavedMemory } from "./rpc/savedMemoryFile.ts";
import { savedLines } from "./rpc/savedMemoryShape.ts";
import { ShapeError } from "./rpc/shape.ts";
import { maskSecrets } from "./secrets/maskSecrets.ts";
import type { HistoryService } from "./services.ts";
import type {
  ConversationStore,
  GoneNote,
  KeptConversation,
  KeptTurn,
  NotesService,
} from "./workServices.ts";
import { chosenTurns } from "./work/forgetChoice.ts";

/** The memory of the work of what is open. */
export interface WorkMemory {
  readonly notes: NotesService;
  readonly conversations: ConversationStore;
  readonly history: Pick<HistoryService, "forgetEdits">;
  readonly roots: readonly Root[];
}

/** The lines of an exported memory, without line breaks; `counts` is right when all of them were taken. */
interface SavedLines {
  readonly lines: Iterable<string>;
  readonly counts: ExportResult;
}

interface Counting {
  nNotes: number;
  nConversations: number;
  nTurns: number;
  leftOut: LeftOut[];
}

/** Returns all notes and conversations as lines of the exported form. Errors: those of the stores. */
export async function savedLinesOf(memory: WorkMemory): Promise<SavedLines> {
  const notes = await memory.notes.saved();
  const counts: Counting = { nNotes: 0, nConversations: 0, nTurns: 0, leftOut: [] };
  return { counts, lines: linesOf(memory, notes, counts) };
}

function* linesOf(
  { conversations, roots }: WorkMemory,
  notes: readonly SavedNote[],
  counts: Counting,
): Generator<string> {
  const head: SavedHead = {
    type: "memory",
    format: memoryFormat,
    version: memoryFormatVersion,
    roots: roots.map(({ id, name }) => ({ id, name })),
  };
  yield JSON.stringify(head);
  for (const note of savableNotes(notes, counts.leftOut)) {
    counts.nNotes++;
    yield JSON.stringify({ type: "note", ...note });
  }
  for (const { turns, ...conversation } of conversations.kept()) {
    const title = savable("conversation", conversation, counts.leftOut);
    if (title === undefined) continue;
    counts.nConversations++;
    yield JSON.stringify({ type: "conversation", ...title });
    for (const turn of turns) {
      const saved = savable("turn", savedTurn(conversation.id, turn, roots), counts.leftOut);
      if (saved === undefined) continue;
      counts.nTurns++;
      yield JSON.stringify({ type: "turn", ...saved });
    }
  }
}

/** Notes with what replaced them: an import would take one whose replacement is missing for a live one. */
function savableNotes(notes: readonly SavedNote[], leftOut: LeftOut[]): SavedNote[] {
  const good = new Map(
    notes.flatMap((note) => {
      const saved = savable("note", note, leftOut);
      return saved === undefined ? [] : [[note.id, saved] as const];
    }),
  );
  for (let nBefore = -1; nBefore !== good.size;) {
    nBefore = good.size;
    for (const { id, supersededBy } of [...good.values()]) {
      if (supersededBy === undefined || good.has(supersededBy)) continue;
      good.delete(id);
      leftOut.push({ type: "note", id, why: "what replaced it is left out" });
    }
  }
  return [...good.values()];
}

/** Checked as an import checks it, so that what is written can be read, and its fields are in one order. */
function savable<K extends LeftOut["type"]>(
  type: K,
  item: Parameters<(typeof savedLines)[K]>[0] & { readonly id: string },
  leftOut: LeftOut[],
): ReturnType<(typeof savedLines)[K]> | undefined {
  try {
    return savedLines[type](item, type) as ReturnType<(typeof savedLines)[K]>;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    leftOut.push({ type, id: maskSecrets(item.id), why: error.message });
    return undefined;
  }
}

/**
 * Writes all notes and conversations to a file. Rejects with the signal's reason when cancelled.
 * Errors: those of `memory/export`.
 */
export async function exportMemory(
  memory: WorkMemory,
  file: string,
  signal: AbortSignal,
): Promise<ExportResult> {
  const { lines, counts } = await savedLinesOf(memory);
  await writeMemoryFile(file, lines, signal);
  return counts;
}

/**
 * Adds what a file holds and is not here yet, in steps, so that other requests are answered meanwhile. When it is broken
 * off, by a failure, a cancel or a kill, what was added stays, and importing again adds the rest. Folders of the file are
 * those of the same id here, else of the same name, else the first one. Rejects with the signal's reason when cancelled.
 * Errors: those of `memory/import`.
 */
export async function importMemory(
  { notes, conversations, roots }: WorkMemory,
  file: string,
  signal: AbortSignal,
): Promise<ImportResult> {
  if (roots.length === 0) throw new MemoryError("rootNotOpen");
  const saved = await readMemoryFile(file, signal);
  const rootOf = rootsHere(saved, roots);
  const turns = Map.groupBy(saved.turns, ({ conversationId }) => conversationId);
  const kept = saved.conversations.map((conversation): KeptConversation => ({
    ...conversation,
    turns: (turns.get(conversation.id) ?? []).map((turn) => turnHere(turn, rootOf)),
  }));
  const pause = async (): Promise<void> => {
    // Other requests are answered in between.
    await setImmediate();
    signal.throwIfAborted();
  };
  const nNotes = await notes.addSaved(
    saved.notes.map((note) => ({ ...note, rootId: rootOf(note.rootId).id })),
    pause,
  );
  const added = await conversations.addKept(kept, pause);
  return { nNotes, ...added };
}

/**
 * Deletes notes, turns and edits for good, and says how many. Rejects with the signal's reason when cancelled. Errors: those
 * of the stores.
 */
export async function forgetWork(
  { notes, conversations, history, roots }: WorkMemory,
  which: ForgetWorkParams,
  signal: AbortSignal,
): Promise<ForgetWorkResult> {
  const relativeTo = (file: string): string | undefined => placeIn(roots, file)?.path;
  const { nForgotten, nPinnedKept } = await forgetNotes({ notes, conversations }, which);
  const turns = conversations.forgetTurns((those) => chosenTurns(those, which, relativeTo));
  if (which.all === true) conversations.forgetDamaged();
  const nEdits = await history.forgetEdits(which, signal);
  return { nNotes: nForgotten, ...turns, nEdits, nPinnedKept };
}

/** Deletes notes, and what answers quoted of them, and says how many notes. Errors: those of the stores. */
export async function forgetNotes(
  { notes, conversations }: Pick<WorkMemory, "notes" | "conversations">,
  which: ForgetNotesParams | ForgetWorkParams,
): Promise<ForgetNotesResult> {
  const before = await notes.saved();
  const result = await notes.forgetNotes(which);
  const left = new Set((await notes.saved()).map(({ id }) => id));
  forgetQuotes(
    conversations,
    before.filter(({ id }) => !left.has(id)),
  );
  return result;
}

/** Takes what was quoted and told of deleted notes out of answers. Errors: those of the store. */
export function forgetQuotes(
  conversations: Pick<ConversationStore, "forgetQuotedNotes">,
  gone: readonly GoneNote[],
): void {
  conversations.forgetQuotedNotes(
    gone.map(({ id, text }) => ({
      id,
      words: prose(text),
      plain: text.replace(/\s+/g, " ").trim(),
      label: noteLabel(id).toLowerCase(),
    })),
  );
}

/**
 * Keeps what a language model wrote, unless something that it was shown has been forgotten while it wrote: nothing is kept
 * then. Errors: those of the stores.
 */
export async function keepProse(
  { notes, conversations }: Pick<WorkMemory, "notes" | "conversations">,
  { conversationId, turnId, prose: written, asOf }: PutProseParams,
): Promise<PutProseResult> {
  const isKept =
    (await notes.haveAll(written.noteIds ?? [])) &&
    conversations.putProse(conversationId, turnId, written, asOf);
  return { isKept };
}

function rootsHere(saved: SavedMemory, roots: readonly Root[]): (id: string) => Root {
  const here = new Map(
    saved.roots.map(({ id, name }) => [
      id,
      roots.find((root) => root.id === id) ?? roots.find((root) => root.name === name),
    ]),
  );
  return (id) => here.get(id) ?? (roots[0] as Root);
}

function savedTurn(conversationId: string, turn: KeptTurn, roots: readonly Root[]): SavedTurn {
  const { id, role, text, createdMs, state, selection, citations, abstained, tiers } = turn;
  const place = selection && placeIn(roots, selection.file);
  return {
    ...{ id, conversationId, role, text, createdMs, citations, abstained, tiers },
    // Nobody goes on writing a turn of a file.
    state: state === "streaming" ? "interrupted" : state,
    ...(selection === undefined || place === undefined
      ? {}
      : { selection: { ...place, text: selection.text, range: selection.range } }),
    ...(turn.parentId === undefined ? {} : { parentId: turn.parentId }),
    ...(turn.isPinned === true ? { isPinned: true } : {}),
    ...(turn.elapsedMs === undefined ? {} : { elapsedMs: turn.elapsedMs }),
    ...(turn.prose === undefined ? {} : { prose: savedProse(turn.prose) }),
    ...(turn.plan === undefined ? {} : { plan: turn.plan }),
  };
}

function savedProse(prose: Prose): SavedProse {
  return { ...prose, state: prose.state === "streaming" ? "interrupted" : prose.state };
}

function turnHere(turn: SavedTurn, rootOf: (id: string) => Root): KeptTurn {
  const { conversationId: _conversationId, selection, prose, ...rest } = turn;
  const here = (citations: readonly Citation[]): Citation[] =>
    citations.map((citation) => ({ ...citation, rootId: rootOf(citation.rootId).id }));
  return {
    ...rest,
    citations: here(rest.citations),
    ...(prose === undefined ? {} : { prose: { ...prose, citations: here(prose.citations) } }),
    recalls: [],
    ...(selection === undefined
      ? {}
      : {
          selection: {
            file: path.join(rootOf(selection.rootId).folder, selection.path),
            text: selection.text,
            range: selection.range,
          },
        }),
  };
}

/** The root that holds a file, by absolute path, and the path inside it; `undefined` for a file of no root. */
function placeIn(
  roots: readonly Root[],
  file: string,
): { readonly rootId: string; readonly path: string } | undefined {
  for (const { id, folder } of roots) {
    const relative = path.relative(folder, file);
    if (relative !== "" && !relative.startsWith("..") && !path.isAbsolute(relative))
      return { rootId: id, path: relative.replaceAll(path.sep, "/") };
  }
  return undefined;
}

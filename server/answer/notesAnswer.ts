/** What notes add to answers: they are written, quoted with who wrote them and when, and held against the code. */
import { MemoryError } from "../../protocol/errors.ts";
import type { AskParams } from "../../protocol/methods.ts";
import type { Note, NoteEvidence, NoteHealth, NoteKind } from "../../protocol/notes.ts";
import type { Answer } from "../../protocol/types.ts";
import { askedBehind } from "../recall/mentions.ts";
import type { ParsedQuestion } from "../recall/question.ts";
import { readSourceFile } from "../recall/sourceFile.ts";
import type { NoteWish, RecalledNote } from "../workServices.ts";
import { noteQuestion, type NoteSentence } from "../work/noteSentence.ts";
import { wordTerms } from "../work/noteWords.ts";
import { AnswerWriter, type Emit } from "./answerWriter.ts";
import type { AnswerOutcome, AnswerPorts, Ask } from "./ask.ts";
import { turnsAnswer } from "./turnsAnswer.ts";
import { code, prose } from "./markdown.ts";
import { tellNoScope } from "./mentionText.ts";

const maxNotes = 5;
const maxOfKind = 20;
/** Notes that come along by their links. */
const maxLinked = 3;
/** A note answers a question when it holds this share of what the question is about. */
const topicCoverage = 0.45;
/** A question that code may answer too needs a note that is more clearly about it. */
const whyCoverage = 0.6;
/** A note is told beside an answer about code only when it is clearly about the same. */
const mentionCoverage = 0.75;
const minSharedWords = 2;
/** It holds every word, but for what adding up numbers costs. */
const wholeCoverage = 0.999;
/** Notes that are told before code that may not answer. */
const maxFirst = 3;
/** Lines of evidence that are shown. */
const maxShownLines = 12;

/** Writes down a sentence, and says what came of it. Errors: those of `notes/remember`. */
export async function answerRemember(
  sentence: NoteSentence,
  params: AskParams,
  ports: AnswerPorts,
  emit: Emit,
): Promise<Answer> {
  const startMs = ports.clock.elapsedMs();
  const writer = new AnswerWriter(emit, ports.hashText);
  const { selection, activeFile, conversationId } = params;
  const { note, outcome, superseded, contradicts } = await ports.notes.remember({
    text: sentence.text,
    kind: sentence.kind,
    ...(selection === undefined ? {} : { lines: { file: selection.file, ...selection.range } }),
    ...(activeFile === undefined ? {} : { activeFile }),
    ...(conversationId === undefined ? {} : { conversationId }),
  });
  writer.block(
    outcome === "merged"
      ? "This was noted before; its date is now today’s:"
      : `Noted as ${kindWords[note.kind]}:`,
  );
  writeNote(writer, ports, note);
  if (superseded !== undefined) {
    writer.block(
      `It replaces what was noted on ${dayOf(superseded)}, which is kept and no longer recalled:`,
    );
    writer.block(quoted(superseded));
  }
  if (contradicts.length > 0) {
    writer.block(
      "It contradicts what was noted before. Both are kept; begin with “Actually, …” to replace the older one:",
    );
    for (const other of contradicts.slice(0, maxNotes)) writer.block(quoted(other));
  }
  writer.flush();
  return {
    markdown: writer.markdown,
    citations: writer.citations,
    abstained: false,
    recalls: [],
    coverage: { filesSeen: 0, remembered: 0, pending: 0, skipped: 0, failed: 0 },
    tiers: [],
    trace: { terms: [], identifiers: [], paths: [], literals: [], stages: [] },
    elapsedMs: ports.clock.elapsedMs() - startMs,
  };
}

/** Answers a question that notes answer; `undefined` when it is none, or no note does. */
export async function answerFromNotes(ask: Ask): Promise<AnswerOutcome | undefined> {
  const { ports, params, writer, signal } = ask;
  const wanted = noteQuestion(askedBehind(params.question));
  if (wanted === undefined) return undefined;
  const { kinds, topic, onlyNotes } = wanted;
  const notes = await recallNotes(ask, {
    text: topic,
    kinds,
    minCoverage: onlyNotes ? topicCoverage : whyCoverage,
    ...(onlyNotes ? {} : { minWords: minSharedWords }),
    limit: topic === "" ? maxOfKind : maxNotes,
  });
  signal.throwIfAborted();
  if (notes === undefined) return undefined;
  if (notes.length === 0) {
    // What was said in conversations may answer it all the same, and is said to be that.
    if (onlyNotes && !turnsAnswer(ask)) writer.block("No note says anything about this.");
    return undefined;
  }
  tellNoScope(ask, "notes");
  for (const note of notes) writeNote(writer, ports, note);
  // Who asks for all notes of a kind has what belongs to them already, or does not want it.
  const ids = topic === "" ? [] : notes.map(({ id }) => id);
  const linked = await ports.notes.linked(ids, maxLinked);
  signal.throwIfAborted();
  if (linked.length > 0) writer.block("Notes that belong to it:");
  for (const note of linked) writer.block(quoted(note) + markOf(note));
  writer.flush();
  return "answered";
}

/** A name that notes about a part of a question cite; `part` is its index. */
export interface CitedName {
  readonly name: string;
  readonly part: number;
}

/**
 * Writes the notes that are about a part of a question, each once and with what it cites. Returns how many there are, and
 * the names of the definitions that they cite: details are looked for there first.
 */
export async function tellNotes(
  ask: Ask,
  parts: readonly ParsedQuestion[],
): Promise<{ readonly nNotes: number; readonly names: readonly CitedName[] }> {
  const told = new Map<string, CitedName[]>();
  for (const [part, { identifiers, words }] of parts.entries()) {
    const text = [...identifiers, ...words];
    if (text.length < minSharedWords) continue;
    const wish = { text: text.join(" "), kinds: [], minCoverage: whyCoverage, limit: maxNotes };
    for (const note of (await recallNotes(ask, { ...wish, minWords: minSharedWords })) ?? []) {
      if (told.has(note.id)) continue;
      if (told.size === 0) tellNoScope(ask, "notes");
      const names = note.evidence.flatMap(({ citation }) => citation.symbol?.name ?? []);
      told.set(
        note.id,
        names.map((name) => ({ name, part })),
      );
      writeNote(ask.writer, ask.ports, note);
    }
    ask.signal.throwIfAborted();
  }
  return { nNotes: told.size, names: [...told.values()].flat() };
}

/** How far notes answer a question: one that holds every word of it does, another one is only about the same. */
export type NotesSay = "answer" | "something" | "nothing";

/** What was told of notes, for each question whose answer begins with them. */
const told = new WeakMap<Ask, NotesSay>();

/**
 * Writes notes that are clearly about what was asked, once, where the code does not surely answer it. `alone`: it has no
 * answer at all, so that a note which holds the one word of a question is told too.
 */
export async function tellNotesFirst(ask: Ask, alone: boolean): Promise<NotesSay> {
  const before = told.get(ask);
  if (before !== undefined) return before;
  const words = subjectWords(ask);
  const notes = await notesAbout(ask, words, alone ? 1 : minSharedWords, maxFirst);
  if (notes.length > 0) tellNoScope(ask, "notes");
  for (const note of notes) writeNote(ask.writer, ask.ports, note);
  // Of one word it is not known what was asked of it.
  const isWhole =
    words.length >= minSharedWords && notes.some(({ coverage }) => coverage >= wholeCoverage);
  const say = isWhole ? "answer" : notes.length > 0 ? "something" : "nothing";
  told.set(ask, say);
  return say;
}

/** True when some note holds one of these words, whatever it is about; false where notes cannot be read, which is said. */
export async function anyNoteHolds({ ports }: Ask, words: readonly string[]): Promise<boolean> {
  const said = words.filter((word) => wordTerms(word).length > 0);
  if (said.length === 0) return false;
  try {
    // Nothing of it is shown, so that it does not count as a use of the note.
    return (await ports.notes.list({ search: said.join(" ") })).length > 0;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return false;
  }
}

/** Adds one line about a note that is clearly about what was asked. */
export async function mentionNote(ask: Ask): Promise<void> {
  if (told.has(ask)) return;
  const [note] = await notesAbout(ask, subjectWords(ask), minSharedWords, 1);
  if (note === undefined) return;
  ask.writer.block(
    `Noted by ${whoOf(note)} on ${dayOf(note)}: “${prose(note.text)}”${markOf(note)}`,
  );
}

/** Returns the names and words that say what a question is about. */
function subjectWords({ question }: Ask): readonly string[] {
  const words = [...question.identifiers, ...question.words];
  return words.filter((word) => !amounts.test(word) && wordTerms(word).length > 0);
}
const amounts = /^(?:many|much|often)$/i;

/** Of a single word a note has to hold all. */
async function notesAbout(
  ask: Ask,
  words: readonly string[],
  leastWords: number,
  limit: number,
): Promise<readonly RecalledNote[]> {
  if (words.length < leastWords) return [];
  const minWords = Math.min(minSharedWords, words.length);
  const minCoverage = minWords < minSharedWords ? wholeCoverage : mentionCoverage;
  const wish = { text: words.join(" "), kinds: [], minCoverage, minWords, limit };
  return (await recallNotes(ask, wish)) ?? [];
}

/** `undefined` when the store of notes cannot be read, which is said: the code can still be asked. */
async function recallNotes(
  { ports, params, writer }: Ask,
  wish: NoteWish,
): Promise<readonly RecalledNote[] | undefined> {
  const { rootIds } = params;
  try {
    return await ports.notes.recall({ ...wish, ...(rootIds === undefined ? {} : { rootIds }) });
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    writer.block("*Notes cannot be read at the moment.*");
    return undefined;
  }
}

/** Asks whether a sentence should be remembered. */
export function offerText({ text, kind }: NoteSentence): string {
  return `Shall I remember “${prose(text)}” as ${kindWords[kind]}? Answer **y** to keep it.`;
}

const kindWords: Readonly<Record<NoteKind, string>> = {
  decision: "a decision",
  fact: "a fact",
  preference: "a preference",
  todo: "a to-do",
};

const healthMarks: Readonly<Record<NoteHealth, string>> = {
  ok: "",
  needsCheck: "**⚠ Needs check: the code that it cites has changed since.**",
  gone: "**⚠ Needs check: the file that it cites is gone.**",
};

/** A note as it is told; only one that was recalled may have a later one. */
type ToldNote = Note & Pick<RecalledNote, "saidLater">;

function markOf(note: ToldNote): string {
  return marksOf(note)
    .map((mark) => ` ${mark}`)
    .join("");
}

function marksOf({ health, saidLater }: ToldNote): string[] {
  const later =
    saidLater === undefined
      ? []
      : [`**⚠ A later note may say otherwise: ${dayOf(saidLater)}, ${idOf(saidLater)}.**`];
  return [...(health === "ok" ? [] : [healthMarks[health]]), ...later];
}

function writeNote(writer: AnswerWriter, ports: AnswerPorts, note: ToldNote): void {
  writer.block(quoted(note));
  for (const mark of marksOf(note)) writer.block(mark);
  for (const evidence of note.evidence) writeEvidence(writer, ports, evidence);
}

function quoted(note: Note): string {
  const pinned = note.isPinned ? ", pinned" : "";
  return `> ${prose(note.text)}\n\n*${whoOf(note)}, ${dayOf(note)}, ${kindWords[note.kind]}${pinned}, ${idOf(note)}*`;
}

/** Shows what the note cites; where that has changed, what stands in its place. */
function writeEvidence(writer: AnswerWriter, ports: AnswerPorts, evidence: NoteEvidence): void {
  const { citation, health } = evidence;
  const { rootId, path, range, symbol } = citation;
  const file = readSourceFile(ports.source, rootId, path);
  const lines = `${path}:${range.start.line + 1}-${range.end.line + 1}`;
  if (file === undefined || range.start.line >= file.nLines) {
    writer.block(`It cites ${code(lines)}, which is not there any more.`);
    return;
  }
  const last = Math.min(range.end.line, range.start.line + maxShownLines - 1, file.nLines - 1);
  const shown = file.linesRange(range.start.line, last);
  const here = writer.link(file, shown, health === "ok" ? symbol : undefined);
  writer.block(
    health === "ok" ? `It cites ${here}:` : `What it cites stood in ${here}, where there is now:`,
  );
  writer.show(file, shown, health === "ok" ? symbol : undefined);
}

function whoOf({ who }: Note): string {
  return who === "" ? "somebody" : prose(who);
}

function idOf({ id }: Pick<Note, "id">): string {
  return code(id.slice(0, 8));
}

function dayOf({ createdMs }: Pick<Note, "createdMs">): string {
  return new Date(createdMs).toISOString().slice(0, 10);
}

/** The requests about notes. */
import * as methods from "../../protocol/methods.ts";
import type { NotesService } from "../workServices.ts";
import { forgetNotes, forgetQuotes } from "../workMemory.ts";
import { params as shapes } from "./params.ts";
import type { Router } from "./router.ts";
import type { Session } from "./session.ts";

/** Answers the requests about notes, and tells of their changes until the returned function is called. */
export function answerAboutNotes(
  router: Router,
  notes: NotesService,
  session: Session,
): () => void {
  router.answer(methods.remember, shapes.remember, (params) => notes.remember(params));
  router.answer(methods.correctNote, shapes.correctNote, (params) => notes.correct(params));
  router.answer(methods.listNotes, shapes.listNotes, async (params) => ({
    notes: await notes.list(params),
  }));
  router.answer(methods.pinNote, shapes.pinNote, async ({ id, isPinned }) => ({
    note: await notes.pin(id, isPinned),
  }));
  router.answer(methods.forgetNotes, shapes.forgetNotes, (params) =>
    forgetNotes({ notes, conversations: session.conversations() }, params),
  );
  const stops = [
    notes.onRoomMade((gone) => Promise.try(() => forgetQuotes(session.conversations(), gone))),
    notes.onChanged((state) => router.notify(methods.notesChanged, state)),
  ];
  return () => stops.forEach((stop) => stop());
}

import { NoteStore } from "./noteStore.ts";

/**
 * Copies the notes of one folder into another one, where those of the same id stay as they are. The older file is left to
 * the caller to remove. Errors: those of opening and writing a store.
 */
export function adoptNotes(from: string, to: string): void {
  const older = new NoteStore(from);
  try {
    const notes = older.all();
    if (notes.length === 0) return;
    const store = new NoteStore(to);
    try {
      store.addAll(notes);
    } finally {
      store.close();
    }
  } finally {
    older.close();
  }
}

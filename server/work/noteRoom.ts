/** Keeps a store of notes within its room. */
import { bytesToFree, whatToForget } from "./forgettingOrder.ts";
import type { NoteStore, StoredNote } from "./noteStore.ts";

/**
 * Deletes notes of a store that takes more than `maxBytes` on the disk, never the one that was just written, and returns
 * them, with the older versions that they replaced. Errors: those of the store.
 */
export function makeRoom(
  store: NoteStore,
  {
    maxBytes,
    writtenId,
    nowMs,
  }: {
    readonly maxBytes: number;
    readonly writtenId: string | undefined;
    readonly nowMs: number;
  },
): StoredNote[] {
  const taken = store.bytes();
  if (taken <= maxBytes) return [];
  const before = store.all();
  const items = before.map((note) => ({
    ...note,
    bytes: Buffer.byteLength(JSON.stringify(note)),
    isPinned: note.isPinned || note.id === writtenId,
  }));
  store.forget(whatToForget(items, bytesToFree(items, taken, maxBytes), nowMs));
  const left = new Set(store.all().map(({ id }) => id));
  return before.filter(({ id }) => !left.has(id));
}

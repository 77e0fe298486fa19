/** How much is left of notes, counted for the memory picture. */
import type { NoteHealth } from "../../protocol/notes.ts";
import { nStrengthSteps, type NotesPicture } from "../../protocol/picture.ts";
import type { StoredNote } from "./noteStore.ts";
import { strength } from "./strength.ts";

/** A live note with what its evidence came to when it was looked at last. */
export interface SeenNote {
  readonly note: StoredNote;
  readonly health: NoteHealth;
}

/** Live notes with their strength, 0 to 1, in the order of a picture, and what they count to. */
export interface WeighedNotes {
  readonly counts: Omit<NotesPicture, "notes" | "nReplaced">;
  readonly inOrder: readonly (SeenNote & { readonly strength: number })[];
}

/** Weighs live notes: those whose code changed come first, then the strongest, then the newest. */
export function weighNotes(live: readonly SeenNote[], nowMs: number): WeighedNotes {
  const weighed = live.map((seen) => ({ ...seen, strength: strength(seen.note, nowMs) }));
  const health = { ok: 0, needsCheck: 0, gone: 0 };
  const strengths = Array.from({ length: nStrengthSteps }, () => 0);
  for (const each of weighed) {
    health[each.health]++;
    const step = Math.min(nStrengthSteps - 1, Math.floor(each.strength * nStrengthSteps));
    strengths[step] = (strengths[step] ?? 0) + 1;
  }
  const inOrder = weighed.toSorted(
    (a, b) =>
      Number(a.health === "ok") - Number(b.health === "ok") ||
      b.strength - a.strength ||
      b.note.createdMs - a.note.createdMs,
  );
  const nPinned = live.filter(({ note }) => note.isPinned).length;
  return { counts: { nNotes: live.length, nPinned, health, strengths }, inOrder };
}

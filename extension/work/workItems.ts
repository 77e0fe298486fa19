/** The rows of the view of conversations and notes, as plain values. */
import { noteKinds, type Note, type NoteKind } from "../../protocol/notes.ts";
import type { Conversation } from "../../protocol/types.ts";
import { oneLine } from "../displayText.ts";
import { ageText } from "../ageText.ts";
import type { Wording } from "../wording.ts";

/** What stands behind a row. */
export type WorkNode =
  | { readonly kind: "conversations"; readonly conversations: readonly Conversation[] }
  | { readonly kind: "conversation"; readonly conversation: Conversation }
  | { readonly kind: "notes"; readonly notes: readonly Note[] }
  | { readonly kind: "noteKind"; readonly noteKind: NoteKind; readonly notes: readonly Note[] }
  | { readonly kind: "note"; readonly note: Note };

/** A row in words, icons by the editor's names. */
export interface WorkRow {
  /** Stays the same while the row is about the same, so that it stays open and selected. */
  readonly id: string;
  readonly label: string;
  readonly description: string;
  /** What a screen reader says. */
  readonly spoken: string;
  readonly icon: string;
  /** True where the icon is to warn. */
  readonly warns: boolean;
  /** For the `when` clauses of the row's commands. */
  readonly context: string;
  readonly hasChildren: boolean;
}

const maxLabelLength = 120;

/** The top rows; none at all while nothing is kept, so that the view can say so. */
export function workRoots(
  conversations: readonly Conversation[],
  notes: readonly Note[],
): WorkNode[] {
  if (conversations.length + notes.length === 0) return [];
  return [
    { kind: "conversations", conversations },
    { kind: "notes", notes },
  ];
}

/** The rows below a row, in order. */
export function childrenOf(node: WorkNode): WorkNode[] {
  switch (node.kind) {
    case "conversations":
      return node.conversations.map((conversation) => ({ kind: "conversation", conversation }));
    case "notes":
      return noteKinds.flatMap((noteKind) => {
        const notes = node.notes.filter(({ kind }) => kind === noteKind);
        return notes.length === 0 ? [] : [{ kind: "noteKind", noteKind, notes } as const];
      });
    case "noteKind":
      return node.notes
        .toSorted((a, b) => Number(b.isPinned) - Number(a.isPinned))
        .map((note) => ({ kind: "note", note }));
    case "conversation":
    case "note":
      return [];
  }
}

/** A row in the user's language. */
export function rowOf(node: WorkNode, wording: Wording, nowMs: number): WorkRow {
  const { t, count, language } = wording;
  const group = (id: string, label: string, icon: string, n: number): WorkRow => ({
    ...{ id, label, icon, description: count(n), spoken: `${label}, ${count(n)}` },
    ...{ warns: false, context: id, hasChildren: n > 0 },
  });
  switch (node.kind) {
    case "conversations":
      return group(
        "conversations",
        t("Conversations"),
        "comment-discussion",
        node.conversations.length,
      );
    case "notes":
      return group("notes", t("Notes"), "note", node.notes.length);
    case "noteKind":
      return group(
        `notes.${node.noteKind}`,
        kindName(node.noteKind, wording),
        kindIcons[node.noteKind],
        node.notes.length,
      );
    case "conversation": {
      const { id, title, updatedMs } = node.conversation;
      const label = oneLine(title, maxLabelLength) || t("New conversation");
      const description = ageText(updatedMs, nowMs, language);
      return {
        ...{ id: `conversation:${id}`, label, description, icon: "comment" },
        ...{ spoken: `${label}, ${description}`, warns: false },
        ...{ context: "conversation", hasChildren: false },
      };
    }
    case "note":
      return noteRow(node.note, wording);
  }
}

function noteRow(note: Note, wording: Wording): WorkRow {
  const { t } = wording;
  const label = oneLine(note.text, maxLabelLength);
  const marks = [
    ...(note.health === "needsCheck" ? [t("needs check")] : []),
    ...(note.health === "gone" ? [t("its code is gone")] : []),
    ...(note.isPinned ? [t("pinned")] : []),
  ];
  const description = marks.join(", ");
  return {
    ...{ id: `note:${note.id}`, label, description },
    spoken: [kindName(note.kind, wording), label, ...marks].join(", "),
    icon: note.health === "ok" ? (note.isPinned ? "pinned" : kindIcons[note.kind]) : "warning",
    warns: note.health !== "ok",
    context: note.isPinned ? "note.pinned" : "note.loose",
    hasChildren: false,
  };
}

const kindIcons: Readonly<Record<NoteKind, string>> = {
  decision: "milestone",
  fact: "book",
  preference: "heart",
  todo: "checklist",
};

function kindName(kind: NoteKind, { t }: Wording): string {
  switch (kind) {
    case "decision":
      return t("Decisions");
    case "fact":
      return t("Facts");
    case "preference":
      return t("Preferences");
    case "todo":
      return t("To do");
  }
}

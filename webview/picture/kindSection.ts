import type { MemoryPicture } from "../../protocol/picture.ts";
import { section, type Surroundings } from "./parts.ts";
import { table, type Row } from "./table.ts";
import { sizeText } from "./words.ts";

/** What is remembered, by kind: how many, and what they take on disk. The files are those of the folder that is shown. */
export function kindSection(picture: MemoryPicture, { texts }: Surroundings): HTMLElement {
  const { disk, health, notes, conversations, history, deep } = picture;
  const row = (name: string, holds: string, details: string, bytes: number): Row => ({
    cells: [name, holds, details, sizeText(bytes, texts)],
  });
  const rows = [
    row(
      texts.text("kind.files"),
      texts.plural("files", health.nRemembered),
      texts.text(
        "filesDetails",
        texts.number(health.nBySyntax),
        texts.number(health.nByLines + health.nToRefine),
      ),
      disk.files,
    ),
    row(
      texts.text("kind.commits"),
      texts.plural("commits", history.status.nCommits),
      historyDetails(picture, texts),
      disk.history,
    ),
    row(
      texts.text("kind.conversations"),
      texts.plural("conversations", conversations.nConversations),
      texts.plural("turns", conversations.nTurns),
      disk.conversations,
    ),
    row(
      texts.text("kind.notes"),
      texts.plural("notes", notes.nNotes),
      [texts.plural("pinned", notes.nPinned), texts.plural("replaced", notes.nReplaced)].join(", "),
      disk.notes,
    ),
  ];
  if (deep !== undefined) {
    const blocks = [deep.nShortTermBlocks, deep.nLongTermBlocks, deep.nRecalledBlocks];
    rows.push(
      row(
        texts.text("kind.deep"),
        texts.plural("tokens", deep.nTokens),
        texts.text("deepBlocks", ...blocks.map((n) => texts.number(n))),
        disk.deep,
      ),
    );
  }
  const columns = [
    { title: texts.text("kind") },
    { title: texts.text("holds"), isNumber: true },
    { title: texts.text("newest") },
    { title: texts.text("onDisk"), isNumber: true },
  ];
  return section(
    "kinds",
    texts.text("kinds"),
    table(texts.text("kindsCaption"), columns, rows, texts),
  );
}

function historyDetails(
  { history: { status } }: MemoryPicture,
  texts: Surroundings["texts"],
): string {
  if (status.nCommits === 0) return texts.text(`history.${status.state}`);
  const since = new Date(status.oldestMs).toISOString().slice(0, 10);
  return texts.text(status.isWhole ? "historySince" : "historyPart", since);
}

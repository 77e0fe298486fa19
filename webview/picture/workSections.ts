/** Conversations and commits: what they are called, when they were, and the way to them. */
import type { ConversationsPicture, HistoryPicture } from "../../protocol/picture.ts";
import { button, line, moreLine, section, type Surroundings } from "./parts.ts";
import { table } from "./table.ts";
import { shownText } from "./words.ts";

/** Conversations, the last used first. */
export function conversationSection(
  { nConversations, conversations }: ConversationsPicture,
  atMs: number,
  around: Surroundings,
): HTMLElement {
  const { texts, post } = around;
  const title = texts.text("conversations");
  if (nConversations === 0)
    return section("conversations", title, line(texts.text("noConversations")));
  const columns = [
    { title: texts.text("conversation") },
    { title: texts.text("turns"), isNumber: true },
    { title: texts.text("lastUsed") },
    { title: texts.text("actions") },
  ];
  const rows = conversations.map(({ id, title: given, nTurns, updatedMs }) => {
    const shown = shownText(given) || texts.text("untitled");
    const open = button(`talk-${id}`, shown, () => post({ type: "openConversation", id }), {
      label: texts.text("openConversation", shown),
    });
    const remove = button(
      `delete-${id}`,
      texts.text("delete"),
      () => post({ type: "deleteConversation", id }),
      { label: texts.text("deleteLabel", shown) },
    );
    return { cells: [[open], texts.number(nTurns), texts.ago(updatedMs, atMs), [remove]] };
  });
  return section(
    "conversations",
    title,
    table(texts.text("conversationsCaption"), columns, rows, texts),
    moreLine("conversations", nConversations - conversations.length, around),
  );
}

/** Commits, the newest first. */
export function commitSection(
  { status, commits }: HistoryPicture,
  atMs: number,
  around: Surroundings,
): HTMLElement {
  const { texts, post } = around;
  const title = texts.text("commits");
  if (status.nCommits === 0)
    return section("commits", title, line(texts.text(`history.${status.state}`)));
  const columns = [
    { title: texts.text("commit") },
    { title: texts.text("author") },
    { title: texts.text("made") },
  ];
  const rows = commits.map(({ hash, author, authoredMs, subject }) => {
    const shown = shownText(subject) || hash.slice(0, 10);
    const open = button(`commit-${hash}`, shown, () => post({ type: "openCommit", hash }), {
      label: texts.text("openCommit", shown),
    });
    return { cells: [[open], shownText(author, 60), texts.ago(authoredMs, atMs)] };
  });
  return section(
    "commits",
    title,
    table(texts.text("commitsCaption"), columns, rows, texts),
    moreLine("commits", status.nCommits - commits.length, around),
  );
}

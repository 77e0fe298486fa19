/** The memory picture as tables for a terminal. */
import {
  ageSteps,
  nStrengthSteps,
  type FileHealth,
  type FileSums,
  type MemoryPicture,
} from "../../protocol/picture.ts";
import { day, commitLine, stateText } from "../answer/historyWording.ts";
import { formatBytes, formatCount, formatNouns } from "./numbers.ts";
import { curveLines } from "./retentionText.ts";
import { reasonText } from "./statusText.ts";
import { safeLine, type Terminal } from "./terminal.ts";

type Row = readonly string[];

/** Returns the lines that show a picture. */
export function pictureLines(picture: MemoryPicture, terminal: Terminal): string[] {
  const heading = (text: string): string => terminal.style("heading", text);
  return [
    heading("By kind"),
    ...kindLines(picture),
    "",
    heading(`By folder: ${picture.folder.path === "" ? "all" : safeLine(picture.folder.path)}`),
    ...folderLines(picture),
    "",
    heading("By age"),
    ...ageLines(picture),
    "",
    heading("Notes, by strength"),
    ...noteLines(picture),
    "",
    heading("Conversations"),
    ...conversationLines(picture),
    "",
    heading("Commits"),
    ...commitLines(picture),
    "",
    heading("Health"),
    ...healthLines(picture),
    "",
    heading("Retention"),
    ...retentionLines(picture),
  ];
}

function kindLines({ health, disk, notes, conversations, history, deep }: MemoryPicture): string[] {
  const held = (n: number, noun: string): string => formatNouns(n, noun);
  return table(
    ["kind", "holds", "on disk"],
    [
      ["files", held(health.nRemembered, "file"), formatBytes(disk.files)],
      ["commits", held(history.status.nCommits, "commit"), formatBytes(disk.history)],
      [
        "conversations",
        `${held(conversations.nConversations, "conversation")}, ${held(conversations.nTurns, "turn")}`,
        formatBytes(disk.conversations),
      ],
      [
        "notes",
        `${held(notes.nNotes, "note")}, ${formatCount(notes.nReplaced)} replaced`,
        formatBytes(disk.notes),
      ],
      ...(deep === undefined
        ? []
        : [["deep memory", held(deep.nTokens, "token"), formatBytes(disk.deep)]]),
    ],
  );
}

function folderLines({ folder }: MemoryPicture): string[] {
  const { parts, nParts } = folder;
  const row = (name: string, sums: FileSums): Row => [
    name,
    formatCount(sums.nFiles),
    formatBytes(sums.bytes),
    formatCount(sums.nChunks),
    percent(sums.nEmbedded, sums.nChunks),
    percent(sums.deepBytes, sums.bytes),
  ];
  const named = parts.map((part) =>
    row(safeLine(part.isFolder ? `${part.name}/` : part.name), part),
  );
  return [
    ...table(
      ["name", "files", "size", "chunks", "by meaning", "deep memory"],
      [...named, row("all", folder)],
    ),
    ...more(nParts - parts.length),
  ];
}

function ageLines({ ages }: MemoryPicture): string[] {
  const names = [
    ...ageSteps.map((days, idx) =>
      idx === 0
        ? "under 1 day"
        : `${formatCount(ageSteps[idx - 1] ?? 0)} – ${formatCount(days)} days`,
    ),
    "older",
  ];
  const at = (counts: readonly number[], idx: number): string => formatCount(counts[idx] ?? 0);
  return table(
    ["age", "files", "commits", "conversations", "notes"],
    names.map((name, idx) => [
      name,
      at(ages.files, idx),
      at(ages.commits, idx),
      at(ages.conversations, idx),
      at(ages.notes, idx),
    ]),
  );
}

function noteLines({ notes }: MemoryPicture): string[] {
  if (notes.nNotes === 0) return ["  Nothing is noted."];
  const step = 100 / nStrengthSteps;
  const strengths = notes.strengths.map((n, idx): Row => [
    `${idx * step} – ${(idx + 1) * step} %`,
    formatCount(n),
  ]);
  const listed = notes.notes.map(({ note, strength }): Row => [
    safeLine(note.text.length > 60 ? `${note.text.slice(0, 60)}…` : note.text),
    note.kind,
    percent(strength, 1),
    formatCount(note.nUses),
    note.lastUsedMs === undefined ? "never" : day(note.lastUsedMs),
    `${healthWords[note.health]}${note.isPinned ? ", pinned" : ""}`,
  ]);
  return [
    ...table(["strength", "notes"], strengths),
    ...table(["note", "kind", "strength", "used", "last used", "health"], listed),
    ...more(notes.nNotes - listed.length),
  ];
}

const healthWords = { ok: "ok", needsCheck: "needs check", gone: "its file is gone" } as const;

function conversationLines({ conversations: { nConversations, conversations } }: MemoryPicture) {
  if (nConversations === 0) return ["  There are none."];
  const rows = conversations.map(({ title, nTurns, updatedMs }): Row => [
    safeLine(title),
    formatCount(nTurns),
    day(updatedMs),
  ]);
  return [
    ...table(["title", "turns", "last used"], rows),
    ...more(nConversations - conversations.length),
  ];
}

function commitLines({ history: { status, commits } }: MemoryPicture): string[] {
  const problem = stateText(status);
  if (problem !== undefined) return [`  ${problem}`];
  return [
    ...commits.map((commit) => `  ${safeLine(commitLine(commit))}`),
    ...more(status.nCommits - commits.length),
  ];
}

function healthLines({ health, notes, history, deep }: MemoryPicture): string[] {
  const deepStatus = deep?.status;
  return table(
    ["state", "count"],
    [
      ["files remembered", formatCount(health.nRemembered)],
      ["  chunked along the syntax", formatCount(health.nBySyntax)],
      ["  chunked by lines", formatCount(health.nByLines)],
      ["  waiting for the syntax pass", formatCount(health.nToRefine)],
      ["files changed and not read yet", formatCount(health.nWaiting)],
      ...problemRows(health),
      ["notes whose code has changed", formatCount(notes.health.needsCheck)],
      ["notes whose file is gone", formatCount(notes.health.gone)],
      ["commits whose definitions are not read yet", formatCount(history.status.nWithoutSymbols)],
      ...(deepStatus === undefined
        ? []
        : [
            ["files waiting for the deep memory", formatCount(deepStatus.filesToEncode)],
            ["files left out of the deep memory", formatCount(deepStatus.filesLeftOut)],
          ]),
    ],
  );
}

function problemRows({ problems }: FileHealth): Row[] {
  return problems.map(({ outcome, reason, nFiles }) => [
    `files ${outcome}: ${reasonText(reason)}`,
    formatCount(nFiles),
  ]);
}

function retentionLines({ selfTest }: MemoryPicture): string[] {
  if (selfTest === undefined) return ["  Not measured yet; “lore self-test” does."];
  return [
    `  Facts told exactly, by tokens of code since; measured on ${day(selfTest.atMs)}.`,
    ...curveLines(selfTest.result.points),
  ];
}

function more(n: number): string[] {
  return n > 0 ? [`  … and ${formatCount(n)} more; --limit shows them.`] : [];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "–" : `${((100 * part) / whole).toFixed(0)} %`;
}

/** The first column to the left, the others to the right. */
function table(head: Row, rows: readonly Row[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_name, at) => Math.max(...all.map((row) => (row[at] ?? "").length)));
  return all.map((row) =>
    `  ${row
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join("  ")}`.trimEnd(),
  );
}

/** How answers and the terminal speak of commits and of the history. */
import type { CommitInfo, HistoryStatus, PastChange } from "../../protocol/history.ts";
import { count, prose, shortened } from "./markdown.ts";

const maxBodyLength = 1_200;

/** The heading of a commit on one line. */
export function commitLine({ hash, author, authoredMs, subject }: CommitInfo): string {
  return `${hash.slice(0, 10)}  ${day(authoredMs)}  ${author}  ${subject}`;
}

/** A commit's message in its author's words, as a quotation in markdown. */
export function quotedMessage({ subject, body }: CommitInfo): string {
  const paragraphs = [subject, ...body.split(/\n\s*\n/)].filter((text) => text !== "");
  const quoted = shortened(paragraphs.join("\n\n"), maxBodyLength).split("\n\n");
  return quoted.map((paragraph) => `> ${prose(paragraph)}`).join("\n>\n");
}

/** `2026-08-01` */
export function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** `2026-08-01 14:05`, in the time of the machine. */
export function timeText(ms: number): string {
  const at = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** What a commit did, in a list. */
export const changeWords: Readonly<Record<PastChange, string>> = {
  added: "added",
  removed: "removed",
  moved: "moved",
  signature: "another signature",
  body: "changed",
  comment: "another comment",
  layout: "laid out anew",
  fileAdded: "file added",
  fileChanged: "file changed",
  fileDeleted: "file deleted",
  fileRenamed: "file renamed",
  fileCopied: "file copied",
  wrote: "wrote the line",
};

/** Why there is no history, as a sentence; `undefined` when there is one. */
export function stateText({ state, nCommits }: HistoryStatus): string | undefined {
  switch (state) {
    case "gitMissing":
      return "There is no history in memory: git is not installed, or not on the path.";
    case "noRepository":
      return "There is no history in memory: git finds no repository here that it would read.";
    case "noCommits":
      return "There is no history in memory: nothing has been committed yet.";
    case "off":
      return "There is no history in memory: it is switched off in the settings.";
    case "failed":
      return nCommits > 0
        ? undefined
        : "There is no history in memory: it could not be read or kept.";
    case "waiting":
    case "reading":
      return nCommits > 0 ? undefined : "The history is not in memory yet. Ask again in a moment.";
    case "ready":
      return undefined;
  }
}

/** How many commits of how many are in memory and why not more, on one line of a status. */
export function readText(status: HistoryStatus): string {
  const { state, nCommits, nInRepository, nWithoutSymbols, isWhole, isShallow, oldestMs } = status;
  if (nCommits === 0)
    return state === "waiting" || state === "reading"
      ? "No commit is in memory yet; the first question about the past reads them."
      : (stateText(status) ?? "No commit is in memory.");
  const all = nInRepository > 0 ? ` of ${nInRepository.toLocaleString("en-US")}` : "";
  const why =
    state === "failed"
      ? " Git or the store failed: restart Lore, or look into the log."
      : state === "reading" && nCommits !== nInRepository
        ? " Older ones are still being read."
        : isWhole
          ? isShallow
            ? " The clone is shallow: git itself has no older ones here."
            : ""
          : " Older ones are left out by the setting of how many are read.";
  const open =
    nWithoutSymbols > 0
      ? ` Of ${nWithoutSymbols.toLocaleString("en-US")} it is still to be read what they did to definitions.`
      : "";
  return `${nCommits.toLocaleString("en-US")}${all} commits are in memory, back to ${day(oldestMs)}.${why}${open}`;
}

/** How far the history in memory goes. */
export function extentText({
  state,
  nCommits,
  nWithoutSymbols,
  isWhole,
  oldestMs,
}: HistoryStatus): string {
  const back = nCommits === 0 ? "" : `, back to ${day(oldestMs)}`;
  const rest = isWhole || state === "reading" ? "" : " Older commits are not remembered.";
  const reading = state === "reading" ? " Older commits are still being read." : "";
  const open =
    nWithoutSymbols > 0
      ? ` In ${count(nWithoutSymbols, "of them", "of them")} I have not looked yet at what they did to which definition.`
      : "";
  return `Looked at ${count(nCommits, "commit")}${back}.${rest}${reading}${open}`;
}

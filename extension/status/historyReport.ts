import type { HistoryStatus } from "../../protocol/history.ts";
import type { Wording } from "../wording.ts";

/** How far the history of a folder is read and why not further, as lines of the status; none where nothing is known. */
export function historyLines(status: HistoryStatus | undefined, wording: Wording): string[] {
  if (status === undefined) return [];
  const { t, count } = wording;
  const { nCommits, nInRepository, nWithoutSymbols, oldestMs } = status;
  const why = reasonOf(status, wording);
  if (nCommits === 0) return [t("History: {0}", why ?? t("nothing is read yet"))];
  const day = new Date(oldestMs).toISOString().slice(0, 10);
  return [
    nInRepository > 0
      ? t("History: {0} of {1} commits, back to {2}", count(nCommits), count(nInRepository), day)
      : t("History: {0} commits, back to {1}", count(nCommits), day),
    ...(why === undefined ? [] : [`  ${t("not more: {0}", why)}`]),
    ...(nWithoutSymbols === 0
      ? []
      : [`  ${t("definitions still to be looked at: in {0} commits", count(nWithoutSymbols))}`]),
  ];
}

function reasonOf(
  { state, isWhole, isShallow, nCommits, nInRepository }: HistoryStatus,
  { t }: Wording,
): string | undefined {
  switch (state) {
    case "off":
      return t("switched off by “lore.history.maxCommits”");
    case "noRepository":
      return t("git finds no repository here that it would read");
    case "noCommits":
      return t("nothing has been committed yet");
    case "gitMissing":
      return t("git is not installed, or not on the path");
    case "failed":
      return t("git or the store failed; the log says more");
    case "waiting":
      return t("it is read when the files are in memory");
    case "reading":
      return nCommits > 0 && nCommits === nInRepository
        ? undefined
        : t("older commits are still being read");
    case "ready":
      if (isShallow) return t("the clone is shallow and holds no older commits");
      return isWhole ? undefined : t("older commits are left out by “lore.history.maxCommits”");
  }
}

import type { Notice } from "../../protocol/notices.ts";
import type { MemoryStatus } from "../../protocol/types.ts";
import { deepMemorySentence } from "../deepMemory/explainDeepMemory.ts";
import { oneLine } from "../displayText.ts";
import { explainObstacle } from "../memory/explain.ts";
import { explainNotice } from "../memory/explainNotice.ts";
import { coverageOf, stateName, type MemoryState } from "../memory/memoryState.ts";
import type { Wording } from "../wording.ts";

/** What the status bar item shows. */
export interface StatusLine {
  readonly text: string;
  /** Paragraphs of plain text; they may hold folder names and must be escaped for markdown. */
  readonly tooltip: readonly string[];
  /** What a screen reader says. */
  readonly spoken: string;
  /** `error` when Lore cannot work until the user does something. */
  readonly tone: "normal" | "error";
  /** What helps, the best first; nothing where nothing is to be done. */
  readonly actions: readonly StatusAction[];
}

/** A way out of a state, offered in the tooltip. */
export interface StatusAction {
  readonly title: string;
  /** Id of a command without arguments. */
  readonly command: string;
}

/** Notices that ask for the user's attention; the others only explain. */
const pressing: ReadonlySet<Notice["kind"]> = new Set([
  "stalled",
  "diskFull",
  "ingestEnded",
  "ignoreHidesAlmostAll",
]);

/**
 * What the status bar says about the memory; `undefined` when the window has nothing to remember.
 * `percent` is the progress of a fill.
 */
export function statusLine(
  state: MemoryState,
  percent: number | undefined,
  wording: Wording,
): StatusLine | undefined {
  const { t } = wording;
  const show = (text: string, spoken: string, tone: StatusLine["tone"] = "normal"): StatusLine => ({
    text,
    spoken,
    tone,
    tooltip: [spoken, ...details(state, wording)],
    actions: actionsFor(state, wording),
  });
  switch (stateName(state)) {
    case "noFolder":
    case "virtual":
    case "off":
      return undefined;
    case "restricted":
      return show("$(workspace-untrusted) Lore", explainObstacle(state, t) ?? "");
    case "failed":
      return show(
        "$(error) Lore",
        explainObstacle(state, t) ?? t("No folder could be remembered."),
        "error",
      );
    case "starting":
      return show("$(sync~spin) Lore", t("Lore is starting."));
    case "filling":
      return percent === undefined
        ? show("$(sync~spin) Lore", t("Lore is listing the files to remember."))
        : show(
            `$(sync~spin) Lore ${t("{0} %", percent)}`,
            t("Lore has remembered {0} % and can be asked already.", percent),
          );
    case "paused":
      return show("$(debug-pause) Lore", t("Lore is paused: changes are not remembered."));
    case "ready":
      if (hasPressingNotice(state)) {
        return show("$(warning) Lore", t("Lore is ready, with something to look at."));
      }
      return isForgotten(state)
        ? show("$(circle-slash) Lore", t("Lore remembers no folder of this window."))
        : show("$(book) Lore", t("Lore is ready."));
  }
}

/** True when every folder of the window was forgotten on request. */
function isForgotten(state: MemoryState): boolean {
  return state.kind === "open" && state.status.roots.length === 0;
}

function actionsFor(state: MemoryState, { t }: Wording): readonly StatusAction[] {
  const restart = { title: t("Restart Memory Server"), command: "lore.restartServer" };
  const openLog = { title: t("Open Log"), command: "lore.openLog" };
  const showStatus = { title: t("Show Status"), command: "lore.showStatus" };
  const name = stateName(state);
  if (name === "restricted") {
    return [{ title: t("Manage Trust"), command: "workbench.trust.manage" }];
  }
  if (name === "paused") return [{ title: t("Resume"), command: "lore.resume" }, showStatus];
  if (name === "failed") {
    const isRuntime = state.kind === "failed" && state.errorName === "sqliteMissing";
    return isRuntime ? [openLog] : [restart, openLog];
  }
  if (state.kind !== "open") return [];
  if (isForgotten(state)) {
    return [{ title: t("Rebuild Memory"), command: "lore.rebuildMemory" }];
  }
  return hasPressingNotice(state) ? [showStatus, restart] : [showStatus];
}

function hasPressingNotice(state: MemoryState): boolean {
  if (state.kind !== "open") return false;
  return state.status.roots.some(
    (root) => root.state === "failed" || root.notices.some((notice) => pressing.has(notice.kind)),
  );
}

function details(state: MemoryState, wording: Wording): string[] {
  if (state.kind !== "open") return [];
  const { status } = state;
  return [
    countSentence(status, wording),
    ...refining(status, wording),
    ...(status.deep === undefined ? [] : [deepMemorySentence(status.deep, wording)]),
    ...status.roots.flatMap((root) =>
      root.notices.map(
        (notice) => `${oneLine(root.root.name)}: ${explainNotice(notice, wording.t)}`,
      ),
    ),
  ];
}

/** “1,234 files seen = 1,200 remembered + 4 waiting + 30 skipped + 0 failed”. */
export function countSentence(status: MemoryStatus, { t, count }: Wording): string {
  const coverage = coverageOf(status);
  return t(
    "{0} files seen = {1} remembered + {2} waiting + {3} skipped + {4} failed",
    count(coverage.filesSeen),
    count(coverage.remembered),
    count(coverage.pending),
    count(coverage.skipped),
    count(coverage.failed),
  );
}

function refining(status: MemoryStatus, { t, count }: Wording): string[] {
  const toRefine = status.roots.reduce((total, root) => total + root.filesToRefine, 0);
  if (toRefine === 0) return [];
  return [t("{0} files are searchable and still to be chunked by syntax.", count(toRefine))];
}

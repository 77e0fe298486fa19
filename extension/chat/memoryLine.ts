import type { MemoryLine } from "../../protocol/webviewMessages.ts";
import { explainObstacle } from "../memory/explain.ts";
import { explainNotice } from "../memory/explainNotice.ts";
import { bytesOf, coverageOf, stateName, type MemoryState } from "../memory/memoryState.ts";
import type { Translate } from "../wording.ts";

/** What the chat says about the memory above its question field. */
export function memoryLine(state: MemoryState, t: Translate): MemoryLine {
  switch (state.kind) {
    case "noFolder":
    case "restricted":
    case "starting":
      return { kind: state.kind };
    case "virtual":
    case "off":
    case "failed":
      return { kind: "failed", message: explainObstacle(state, t) ?? "" };
    case "open":
      return openLine(state, t);
  }
}

function openLine(state: MemoryState & { kind: "open" }, t: Translate): MemoryLine {
  const coverage = coverageOf(state.status);
  switch (stateName(state)) {
    case "paused":
      return { kind: "paused", coverage };
    case "filling":
      return { kind: "filling", ...bytesOf(state.status), coverage };
    case "failed":
      return {
        kind: "failed",
        message: firstNotice(state, t) ?? t("No folder could be remembered."),
      };
    default:
      if (state.status.roots.length === 0) {
        return {
          kind: "failed",
          message: t("Lore forgot this folder. “Lore: Rebuild Memory” remembers it again."),
        };
      }
      return { kind: "ready", coverage };
  }
}

function firstNotice(state: MemoryState & { kind: "open" }, t: Translate): string | undefined {
  const notice = state.status.roots.flatMap((root) => root.notices)[0];
  return notice === undefined ? undefined : explainNotice(notice, t);
}

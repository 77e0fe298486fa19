import type { ChatCommand, MemoryLine } from "../../protocol/webviewMessages.ts";
import { explainObstacle } from "../memory/explain.ts";
import { explainNotice } from "../memory/explainNotice.ts";
import { bytesOf, coverageOf, stateName, type MemoryState } from "../memory/memoryState.ts";
import type { Translate } from "../wording.ts";

/** What the chat says about the memory above its question field, with what helps where nothing can be asked. */
export function memoryLine(state: MemoryState, t: Translate): MemoryLine {
  switch (state.kind) {
    case "noFolder":
    case "restricted":
    case "starting":
      return { kind: state.kind };
    case "virtual":
      return unavailable(explainObstacle(state, t) ?? "", "openFolder");
    case "off":
      return unavailable(explainObstacle(state, t) ?? "", "openSettings");
    case "failed":
      return {
        kind: "failed",
        message: explainObstacle(state, t) ?? "",
        // A restart does not give the editor another runtime.
        actions: state.errorName === "sqliteMissing" ? ["openLog"] : ["restartServer", "openLog"],
      };
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
        actions: ["restartServer", "showStatus"],
      };
    default:
      if (state.status.roots.length === 0) {
        return unavailable(
          t("Lore forgot this folder. Rebuild its memory, and Lore remembers it again."),
          "rebuildMemory",
        );
      }
      return { kind: "ready", coverage };
  }
}

function unavailable(message: string, way: ChatCommand): MemoryLine {
  return { kind: "unavailable", message, actions: [way] };
}

function firstNotice(state: MemoryState & { kind: "open" }, t: Translate): string | undefined {
  const notice = state.status.roots.flatMap((root) => root.notices)[0];
  return notice === undefined ? undefined : explainNotice(notice, t);
}

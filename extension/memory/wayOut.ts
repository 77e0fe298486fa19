import type { Translate } from "../wording.ts";
import type { MemoryState } from "./memoryState.ts";

/** A button that helps: what it says and which command of the editor it runs. */
export interface WayOut {
  readonly label: string;
  readonly command: string;
  readonly arguments: string[];
}

/** What the user can do about a memory that cannot be used in this state; `undefined` when there is nothing. */
export function wayOut(state: MemoryState, t: Translate): WayOut | undefined {
  switch (state.kind) {
    case "noFolder":
      return { label: t("Open Folder"), command: "vscode.openFolder", arguments: [] };
    case "restricted":
      return { label: t("Manage Trust"), command: "workbench.trust.manage", arguments: [] };
    case "off":
      return {
        label: t("Open Settings"),
        command: "workbench.action.openSettings",
        arguments: ["lore.enabled"],
      };
    case "failed":
      return { label: t("Restart"), command: "lore.restartServer", arguments: [] };
    default:
      return undefined;
  }
}

import type { DeepMemoryStatus } from "../../protocol/deepMemory.ts";
import { deepMemoryReason } from "../deepMemory/explainDeepMemory.ts";
import type { MemoryState } from "../memory/memoryState.ts";
import type { CompletionSetting } from "../settings.ts";
import type { Translate } from "../wording.ts";

/** Whether Lore completes code in this window, and if not why. */
export type CompletionState =
  | { readonly kind: "on" }
  | { readonly kind: "offBySetting" }
  /** Another provider is active and the setting leaves it to it. */
  | { readonly kind: "rival"; readonly name: string }
  /** The memory or the deep memory cannot be used at the moment. */
  | { readonly kind: "notReady"; readonly deep: DeepMemoryStatus | undefined };

/** Says whether code is completed now. `rival` is the name of another active provider. */
export function completionState(
  setting: CompletionSetting,
  rival: string | undefined,
  state: MemoryState,
): CompletionState {
  if (setting === "off") return { kind: "offBySetting" };
  if (setting === "auto" && rival !== undefined) return { kind: "rival", name: rival };
  const deep = state.kind === "open" ? state.status.deep : undefined;
  return isUsable(deep) ? { kind: "on" } : { kind: "notReady", deep };
}

function isUsable(deep: DeepMemoryStatus | undefined): boolean {
  return deep !== undefined && ["filling", "ready", "paused"].includes(deep.state);
}

/** The state as one sentence for the status and the log, with what changes it. */
export function explainCompletions(state: CompletionState, t: Translate): string {
  switch (state.kind) {
    case "on":
      return t("Lore completes code as you type. “Lore: Toggle Completions” switches it off.");
    case "offBySetting":
      return t(
        "Code is not completed: the setting “lore.completions” is off. “Lore: Toggle Completions” switches it on.",
      );
    case "rival":
      return t(
        "Code is not completed, because {0} does it already. Set “lore.completions” to “on”, or run “Lore: Toggle Completions”, to have both.",
        state.name,
      );
    case "notReady": {
      const { deep } = state;
      return deep?.detail === undefined
        ? t("Code is not completed yet: the deep memory is not ready.")
        : `${t("Code is not completed.")} ${deepMemoryReason(deep.detail, t)}`;
    }
  }
}

import { errorCatalogue, type ErrorName, type MemoryError } from "../../protocol/errors.ts";
import { failureReason } from "../deepMemory/explainDeepMemory.ts";
import type { Translate } from "../wording.ts";
import type { MemoryState } from "./memoryState.ts";

/** Failures whose detail the user can do something with: an id of the log, a line, what the system says. */
const withDetail: readonly ErrorName[] = ["internal", "memoryFileUnusable", "fileUnavailable"];

/** The sentence for the user about a failure, with its detail where that helps. */
export function explainError(
  error: Pick<MemoryError, "errorName" | "detail">,
  t: Translate,
): string {
  const sentence = t(errorCatalogue[error.errorName].sentence);
  if (error.errorName === "deepMemoryUnavailable")
    return failureReason(error.detail, t) ?? sentence;
  return withDetail.includes(error.errorName) && error.detail !== ""
    ? `${sentence} (${error.detail})`
    : sentence;
}

/** Why nothing can be asked in this state, as a sentence; `undefined` when it can (or soon can) be asked. */
export function explainObstacle(state: MemoryState, t: Translate): string | undefined {
  switch (state.kind) {
    case "open":
    case "starting":
      return undefined;
    case "noFolder":
      return t("Open a folder, and Lore remembers it.");
    case "virtual":
      return t("Lore remembers folders on disk. This workspace has none.");
    case "off":
      return t("Lore is switched off by the setting “lore.enabled”.");
    case "restricted":
      return t("This folder is in Restricted Mode. Trust it to let Lore read it.");
    case "failed":
      return explainError(state, t);
  }
}

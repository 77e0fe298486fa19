/** How the answer speaks of the memory. */
import type { Coverage, RootStatus, Tier } from "../../protocol/types.ts";
import { count, listed } from "./markdown.ts";

/** What is not in memory, as a sentence; `undefined` when everything known is. `statusCommand`: see `AnswerPorts`. */
export function notInMemory(coverage: Coverage, statusCommand: string): string | undefined {
  const parts = [
    ...(coverage.pending > 0 ? [`${count(coverage.pending, "file")} still waiting`] : []),
    ...(coverage.skipped > 0 ? [`${count(coverage.skipped, "file")} skipped`] : []),
    ...(coverage.failed > 0 ? [`${count(coverage.failed, "file")} failed`] : []),
  ];
  return parts.length === 0
    ? undefined
    : `Not in memory: ${parts.join(", ")}. “${statusCommand}” lists them.`;
}

/** Returns why one of these memories could not be written to its end; `undefined` when all could. */
export function stoppedBy(statuses: readonly Pick<RootStatus, "notices">[]): Coverage["stopped"] {
  const kinds = new Set(statuses.flatMap(({ notices }) => notices.map(({ kind }) => kind)));
  if (kinds.has("diskFull")) return "diskFull";
  return kinds.has("stalled") ? "unwritable" : undefined;
}

/** The first sentences of an answer from a memory that could not be written to its end; `undefined` for any other. */
export function stoppedShort({ stopped }: Pick<Coverage, "stopped">): string | undefined {
  if (stopped === undefined) return undefined;
  return stopped === "diskFull"
    ? "The memory is not complete, because the disk is full. This is of what is remembered so far, and something may be missing."
    : "The memory cannot be written, so what changed since it was written last is not in it. This is of what is remembered so far.";
}

const tierNames: Readonly<Record<Tier, string>> = {
  lexical: "words",
  symbols: "symbols",
  meaning: "meaning",
};

/** The last line of every answer: what it could draw on. Where the question names files, the answer says so itself. */
export function drawnFrom(coverage: Coverage, tiers: readonly Tier[], isScoped = false): string {
  const { filesSeen, remembered, pending } = coverage;
  const waiting =
    pending > 0
      ? `${count(pending, "file")} of ${filesSeen.toLocaleString("en-US")} ${pending === 1 ? "is" : "are"} not in memory yet, so something may be missing. `
      : "";
  const means = listed(tiers.map((tier) => tierNames[tier]));
  if (isScoped && means !== "") return `*${waiting}Found by ${means}.*`;
  const by = means === "" ? "" : `, by ${means}`;
  return `*${waiting}Looked at ${count(remembered, "file")}${by}.*`;
}

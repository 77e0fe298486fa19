import type { DeepMemoryStatus } from "../../protocol/deepMemory.ts";
import { deepMemorySentence } from "../deepMemory/explainDeepMemory.ts";
import type { Wording } from "../wording.ts";

/** The deep memory's section of the status: what it holds, what it costs and why it holds no more. */
export function deepMemorySection(
  status: DeepMemoryStatus,
  completions: string,
  wording: Wording,
): string {
  const { t } = wording;
  const holds = status.state !== "off" && status.state !== "unavailable";
  return [
    t("Deep memory"),
    "─".repeat(40),
    deepMemorySentence(status, wording),
    ...(holds ? holdings(status, wording) : []),
    completions,
    ...(holds ? [t("How well it remembers: run “Lore: Test the Memory (Self-Test)”.")] : []),
  ].join("\n");
}

function holdings(status: DeepMemoryStatus, { t, count, size }: Wording): string[] {
  const { tokensEncoded, tokensToEncode, filesToEncode, filesLeftOut, tokensPerSecond } = status;
  return [
    `  ${t("tokens held: {0}", count(tokensEncoded))}`,
    ...(filesToEncode > 0
      ? [
          `  ${t("waiting: {0} files, about {1} tokens", count(filesToEncode), count(tokensToEncode))}`,
        ]
      : []),
    ...(filesLeftOut > 0 ? [`  ${t("left out: {0} files", count(filesLeftOut))}`] : []),
    ...(tokensPerSecond > 0
      ? [`  ${t("speed: {0} tokens a second", count(tokensPerSecond))}`]
      : []),
    `  ${t(
      "blocks: {0} in the short-term pool, {1} in the long-term memory",
      count(status.shortTermBlocks),
      count(status.longTermBlocks),
    )}`,
    `  ${t("size on disk: {0} of at most {1}", size(status.bytesOnDisk), size(status.budgetBytes))}`,
  ];
}

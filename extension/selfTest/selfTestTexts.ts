import type { SelfTestProgress } from "../../protocol/deepMemory.ts";
import type { Wording } from "../wording.ts";

/** One size that can be tested. */
export interface SizeChoice {
  readonly label: string;
  readonly description: string;
  readonly tokens: number;
}

/** The sizes that the command offers, smallest first. */
export function sizeChoices({ t, count }: Wording): SizeChoice[] {
  return (
    [
      [16_384, t("a large file; the quickest")],
      [65_536, t("a small project")],
      [160_000, t("a medium project")],
      [1_000_000, t("a large project; may take an hour")],
    ] as const
  ).map(([tokens, description]) => ({
    label: t("{0} tokens", count(tokens)),
    description,
    tokens,
  }));
}

/** What a self-test is doing, for its progress. */
export function phaseName(
  phase: SelfTestProgress["phase"],
  tokensStreamed: number,
  { t, count }: Wording,
): string {
  switch (phase) {
    case "planting":
      return t("telling facts");
    case "streaming":
      return t("reading code past them: {0} tokens", count(tokensStreamed));
    case "asking":
      return t("asking for them");
    case "controls":
      return t("asking the controls");
  }
}

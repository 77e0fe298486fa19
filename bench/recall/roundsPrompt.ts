/**
 * Whether a prompt that is recalled in rounds holds both answers of a question more often than one with as many tokens that
 * is recalled in one search.
 */
import type { SearchParams } from "../../protocol/methods.ts";
import type { ProseEvidence } from "../../protocol/prose.ts";
import type { SearchResult } from "../../protocol/types.ts";
import type { Services } from "../../server/handlers.ts";
import { prosePrompt, type PromptPorts } from "../../server/prose/prosePrompt.ts";
import { maskSecrets } from "../../server/secrets/maskSecrets.ts";
import { tokenCounter } from "../../server/tokenCounter.ts";
import { bootstrapInterval, type Interval } from "../bootstrap.ts";
import { count, type Table } from "../table.ts";
import { isRightPlace, mean } from "./metric.ts";
import { roundsKinds, type RoundsCase, type RoundsKind } from "./roundsCases.ts";

/** Tokens of the prompt; of the larger one, as many as a deep question's prompt has by default. */
const budgets = [2_000, 7_200] as const;
/** The prompt of a deep question takes this share of the tokens that are asked for. */
const promptShare = 0.6;
const signal = new AbortController().signal;

/** One question with one budget. */
export interface PromptRow {
  readonly kind: RoundsKind;
  readonly budget: number;
  /** Of the two places, the share that the prompt shows; by whether it was recalled in rounds. */
  readonly once: number;
  readonly rounds: number;
}

/** Returns a row for each budget. */
export async function promptRows(
  { kind, query, relevant }: RoundsCase,
  services: Services,
  hashText: PromptPorts["hashText"],
): Promise<PromptRow[]> {
  const ports = portsOf(services, hashText);
  const share = async (maxTokens: number, deep: boolean): Promise<number> => {
    const { evidence } = await prosePrompt({ question: query, maxTokens, deep }, [], ports, signal);
    const spans = evidence.flatMap(spanOf);
    const has = relevant.map((wanted) =>
      spans.some((span) => isRightPlace({ relevant: [wanted] }, span)),
    );
    return has.filter(Boolean).length / relevant.length;
  };
  const rows: PromptRow[] = [];
  for (const budget of budgets) {
    const once = await share(budget, false);
    const rounds = await share(Math.ceil(budget / promptShare), true);
    rows.push({ kind, budget, once, rounds });
  }
  return rows;
}

/** What was searched for once is not searched for again, and time does not count. */
function portsOf(services: Services, hashText: PromptPorts["hashText"]): PromptPorts {
  const known = new Map<string, Promise<SearchResult>>();
  const search = (params: SearchParams): Promise<SearchResult> => {
    const key = JSON.stringify(params);
    const found = known.get(key) ?? services.recall.search(params, signal);
    known.set(key, found);
    return found;
  };
  return {
    ...{ recall: { search }, notes: services.notes, source: services.source, hashText },
    check: (citations, during) => services.checkCitations(citations, during),
    mask: maskSecrets,
    ...tokenCounter({ log: () => undefined }),
    newMark: () => "5ca1ab1e",
    clock: { ...services.clock, elapsedMs: () => 0 },
    tools: services.tools,
  };
}

/** The lines that a piece of evidence shows; it may be cut. */
function spanOf({
  source,
  text,
}: ProseEvidence): { path: string; startLine: number; endLine: number }[] {
  if (source.kind !== "code") return [];
  const { path, range } = source.citation;
  const last = range.end.character === 0 ? range.end.line : range.end.line + 1;
  const startLine = range.start.line + 1;
  return [{ path, startLine, endLine: Math.min(last, range.start.line + text.split("\n").length) }];
}

/** Returns the table of all rows. */
export function promptTable(
  rows: readonly PromptRow[],
  kindNames: Readonly<Record<RoundsKind, string>>,
): Table {
  let nProved = 0;
  const cells = roundsKinds.flatMap((kind) =>
    budgets.map((budget) => {
      const own = rows.filter((row) => row.kind === kind && row.budget === budget);
      const gains = own.map(({ once, rounds }) => rounds - once);
      const interval = bootstrapInterval(gains);
      if (interval.low > 0) nProved++;
      const verdict = interval.low > 0 ? "better" : interval.high < 0 ? "worse" : "not proved";
      return [
        ...[kindNames[kind], count(budget)],
        mean(own.map(({ once }) => once)).toFixed(3),
        mean(own.map(({ rounds }) => rounds)).toFixed(3),
        ...[mean(gains).toFixed(3), spread(interval), verdict],
      ];
    }),
  );
  return {
    title: "Evidence recall of prompts with as many tokens",
    head: ["question", "tokens", "one search", "rounds", "gain", "95 % interval", ""],
    rows: cells,
    notes: [
      `${nProved} of ${cells.length} gains are proved. No language model looks further here.`,
    ],
  };
}

function spread({ low, high }: Interval): string {
  return `${low.toFixed(3)} to ${high.toFixed(3)}`;
}

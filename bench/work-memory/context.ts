/**
 * How much of what the last question of a long conversation needs is in a context of so many tokens, beside simpler ways
 * to fill it, and whether a folded part unfolds to exactly its turns. The conversations, the notes and the tree are made;
 * the memory is the server's own.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ContextResult } from "../../protocol/context.ts";
import type { SearchResult, Turn } from "../../protocol/types.ts";
import { answerProse } from "../../server/answer/answerProse.ts";
import type { ContextPorts } from "../../server/answer/contextCandidates.ts";
import { taskContext } from "../../server/answer/taskContext.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { shareOf, type Share } from "../../server/deep/wilson.ts";
import type { Services } from "../../server/handlers.ts";
import { maskSecrets } from "../../server/secrets/maskSecrets.ts";
import { createServices } from "../../server/serverParts.ts";
import { tokenCounter } from "../../server/tokenCounter.ts";
import { termsOfText } from "../../server/ingest/terms.ts";
import { roundsOf, type Round } from "../../server/work/rounds.ts";
import { taskParts } from "../../server/work/taskParts.ts";
import { rowsOf } from "../../webview/partRows.ts";
import { bootstrapInterval } from "../bootstrap.ts";
import type { BenchSettings } from "../settings.ts";
import { count, type Table } from "../table.ts";
import {
  asks,
  madeConversation,
  madeNotes,
  madeTree,
  type MadeConversation,
} from "./madeConversations.ts";

const budgets = [500, 1_000, 2_000, 4_000, 8_000] as const;
const nConversations = 100;
/** The weights of the context were set with seeds below it. */
const firstSeed = 1_000;
const minRounds = 12;
const maxRounds = 80;
const log = { log: (): void => undefined };
const signal = new AbortController().signal;

/** A way to fill a context; returns which question turns and note texts are in. */
type System = (made: MadeConversation, maxTokens: number) => Promise<ReadonlySet<string>>;

export async function benchContext({ workDir }: BenchSettings): Promise<Table[]> {
  const dir = path.join(workDir, "context");
  rmSync(dir, { recursive: true, force: true });
  for (const [file, text] of madeTree()) {
    mkdirSync(path.dirname(path.join(dir, "tree", file)), { recursive: true });
    writeFileSync(path.join(dir, "tree", file), text);
  }
  const services = await createServices(log, {
    logLevel: "off",
    statusCommand: "status",
    deepMemory: "onDemand",
  });
  try {
    const settings = { exclude: [], include: [], threads: 0, maxFileBytes: 1_000_000 };
    const root = rootOf(path.join(dir, "tree"));
    await services.memory.open(path.join(dir, "store"), [root], settings, true);
    await services.memory.settled(true, signal);
    const notes = madeNotes();
    for (const text of notes) await services.notes.remember({ text, kind: "decision" });
    const conversations = Array.from({ length: nConversations }, (_, idx) => {
      const nRounds = minRounds + Math.round(((maxRounds - minRounds) * idx) / nConversations);
      return madeConversation(
        firstSeed + idx,
        nRounds,
        asks[idx % asks.length] as (typeof asks)[number],
      );
    });
    return [
      ...(await neededTables(conversations, systemsOf(services, notes))),
      partsTable(conversations),
    ];
  } finally {
    await services.memory.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function neededTables(
  conversations: readonly MadeConversation[],
  systems: Readonly<Record<string, System>>,
): Promise<Table[]> {
  const shares = new Map<string, number[][]>();
  for (const [name, system] of Object.entries(systems)) {
    const ofBudgets: number[][] = [];
    for (const budget of budgets) {
      const ofConversations: number[] = [];
      for (const made of conversations)
        ofConversations.push(shareIn(made, await system(made, budget)));
      ofBudgets.push(ofConversations);
    }
    shares.set(name, ofBudgets);
  }
  const nRounds = conversations.reduce((sum, { turns }) => sum + turns.length / 2, 0);
  const head = ["", ...budgets.map((budget) => `${count(budget)} tokens`)];
  const ofAsk = (ask: MadeConversation["ask"]) =>
    [...shares].map(([name, ofBudgets]) => [
      name,
      ...ofBudgets.map((each) =>
        meanCell(each.filter((_share, idx) => conversations[idx]?.ask === ask)),
      ),
    ]);
  return [
    {
      title: "Share of the rounds and notes that the last question needs, by budget",
      head,
      rows: [...shares].map(([name, ofBudgets]) => [name, ...ofBudgets.map(meanCell)]),
      notes: [
        `${count(conversations.length)} made conversations with ${count(nRounds)} rounds, ${count(madeNotes().length)} notes and ${count(madeTree().size)} files. Means over conversations with 95 % bootstrap intervals.`,
        "Lore's context also holds code; the other ways spend every token on rounds and notes, without a word on where each is from. They give a round with the code of its answer, as it was said, where nothing else is written; the oracle gives it without. “Without code” is the same context where nothing of the tree is recalled. A round counts when it is there whole. The weights of the context were set on twelve other conversations of the same maker.",
      ],
    },
    ...asks.map((ask) => ({
      title: `The same where the question ${askWords[ask]}`,
      head,
      rows: ofAsk(ask),
    })),
  ];
}

const askWords: Readonly<Record<MadeConversation["ask"], string>> = {
  "one round": "names the thing and its side",
  "other words": "names the thing and says its side in other words",
  "two things": "needs two rounds and two notes",
  "goes on": "only goes on from the last thing (“and who calls it?”)",
};

function systemsOf(services: Services, notes: readonly string[]): Record<string, System> {
  const { count: countTokens } = tokenCounter(log);
  const withCode: System = async ({ turns, question }, maxTokens) =>
    chosenIn(await services.context({ question, maxTokens }, turns, signal));
  const withoutCodePorts: ContextPorts = {
    recall: { search: () => Promise.resolve(noPlaces) },
    notes: services.notes,
    check: (citations, during) => services.checkCitations(citations, during),
    mask: maskSecrets,
    ...tokenCounter(log),
  };
  const withoutCode: System = async ({ turns, question }, maxTokens) =>
    chosenIn(await taskContext({ question, maxTokens }, turns, withoutCodePorts, signal));
  const fill = (texts: readonly Text[], maxTokens: number): ReadonlySet<string> => {
    const chosen = new Set<string>();
    let left = maxTokens;
    for (const { key, text } of texts) {
      const nTokens = countTokens(text);
      if (nTokens > left) continue;
      left -= nTokens;
      chosen.add(key);
    }
    return chosen;
  };
  const noteTexts = notes.map((text) => ({ key: text, text }));
  return {
    "Lore's context": withCode,
    "Lore's context without code": withoutCode,
    "the last rounds that fit": ({ turns }, maxTokens) => {
      const newestFirst = roundsOf(turns).toReversed().map(textOf);
      return Promise.resolve(fill(newestFirst, maxTokens));
    },
    "rounds and notes by BM25": ({ turns, question }, maxTokens) => {
      const texts = [...roundsOf(turns).map(textOf), ...noteTexts];
      return Promise.resolve(fill(byBm25(texts, question), maxTokens));
    },
    "the same, answers without their code": ({ turns, question }, maxTokens) => {
      const texts = [...roundsOf(turns).map(wordsOf), ...noteTexts];
      return Promise.resolve(fill(byBm25(texts, question), maxTokens));
    },
    "oracle: what is needed first": ({ turns, neededRounds, neededNotes }, maxTokens) => {
      const needed = new Set([...neededRounds, ...neededNotes]);
      const texts = [...noteTexts, ...roundsOf(turns).map(wordsOf)];
      return Promise.resolve(
        fill(
          texts.filter(({ key }) => needed.has(key)),
          maxTokens,
        ),
      );
    },
  };
}

function chosenIn({ items }: ContextResult): ReadonlySet<string> {
  return new Set(
    items.flatMap(({ source, isCut }) => {
      if (isCut) return [];
      if (source.kind === "round") return source.turnIds.slice(0, 1);
      return source.kind === "note" ? [source.note.text] : [];
    }),
  );
}

const noPlaces: SearchResult = {
  recalls: [],
  coverage: { filesSeen: 0, remembered: 0, pending: 0, skipped: 0, failed: 0 },
  tiers: [],
  trace: { terms: [], identifiers: [], paths: [], literals: [], stages: [] },
};

interface Text {
  readonly key: string;
  readonly text: string;
}

function textOf({ turnIds, question, answers }: Round): Text {
  return {
    key: turnIds[0] as string,
    text: [question, ...answers.map(({ text }) => text)].join("\n\n"),
  };
}

/** As Lore's context gives a round: its answers' code is left out. */
function wordsOf({ turnIds, question, answers }: Round): Text {
  const words = answers.map(({ text, citations }) =>
    answerProse(text, (n) => citations[n]?.path ?? ""),
  );
  return { key: turnIds[0] as string, text: [question, ...words].join("\n\n") };
}

/** Okapi BM25 (k1 = 1.2, b = 0.75) over these texts. */
function byBm25(texts: readonly Text[], question: string): Text[] {
  const terms = texts.map(({ text }) => termsOfText(text));
  const meanLength = terms.reduce((sum, { length }) => sum + length, 0) / terms.length;
  const wanted = [...new Set(termsOfText(question))];
  const weights = wanted.map((term) => {
    const n = terms.filter((own) => own.includes(term)).length;
    return Math.log(1 + (terms.length - n + 0.5) / (n + 0.5));
  });
  const scores = terms.map((own) =>
    wanted.reduce((sum, term, at) => {
      const n = own.filter((each) => each === term).length;
      const norm = 1.2 * (1 - 0.75 + (0.75 * own.length) / meanLength);
      return sum + ((weights[at] as number) * n * 2.2) / (n + norm);
    }, 0),
  );
  return texts
    .map((text, idx) => ({ text, score: scores[idx] as number }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ text }) => text);
}

function shareIn(
  { neededRounds, neededNotes }: MadeConversation,
  chosen: ReadonlySet<string>,
): number {
  const needed = [...neededRounds, ...neededNotes];
  return needed.filter((key) => chosen.has(key)).length / needed.length;
}

/** Unfolding is that of the chat; where a thing begins is what the conversation was made with. */
function partsTable(conversations: readonly MadeConversation[]): Table {
  let [nParts, nExact, nFound, nCut, nBegins] = [0, 0, 0, 0, 0];
  let [allTokens, linesTokens] = [0, 0];
  const { count: countTokens } = tokenCounter(log);
  for (const { turns, begins } of conversations) {
    const found = taskParts(roundsOf(turns));
    const parts = found.map(({ part }) => part);
    const shownTurns = turns as unknown as readonly Turn[];
    for (const { part, rounds } of found) {
      const expected = rounds.flatMap(({ turnIds }) => turnIds);
      const before = new Set(turnIdsOf(rowsOf(shownTurns, parts, new Set())));
      const after = turnIdsOf(rowsOf(shownTurns, parts, new Set([part.firstTurnId])));
      const added = part.isOpen ? expected : after.filter((id) => !before.has(id));
      nParts++;
      if (added.join() === expected.join()) nExact++;
      if (!part.isOpen) {
        linesTokens += countTokens(part.line);
        allTokens += rounds.reduce((sum, round) => sum + countTokens(textOf(round).text), 0);
      }
    }
    const cuts = parts.map(({ firstTurnId }) => firstTurnId);
    nCut += cuts.length;
    nBegins += begins.length;
    nFound += cuts.filter((id) => begins.includes(id)).length;
  }
  const exact = shareOf(nExact, nParts);
  return {
    title: "Parts of the conversations",
    head: ["", "measured", "95 % interval", "target"],
    rows: [
      ["folded lines that unfold to exactly their turns", ...shareCells(exact), "100 %"],
      [
        "parts that begin where the conversation turns to another thing",
        ...shareCells(shareOf(nFound, nCut)),
        "",
      ],
      [
        "turns to another thing with which a part begins",
        ...shareCells(shareOf(nFound, nBegins)),
        "",
      ],
      [
        "tokens of the lines, of those of their rounds",
        `${((100 * linesTokens) / allTokens).toFixed(1)} %`,
        "",
        "",
      ],
    ],
  };
}

function turnIdsOf(rows: ReturnType<typeof rowsOf>): string[] {
  return rows.flatMap((row) => (row.kind === "turn" ? [row.turn.id] : []));
}

function meanCell(values: readonly number[]): string {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const { low, high } = bootstrapInterval(values);
  return `${mean.toFixed(2)} [${low.toFixed(2)}, ${high.toFixed(2)}]`;
}

function shareCells({ accuracy, low, high }: Share): [string, string] {
  const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
  return [percent(accuracy), `${percent(low)} – ${percent(high)}`];
}

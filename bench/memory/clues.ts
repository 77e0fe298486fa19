/** Clues: whether vague questions find more when names are searched for too that the model writes from memory. */
import { MersenneTwister } from "../bootstrap.ts";
import type { EvalRepository } from "../recall/evalSet.ts";
import type { EvalQuestion } from "../recall/metric.ts";
import type { BenchSettings } from "../settings.ts";
import { count, ms, percentile, type Table } from "../table.ts";
import { ClueDrafter, namesOf, usualDrafts, type Clues } from "./clueDrafts.ts";
import { definitionsIn } from "./definitions.ts";
import type { MemoryParts } from "./memoryParts.ts";
import { rankRows } from "./rankRows.ts";
import { mixed, rankOfRight, searchWordings } from "./searchWays.ts";
import { rememberAllQuestioned, type QuestionedRepository } from "./vagueQuestions.ts";

/** Of the ranking with clues beside the question's own; not tuned. */
const mixWeight = 0.5;
const seed = 20_267;

const wayNames = {
  question: "the question",
  random: "with names by lot",
  clues: "with clues",
  mixed: "both rankings, of the question and with clues",
  mixedRandom: "the same with names by lot",
  oracle: "with the names of the function that is meant",
} as const;
type Way = keyof typeof wayNames;
const ways = Object.keys(wayNames) as Way[];

/** What became of one question. */
interface Asked {
  readonly ranks: Readonly<Record<Way, number>>;
  readonly clues: Clues;
  /** A clue is the name of what is meant. */
  readonly isMeant: boolean;
}

/** Errors: a sentence, thrown, when no question is vague, or the search fails. */
export async function benchClues(
  parts: MemoryParts,
  set: readonly EvalRepository[],
  settings: BenchSettings,
): Promise<Table[]> {
  const { repositoryTokens } = settings.memory;
  const repositories = await rememberAllQuestioned(parts, set, repositoryTokens, settings.workDir);
  try {
    const asked: Asked[] = [];
    for (const repository of repositories)
      asked.push(...(await askAll(new ClueDrafter(parts), repository, settings)));
    if (asked.length === 0) throw new Error("the evaluation set has no vague question");
    return [clueTable(asked, repositories)];
  } finally {
    for (const { bank } of repositories) bank.store.close();
  }
}

async function askAll(
  drafter: ClueDrafter,
  repository: QuestionedRepository,
  settings: BenchSettings,
): Promise<Asked[]> {
  const { questions } = repository;
  const clues: Clues[] = [];
  for (const { query } of questions) clues.push(await drafter.draft(query, repository));
  const all = [...namesOf(repository)];
  const random = new MersenneTwister(seed);
  const oracle = questions.map((question) => meantNames(question, repository));
  const wordings = questions.map(({ query }, idx) => {
    const { names } = clues[idx] as Clues;
    const byLot = names.map(() => all[Math.floor(random.next() * all.length)] ?? "");
    const asking = (some: readonly string[]): string => [query, ...some].join(" ");
    return {
      question: query,
      random: asking(byLot),
      clues: asking(names),
      oracle: asking(oracle[idx] as string[]),
    };
  });
  const found = await searchWordings(repository, wordings, settings);
  return questions.map((question, idx) => {
    const places = (way: string) => found[idx]?.get(way) ?? [];
    const rank = (some: ReturnType<typeof places>): number => rankOfRight(question, some);
    const own = places("question");
    const meant = oracle[idx] as string[];
    return {
      ranks: {
        question: rank(own),
        random: rank(places("random")),
        clues: rank(places("clues")),
        mixed: rank(mixed(own, places("clues"), mixWeight)),
        mixedRandom: rank(mixed(own, places("random"), mixWeight)),
        oracle: rank(places("oracle")),
      },
      clues: clues[idx] as Clues,
      isMeant: (clues[idx] as Clues).names.some((name) => meant.includes(name)),
    };
  });
}

/** Returns the names that are defined in the lines of the function that is meant. */
function meantNames({ relevant }: EvalQuestion, { files }: QuestionedRepository): string[] {
  const [wanted] = relevant;
  const file = files.find(({ path }) => path === wanted?.path);
  if (file === undefined) return [];
  const { startLine = 1, endLine = Infinity } = wanted ?? {};
  const names = definitionsIn(file)
    .filter(({ line }) => line + 1 >= startLine && line + 1 <= endLine)
    .map(({ name }) => name);
  return [...new Set(names)].slice(0, usualDrafts.nClues);
}

function clueTable(asked: readonly Asked[], repositories: readonly QuestionedRepository[]): Table {
  const { head, rows } = rankRows(
    ways.map((way) => ({ name: wayNames[way], ranks: asked.map(({ ranks }) => ranks[way]) })),
  );
  const nTokens = repositories.reduce((sum, repository) => sum + repository.nTokens, 0);
  const times = asked.map(({ clues }) => clues.tookMs);
  const share = (is: (of: Asked) => boolean): string =>
    `${count((100 * asked.filter(is).length) / asked.length)} %`;
  return {
    title: "Vague questions, searched for with clues from memory",
    head: ["searched for", ...head],
    rows,
    notes: [
      `${asked.length} vague questions about ${repositories.length} repositories that the model was not trained on, of which ${count(nTokens)} tokens, and nothing else, were remembered and searched. A question is a function's own comment, which is blank in what is searched; it names nothing of the code. Right is the function. Means over questions with 95 % bootstrap intervals over them; differences are paired.`,
      `${share(({ clues }) => clues.names.length > 0)} of the questions had a clue; of ${share(({ isMeant }) => isMeant)} one was a name of the function that is meant. Clues took ${ms(percentile(times, 0.5))} a question, ${ms(percentile(times, 0.95))} in 95 of 100 cases.`,
      "As many names by lot as there were clues, of those that the remembered files define. No setting was chosen on these repositories.",
    ],
  };
}

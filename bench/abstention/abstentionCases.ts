/**
 * Questions whose answer is in a memory, and questions whose answer is not: about another repository of the same language,
 * about files that were taken out, and about names that nobody wrote.
 */
import type { EvalQuestion } from "../recall/metric.ts";
import { readEvalSet, type EvalRepository } from "../recall/evalSet.ts";
import { shuffled } from "../questions.ts";
import { definedNames, inventedNames, wordsOf, type DefinedName } from "./definedNames.ts";
import listed from "./repositories.json" with { type: "json" };

/** Weights and thresholds are chosen on `tuning` alone. */
export type Side = "tuning" | "test";
export const answerableKinds = ["doc", "commit", "words", "name"] as const;
export const unanswerableKinds = ["foreign", "removed", "invented"] as const;
export type CaseKind = (typeof answerableKinds)[number] | (typeof unanswerableKinds)[number];

/** One question asked of one memory. */
export interface AbstentionCase {
  readonly repository: string;
  readonly kind: CaseKind;
  readonly query: string;
  /** Files that answer it; empty when nothing in the memory does. */
  readonly relevant: readonly string[];
}

/** All questions of one repository. */
export interface RepositoryCases {
  readonly name: string;
  readonly treeDir: string;
  /** Asked of the whole tree. */
  readonly whole: readonly AbstentionCase[];
  /** Asked of the tree without the files of `taken`. */
  readonly removed: readonly AbstentionCase[];
  readonly taken: readonly string[];
}

export function isAnswerable({ kind }: Pick<AbstentionCase, "kind">): boolean {
  return answerableKinds.some((each) => each === kind);
}

/** A question about the prose of a repository. */
interface Prose {
  readonly kind: "doc" | "commit" | "words";
  readonly query: string;
  readonly relevant: readonly string[];
}

interface Asked {
  readonly name: string;
  readonly language: string;
  readonly repository: EvalRepository;
  readonly names: readonly DefinedName[];
  readonly prose: readonly Prose[];
}

/** Share of the files that may be taken out, and how many in a small repository. */
const maxTakenShare = 0.15;
const minTaken = 4;

/**
 * Returns the questions of one side of the set in `setDir`. The same set gives the same questions.
 * Errors: a sentence, thrown, when a repository is missing, or is not listed.
 */
export function readCases(setDir: string, side: Side): RepositoryCases[] {
  const repositories = readEvalSet(setDir, setDir).map((repository): Asked => {
    const found = listed.find((each) => each.name.endsWith(`/${repository.name}`));
    if (found === undefined) throw new Error(`${repository.name} is not in repositories.json.`);
    if (found.side !== side) throw new Error(`${repository.name} is not of the ${side} side.`);
    const names = definedNames(repository);
    const { name, language } = found;
    return { name, language, repository, names, prose: proseOf(repository, names) };
  });
  return repositories.map((asked, i) => casesOf(asked, repositories, i + 1));
}

/** Comments and subjects, and names of definitions said in words: people ask in few words too. */
function proseOf({ questions }: EvalRepository, names: readonly DefinedName[]): Prose[] {
  const written = questions.map(({ kind, query, relevant }: EvalQuestion): Prose => ({
    ...{ kind, query },
    relevant: [...new Set(relevant.map(({ path }) => path))],
  }));
  const said = shuffled(names, 11)
    .filter(({ name }) => wordsOf(name).length >= 3)
    .slice(0, Math.round(written.length / 4))
    .map(({ name, path }): Prose => {
      const query = wordsOf(name).join(" ").toLowerCase();
      return { kind: "words", query, relevant: [path] };
    });
  return [...written, ...said];
}

function casesOf(asked: Asked, all: readonly Asked[], seed: number): RepositoryCases {
  const { name: repository, prose, names } = asked;
  const half = Math.round(prose.length / 2);
  const quarter = Math.round(prose.length / 4);
  const others = all.filter((other) => other !== asked && other.language === asked.language);
  const foreign = shuffled(
    others.flatMap((other) => other.prose),
    seed,
  ).slice(0, half);
  const { questions, taken } = takeOut(asked, seed, half);
  const own = shuffled(names, seed + 100).slice(0, quarter);
  const strange = others.flatMap((other) => other.names);
  const invented = inventedNames(asked.repository, names, strange, quarter, seed + 200);
  const none: readonly string[] = [];
  return {
    name: repository,
    treeDir: asked.repository.treeDir,
    whole: [
      ...prose.map(({ kind, query, relevant }, i) => ({
        ...{ repository, kind, relevant },
        query: asProse(query, i),
      })),
      ...foreign.map(({ query }, i) => ({
        ...{ repository, kind: "foreign" as const, relevant: none },
        query: asProse(query, i),
      })),
      ...own.map(({ name, path }, i) => ({
        ...{ repository, kind: "name" as const, relevant: [path] },
        query: aboutName(name, i),
      })),
      ...invented.map((name, i) => ({
        ...{ repository, kind: "invented" as const, relevant: none },
        query: aboutName(name, i),
      })),
    ],
    removed: questions.map(({ query }, i) => ({
      ...{ repository, kind: "removed" as const, relevant: none },
      query: asProse(query, i),
    })),
    taken,
  };
}

/** Takes files out until there are enough questions that nothing is left to answer. */
function takeOut(
  { prose, repository: { knownFiles } }: Asked,
  seed: number,
  nWanted: number,
): { readonly questions: readonly Prose[]; readonly taken: readonly string[] } {
  const taken = new Set<string>();
  const most = Math.max(minTaken, maxTakenShare * knownFiles.size);
  for (const { relevant } of shuffled(prose, seed + 300)) {
    const more = relevant.filter((file) => !taken.has(file));
    if (taken.size + more.length <= most) for (const file of more) taken.add(file);
  }
  const questions = shuffled(prose, seed + 400)
    .filter(({ relevant }) => relevant.every((file) => taken.has(file)))
    .slice(0, nWanted);
  return { questions, taken: [...new Set(questions.flatMap(({ relevant }) => relevant))] };
}

/** Comments and subjects lack the words with which people begin a question, so every second one gets some. */
const beginnings = [
  "where is",
  "how does it",
  "where is the code that",
  "which function",
  "how do we",
  "what happens when",
  "show me where",
  "explain how",
];

function asProse(query: string, i: number): string {
  if (i % 2 === 0) return query;
  const beginning = beginnings[((i - 1) / 2) % beginnings.length] as string;
  return `${beginning} ${query[0]?.toLowerCase() ?? ""}${query.slice(1)}?`;
}

const nameQuestions = [
  "where is {} defined?",
  "what does {} do?",
  "how does {} work?",
  "{}",
  "show me {}",
];

function aboutName(name: string, i: number): string {
  return (nameQuestions[i % nameQuestions.length] as string).replace("{}", name);
}

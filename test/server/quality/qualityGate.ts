/** What the shipped models must find on small data. A model that finds less is damaged, or badly trained. */
import type { RankingKind } from "../../../protocol/types.ts";
import { openMemory, workspace } from "../workspaceMemoryHarness.ts";
import { readOwnSource, type OwnQuestion } from "./ownQuestions.ts";

export interface Quality {
  /** Share of questions with the right file among the first ten. */
  readonly recall: number;
  /** Mean of 1 / place of the right file among the first ten, 0 where it is not among them. */
  readonly reciprocalRank: number;
  /** Share of questions with the right declaration among the first ten places. */
  readonly rightPlace: number;
}

export type Measured = Readonly<Partial<Record<RankingKind, Quality>>>;

export interface ModelFolders {
  readonly modelFolder: string;
  readonly rankerFolder: string;
}

/** Asks every question in each way, on a memory of its own with the models of these folders. */
export async function measure(
  folders: ModelFolders,
  rankings: readonly RankingKind[],
): Promise<Measured> {
  const { files, questions } = readOwnSource();
  using place = workspace(files);
  await using opened = await openMemory(place.folder, place.storeDir, folders);
  await opened.settled();
  const measured: Partial<Record<RankingKind, Quality>> = {};
  for (const ranking of rankings) {
    const scores: Quality[] = [];
    for (const question of questions) {
      const result = await opened.recaller.search(
        { query: question.query, limit: nShown },
        AbortSignal.timeout(60_000),
        { ranking },
      );
      scores.push(scoreOf(question, result.recalls));
    }
    measured[ranking] = meanOf(scores);
  }
  return measured;
}
const nShown = 10;

interface Shown {
  readonly citation: {
    readonly path: string;
    readonly range: { readonly start: { line: number }; readonly end: { line: number } };
  };
}

function scoreOf(question: OwnQuestion, recalls: readonly Shown[]): Quality {
  const paths = [...new Set(recalls.map(({ citation }) => citation.path))];
  const at = paths.indexOf(question.path);
  const isRight = recalls.some(
    ({ citation }) =>
      citation.path === question.path &&
      citation.range.start.line <= question.lastLine &&
      citation.range.end.line >= question.firstLine,
  );
  return {
    recall: at < 0 ? 0 : 1,
    reciprocalRank: at < 0 ? 0 : 1 / (at + 1),
    rightPlace: isRight ? 1 : 0,
  };
}

function meanOf(scores: readonly Quality[]): Quality {
  const mean = (key: keyof Quality): number =>
    scores.reduce((sum, score) => sum + score[key], 0) / scores.length;
  return {
    recall: mean("recall"),
    reciprocalRank: mean("reciprocalRank"),
    rightPlace: mean("rightPlace"),
  };
}

/** Least values, by ranking. */
const floors: Measured = {
  meaning: { recall: 0.41, reciprocalRank: 0.21, rightPlace: 0.28 },
  learned: { recall: 0.58, reciprocalRank: 0.35, rightPlace: 0.49 },
};

/** Returns what was measured and is below its floor, in words; nothing when all is well. */
export function missesOf(measured: Measured): string[] {
  return Object.entries(floors).flatMap(([ranking, floor]) => {
    const found = measured[ranking as RankingKind];
    if (found === undefined) return [];
    return (Object.keys(floor) as (keyof Quality)[])
      .filter((key) => found[key] < floor[key])
      .map((key) => `${ranking}: ${key} ${found[key].toFixed(3)}, not ${floor[key].toFixed(3)}`);
  });
}

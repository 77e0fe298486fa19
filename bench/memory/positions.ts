/** Chooses places where a line goes on with a name that is defined in another file, and was not to be seen before. */
import { MersenneTwister } from "../bootstrap.ts";
import type { Definition } from "./definitions.ts";
import type { CodeFile } from "./sourceFiles.ts";

/** A place to complete at. */
export interface Position {
  readonly path: string;
  /** The file up to the cut. */
  readonly prefix: string;
  /** The rest of the line, without blanks at its end. */
  readonly answer: string;
  /** What the answer names. */
  readonly definition: Definition;
  /** Whether the line is one that brings names in from other files. */
  readonly isImport: boolean;
}

export interface PositionWish {
  readonly files: readonly CodeFile[];
  /** By name. */
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly n: number;
  readonly seed: number;
  /** Whether the prompt for a cursor behind `prefix` already holds the name. */
  readonly isSeen: (path: string, prefix: string, name: string) => boolean;
}

/** So that no name decides a repository's figures. */
const mostPerName = 2;
/** Longer ones are not completed in one go. */
const maxAnswer = 80;
const commentLine = /^\s*(\/\/|\/\*|\*|#(?!\s*(define|include|if))|--|<!--|"""|''')/;
const importLine =
  /^\s*(import\b|from\s+\S+\s+import\b|export\s.*\bfrom\b|(pub(\([^)]*\))?\s+)?use\s|using\s|#\s*include\b|require\b|mod\s|package\b|.*\brequire\()/;
const names = /[A-Za-z_]\w{3,}/g;
/** May mean something else here than what has that name elsewhere. */
const plainWord = /^[a-z]+$/;

/**
 * Returns at most `n` places, the files taking turns and each name twice at most; fewer when there are no more. The same seed
 * gives the same places.
 */
export function choosePositions(wish: PositionWish): Position[] {
  const random = new MersenneTwister(wish.seed);
  const used = new Map<string, number>();
  let turns = mixed(wish.files, random).map((file) => positionsIn(file, wish, random, used));
  const chosen: Position[] = [];
  while (turns.length > 0) {
    const left: typeof turns = [];
    for (const turn of turns) {
      if (chosen.length >= wish.n) return chosen;
      const next = turn.next();
      if (next.done === true) continue;
      chosen.push(next.value);
      left.push(turn);
    }
    turns = left;
  }
  return chosen;
}

function* positionsIn(
  { path, text }: CodeFile,
  { definitions, isSeen }: PositionWish,
  random: MersenneTwister,
  used: Map<string, number>,
): Generator<Position> {
  const lines = text.split("\n");
  const starts = startsOf(lines);
  for (const at of mixed([...lines.keys()], random)) {
    const line = (lines[at] as string).trimEnd();
    if (commentLine.test(line)) continue;
    const found = nameOfAnotherFile(line, path, definitions);
    if (found === undefined) continue;
    const { definition } = found;
    const nUsed = used.get(definition.name) ?? 0;
    if (nUsed >= mostPerName) continue;
    const cut = cutIn(line, found.start, random);
    const answer = line.slice(cut);
    const prefix = text.slice(0, (starts[at] as number) + cut);
    if (answer.length > maxAnswer || isSeen(path, prefix, definition.name)) continue;
    used.set(definition.name, nUsed + 1);
    yield { path, prefix, answer, definition, isImport: importLine.test(line) };
  }
}

/** The last name in the line that another file defines, so that something of the line is there to go by. */
function nameOfAnotherFile(
  line: string,
  path: string,
  definitions: ReadonlyMap<string, Definition>,
): { readonly definition: Definition; readonly start: number } | undefined {
  for (const { 0: name, index: start } of [...line.matchAll(names)].toReversed()) {
    const definition = definitions.get(name);
    if (definition === undefined || definition.path === path || plainWord.test(name)) continue;
    // The cut is in front of the name's first mention.
    if (line.indexOf(name) === start && !isInString(line, start)) return { definition, start };
  }
  return undefined;
}

function isInString(line: string, at: number): boolean {
  return (line.slice(0, at).match(/["'`]/g) ?? []).length % 2 === 1;
}

/** A border of a word in front of the name or at it, behind something that is not blank where there is such a one. */
function cutIn(line: string, nameStart: number, random: MersenneTwister): number {
  const indentation = /^\s*/.exec(line)?.[0].length ?? 0;
  const borders: number[] = [];
  for (let at = indentation + 1; at <= nameStart; at++)
    if (/\w/.test(line[at - 1] as string) !== /\w/.test(line[at] as string)) borders.push(at);
  return borders[Math.floor(random.next() * borders.length)] ?? nameStart;
}

function startsOf(lines: readonly string[]): number[] {
  let at = 0;
  return lines.map((line) => {
    const start = at;
    at += line.length + 1;
    return start;
  });
}

function mixed<Item>(items: readonly Item[], random: MersenneTwister): Item[] {
  return items
    .map((item) => ({ item, key: random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

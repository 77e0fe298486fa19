/** What of a question a search of a commit's tree goes by. */
import type { NamedPath } from "../services.ts";
import { mentionedPath } from "../recall/namedPaths.ts";
import { parseQuestion } from "../recall/question.ts";
import { spelledMentions } from "../recall/spelledMentions.ts";

/** What of the question the search goes by. */
export interface AskedAt {
  readonly text: string;
  /** Names of code, perhaps qualified. */
  readonly names: readonly string[];
  readonly paths: readonly string[];
  /** The files and folders that the search is limited to, those of them that are in the tree. */
  readonly mentions: readonly NamedPath[];
}

/** Returns what a question asks of a tree; `paths` returns the files there, see `spelledMentions`. */
export function askedAt(query: string, paths: () => readonly string[]): AskedAt {
  const question = parseQuestion(spelledMentions(query, paths));
  const { words, identifiers, literals, mentions } = question;
  const isAboutMore = words.length + literals.length + identifiers.length > 0;
  const limits = new Set(isAboutMore ? mentions.map(({ path }) => path) : []);
  return {
    text: [...words, ...literals].join(" "),
    names: identifiers,
    // What only limits the question does not answer it.
    paths: question.paths
      .map(({ path }) => mentionedPath(path))
      .filter((path) => !limits.has(path)),
    mentions,
  };
}

/**
 * Which of several definitions of one name a use probably means, from what stands before the name, what the
 * file imports and where both lie. No type is resolved: what comes out is a guess with its strength.
 */
import type { ImportWords } from "./imports.ts";
import { foldersAndFile } from "./wantedNames.ts";

/** What a use is made on: nothing, the object itself, or something with a word for a name (`""` when it has none). */
export type Receiver =
  | { readonly kind: "none" }
  | { readonly kind: "self" }
  | {
      readonly kind: "other";
      readonly words: readonly string[];
      /** Written with `::`: the words are modules or types and no variables. */
      readonly isPath: boolean;
    };

/** One use of a name. */
export interface NameUse {
  readonly path: string;
  readonly receiver: Receiver;
  /** Names of the definitions around the use, outermost first. */
  readonly containers: readonly string[];
  readonly imports: readonly ImportWords[];
  /** Returns the words that a variable of the file is declared or filled with: `JoinSet`, `new` of `let set = JoinSet::new()`. */
  readonly declaredWith: (variable: string) => ImportWords;
}

/** A definition that the use may mean. */
export interface UseTarget {
  readonly name: string;
  readonly path: string;
  readonly containers: readonly string[];
  /** Absent when the definition itself is not known. */
  readonly language?: string;
}

/** From this strength on a use is taken to mean the definition. */
export const clearStrength = 2;
/** At and below this strength a use speaks against the definition. */
export const againstStrength = -1;

const strengths = {
  ownContainer: 4,
  receiver: 3,
  declared: 3,
  imported: 3,
  packageImported: 2,
  sameFile: 2,
  ownerKnown: 1,
  moduleImported: 1,
  sameFolder: 0.5,
  foreignReceiver: -0.5,
  functionOnReceiver: -1.5,
  bareMethod: -2,
  importedElsewhere: -2,
  otherPath: -3,
};

/** Returns what stands before a name in a text: `downloader` of `self.downloader.fetch`, `tokio`, `task` of `tokio::task::spawn`. */
export function receiverBefore(text: string, at: number): Receiver {
  const before = text.slice(Math.max(0, at - 120), at);
  const chain =
    /(?:(?:[\p{L}_$][\p{L}\p{N}_$]*|\)|\])(?:\(\)|!)?\s{0,40}(?:\?\.|\.|->|::)\s{0,2}[#_]?)+$/u.exec(
      before,
    );
  if (chain === null) return { kind: "none" };
  const words = chain[0].match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
  const isSelf = /^[\s]*(?:self|this|cls|super|Self)(?:\(\))?(?:\?\.|\.|->|::)[#_]?$/.test(
    chain[0],
  );
  if (isSelf) return { kind: "self" };
  return {
    kind: "other",
    words: words.filter((word) => !selfWords.has(word)),
    isPath: /::\s*$/.test(chain[0]),
  };
}
const selfWords = new Set(["self", "this", "cls", "super", "Self", "crate"]);

/** Returns how much speaks for a use meaning a definition; from `clearStrength` on it is clear. */
export function evidenceFor(use: NameUse, target: UseTarget): number {
  const owner = target.containers.at(-1);
  const isSameFile = use.path === target.path;
  const isNear = isSameFile || folderOf(use.path) === folderOf(target.path);
  const near = isNear ? strengths.sameFolder : 0;
  const { receiver } = use;
  switch (receiver.kind) {
    case "self":
      if (owner === undefined) return strengths.functionOnReceiver + near;
      // A method of another file may be inherited.
      return isSameFile && use.containers.includes(owner) ? strengths.ownContainer : near;
    case "other":
      return onReceiver(use, receiver, target, owner) + near;
    case "none":
      if (owner !== undefined && !use.containers.includes(owner))
        return strengths.bareMethod + near + importEvidence(use.imports, target);
      return isSameFile ? strengths.sameFile : near + importEvidence(use.imports, target);
  }
}

function onReceiver(
  use: NameUse,
  { words, isPath }: Extract<Receiver, { kind: "other" }>,
  { path }: UseTarget,
  owner: string | undefined,
): number {
  // A method is called on its object or type, a function on its module.
  const holder = owner ?? foldersAndFile(path).at(-1);
  const meant = Math.max(0, ...words.map((word) => means(word, holder)));
  if (meant > 0) return strengths.receiver * meant;
  if (isPath) return strengths.otherPath;
  if (owner === undefined) return strengths.functionOnReceiver;
  const variable = words.at(-1);
  if (variable !== undefined && use.declaredWith(variable).has(owner)) return strengths.declared;
  const isKnown = use.imports.some((imported) => imported.has(owner));
  return strengths.foreignReceiver + (isKnown ? strengths.ownerKnown : 0);
}

function importEvidence(
  imports: readonly ImportWords[],
  { name, path, containers }: UseTarget,
): number {
  const modules = foldersAndFile(path);
  const owner = containers.at(-1);
  const module = modules.at(-1) ?? "";
  let best = 0;
  for (const words of imports) {
    const hasName = words.has(name) || (owner !== undefined && words.has(owner));
    if (words.has(module)) {
      if (hasName) return strengths.imported;
      best = Math.max(best, strengths.moduleImported);
    } else if (hasName && modules.some((each) => words.has(each))) {
      // A package may export what one of its modules defines.
      best = strengths.packageImported;
    } else if (words.has(name) && best === 0) best = strengths.importedElsewhere;
  }
  return best;
}

/**
 * Returns how surely a variable or module holds an owner by its name, 0 to 1: `pool` and `Pool` for `Pool`, less for
 * `workerPool` and `poolClass`.
 */
function means(word: string, owner: string | undefined): number {
  if (owner === undefined) return 0;
  const held = plain(word);
  const named = plain(owner);
  if (held === named) return 1;
  if (held.length < 4 || named.length < 4) return 0;
  const isAffix =
    named.endsWith(held) ||
    held.endsWith(named) ||
    (held.startsWith(named) && held.length - named.length <= maxSuffix);
  return isAffix ? 0.8 : 0;
}
/** `cls`, `type`, `class`, `es`. */
const maxSuffix = 5;

function plain(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

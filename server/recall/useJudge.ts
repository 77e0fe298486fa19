/** Decides whether a use of a name means the definition that is asked about. */
import type { MemoryBank } from "../memory/memoryBank.ts";
import type { DefinitionPlace } from "../services.ts";
import {
  againstStrength,
  clearStrength,
  evidenceFor,
  type NameUse,
  type UseTarget,
} from "./callEvidence.ts";
import { definitionsOf, type FoundDefinition } from "./definitions.ts";
import { qualifierFit } from "./wantedNames.ts";

/** `clear`: this definition, as far as names can tell. `unclear`: it may be another. `other`: it is another, or no use. */
export type UseJudgement = "clear" | "unclear" | "other";

/** More definitions are not held against each use. */
const maxCompared = 40;

/** The definitions that a use in one language may mean. */
interface Rivals {
  /** True when every definition of the name is in a language that this one does not call by name. */
  readonly isForeign: boolean;
  readonly targets: readonly UseTarget[];
  readonly others: readonly UseTarget[];
}

export class UseJudge {
  /** True when no known definition is where the qualifier says, so that the qualifier itself stands for one. */
  readonly isQualifierOnly: boolean;
  readonly #all: readonly UseTarget[];
  readonly #targets: readonly UseTarget[];
  readonly #others: readonly UseTarget[];
  readonly #rivals = new Map<string, Rivals>();

  constructor(
    bank: MemoryBank,
    name: string,
    qualifier: readonly string[],
    definition: DefinitionPlace | undefined,
    maxDefinitionChunks: number,
  ) {
    const all = distinct(definitionsOf(bank, name, maxDefinitionChunks).definitions);
    const targets = targetsAmong(all, name, qualifier, definition);
    this.isQualifierOnly = targets.some((target) => !all.includes(target));
    this.#all = all;
    this.#targets = targets.slice(0, maxCompared);
    this.#others = all.filter((each) => !targets.includes(each)).slice(0, maxCompared);
  }

  /** False when there is nothing to tell apart. */
  get needsEvidence(): boolean {
    return this.#others.length > 0 || this.#targets.length > 1;
  }

  /** Returns how many definitions of the name a file of a language may mean; at least so many. */
  nDefinitionsFor(language: string): number {
    const own = this.#all.filter((each) => isSameFamily(each.language ?? language, language));
    return own.length === 0 ? this.#all.length : own.length;
  }

  /** A factor for files that are read first. */
  nearness(path: string): number {
    if (this.#others.length === 0) return 1;
    const folder = path.slice(0, path.lastIndexOf("/") + 1);
    if (this.#targets.some((target) => target.path === path)) return 2;
    return this.#targets.some((target) => target.path.startsWith(folder)) ? 1.4 : 1;
  }

  judge(use: NameUse, language: string): UseJudgement {
    const { targets, others, isForeign } = this.#rivalsIn(language);
    if (others.length === 0) {
      if (targets.length < 2) return "clear";
      // Nobody asked for one of them, so that none can be told from the others.
      return "unclear";
    }
    const forTarget = strongest(targets, use);
    const forOther = strongest(others, use);
    if (forTarget >= clearStrength) {
      if (forTarget < forOther) return "other";
      return isForeign ? "unclear" : "clear";
    }
    if (forOther >= clearStrength || forTarget <= againstStrength) return "other";
    return "unclear";
  }

  /** A call means no definition of another language, as long as there is one of its own. */
  #rivalsIn(language: string): Rivals {
    let rivals = this.#rivals.get(language);
    if (rivals === undefined) {
      const inFamily = (each: UseTarget): boolean =>
        each.language === undefined || isSameFamily(each.language, language);
      const hasOwn = this.#all.some(inFamily);
      rivals = {
        isForeign: this.#all.length > 0 && !hasOwn,
        targets: hasOwn ? this.#targets.filter(inFamily) : this.#targets,
        others: hasOwn ? this.#others.filter(inFamily) : this.#others,
      };
      this.#rivals.set(language, rivals);
    }
    return rivals;
  }
}

const families: readonly (readonly string[])[] = [
  ["typescript", "typescriptreact", "javascript", "javascriptreact", "vue", "svelte"],
  ["c", "cpp", "objective-c", "objective-cpp", "cuda-cpp"],
  ["java", "kotlin", "scala", "groovy"],
];

/** Returns true for languages that call each other's definitions by name. */
export function isSameFamily(a: string, b: string): boolean {
  return a === b || families.some((family) => family.includes(a) && family.includes(b));
}

function strongest(targets: readonly UseTarget[], use: NameUse): number {
  return targets.reduce((most, target) => Math.max(most, evidenceFor(use, target)), -Infinity);
}

/** The definitions that are meant; all of them when nothing says which. */
function targetsAmong(
  all: readonly UseTarget[],
  name: string,
  qualifier: readonly string[],
  definition: DefinitionPlace | undefined,
): readonly UseTarget[] {
  if (definition !== undefined) {
    const meant = all.filter(
      ({ path, containers }) =>
        path === definition.path && containers.join(".") === definition.container,
    );
    if (meant.length > 0) return meant;
  }
  if (qualifier.length === 0 || all.length === 0) return all;
  const fits = all.map((each) => ({
    each,
    fit: qualifierFit(qualifier, name, each.path, each.containers),
  }));
  const most = Math.max(0, ...fits.map(({ fit }) => fit));
  // What lies about where the qualifier says, such as the parts of a module, is meant as well.
  if (most >= leastFit) return fits.filter(({ fit }) => fit >= most - 0.01).map(({ each }) => each);
  // The syntax tree does not show the definition that is meant, so the qualifier stands for it.
  return [{ name, path: `${qualifier.join("/")}/index`, containers: [] }];
}
const leastFit = 0.65;

/** One for each file and container: overloads are one definition. */
function distinct(definitions: readonly FoundDefinition[]): UseTarget[] {
  const byPlace = new Map<string, UseTarget>();
  for (const { symbol, path, containers, blob } of definitions)
    byPlace.set(`${path}\0${containers.join(".")}`, {
      name: symbol.name,
      path,
      containers,
      language: blob.language,
    });
  return [...byPlace.values()];
}

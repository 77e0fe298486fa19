/**
 * Clues after MemoRAG (Qian et al. 2024): asked something vague, the model writes from memory how the code that is
 * meant may begin, several times, and names of the repository in what it wrote are searched for.
 */
import { randomFrom } from "../../server/bank/random.ts";
import { askedNames } from "../../server/deep/askedNames.ts";
import { recollect } from "../../server/deep/recallTokens.ts";
import { languageOf, lineComments, type LanguageId } from "../../server/ingest/languages.ts";
import { headerOf } from "../../server/lm/chunks.ts";
import type { LmSequence } from "../../server/lm/lmSequence.ts";
import { definitionsIn } from "./definitions.ts";
import type { MemoryParts } from "./memoryParts.ts";
import type { QuestionedRepository } from "./vagueQuestions.ts";

export interface DraftOptions {
  /** For each opening; the first is the likeliest one, the others are drawn. */
  readonly nDrafts: number;
  readonly nTokens: number;
  /** Drawn from so many of the likeliest tokens. */
  readonly topK: number;
  readonly nClues: number;
}

/** As on the other repositories where this was tried; `docs/memory-model.md` says what came of it. */
export const usualDrafts: DraftOptions = {
  nDrafts: 3,
  nTokens: 12,
  topK: 8,
  nClues: 2,
};

export interface Clues {
  /** Most often written first. */
  readonly names: readonly string[];
  readonly tookMs: number;
}

/** How definitions begin, up to the name, whose token has the blank in front; elsewhere the model begins the line too. */
const openings: Readonly<Partial<Record<LanguageId, readonly string[]>>> = {
  typescript: ["export function", "export class"],
  javascript: ["function", "class"],
  python: ["def", "class"],
  go: ["func", "type"],
  rust: ["pub fn", "pub struct"],
  java: ["public", "private"],
};
/** Queries of the question's last tokens, that the memory is asked with before anything is written. */
const questionQueries = 24;
const draftQueries = 4;
const seed = 20_266;
const utf8 = new TextEncoder();

export class ClueDrafter {
  readonly #parts: MemoryParts;
  readonly #sequence: LmSequence;
  readonly #options: DraftOptions;

  constructor(parts: MemoryParts, options: DraftOptions = usualDrafts) {
    this.#parts = parts;
    this.#sequence = parts.model.sequence();
    this.#options = options;
  }

  async draft(question: string, repository: QuestionedRepository): Promise<Clues> {
    const startMs = performance.now();
    const random = randomFrom(seed);
    const place = await this.#likelyPlace(question, repository);
    const language = languageOf(place);
    const comment = lineComments(language)[0] ?? "//";
    const counts = new Map<string, number>();
    for (const opening of openings[language] ?? [""]) {
      const prompt = this.#promptOf(place, `${comment} ${question}\n${opening}`);
      for (let n = 0; n < this.#options.nDrafts; n++) {
        const text = await this.#write(prompt, repository, n === 0 ? undefined : random);
        for (const name of new Set(text.match(/[A-Za-z_]\w{3,}/g)))
          counts.set(name, (counts.get(name) ?? 0) + 1);
      }
    }
    const known = namesOf(repository);
    const names = [...counts]
      .filter(([name]) => known.has(name))
      .sort((a, b) => b[1] - a[1])
      .slice(0, this.#options.nClues)
      .map(([name]) => name);
    return { names, tookMs: performance.now() - startMs };
  }

  /** The file of what the memory recalls first: where the answer may stand, and in which language. */
  async #likelyPlace(question: string, { bank, files }: QuestionedRepository): Promise<string> {
    await this.#sequence.become(this.#promptOf("", `// ${question}\n`));
    const recalled = recollect(bank.store, this.#sequence.lastQueries(questionQueries));
    const best = recalled?.blocks.reduce((a, b) => (b.score > a.score ? b : a));
    return best?.fileId ?? files[0]?.path ?? "";
  }

  #promptOf(file: string, text: string): Uint16Array {
    const { tokenizer, shape } = this.#parts;
    const header = headerOf(tokenizer, shape, file);
    const room = shape.window - header.length - this.#options.nTokens;
    return Uint16Array.of(...header, ...tokenizer.encode(utf8.encode(text)).subarray(-room));
  }

  /** Writes to the end of a line; the likeliest token each time, or one drawn with `random`. */
  async #write(
    prompt: Uint16Array,
    { bank }: QuestionedRepository,
    random: (() => number) | undefined,
  ): Promise<string> {
    const { tokenizer } = this.#parts;
    const sequence = this.#sequence;
    const { nTokens, topK } = this.#options;
    await sequence.become(prompt);
    sequence.forgetReading(0);
    const written: number[] = [];
    while (written.length < nTokens) {
      const nQueries = written.length === 0 ? questionQueries : draftQueries;
      const names = askedNames(tokenizer, Uint16Array.of(...prompt, ...written));
      const known = recollect(bank.store, sequence.lastQueries(nQueries), { names })?.tokens;
      const { logProbs } = await sequence.read(known);
      const token = chosen(logProbs, random === undefined ? 1 : topK, random);
      if (token >= tokenizer.fileToken) break;
      if (written.length > 0 && tokenizer.bytesOf(token)[0] === 0x0a) break;
      written.push(token);
      await sequence.append(Uint16Array.of(token));
    }
    return new TextDecoder().decode(tokenizer.decode(Uint16Array.from(written)));
  }
}

/** Returns one of the `topK` likeliest tokens, drawn by their probabilities; the likeliest without `random`. */
function chosen(logProbs: Float32Array, topK: number, random: (() => number) | undefined): number {
  const best: number[] = [];
  const logProb = (token: number | undefined): number => logProbs[token ?? -1] ?? -Infinity;
  for (let token = 0; token < logProbs.length; token++) {
    if (best.length === topK && logProb(token) <= logProb(best.at(-1))) continue;
    best.push(token);
    best.sort((a, b) => logProb(b) - logProb(a)).splice(topK);
  }
  if (random === undefined) return best[0] as number;
  const weights = best.map((token) => Math.exp(logProb(token)));
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  const at = weights.findIndex((weight) => (left -= weight) < 0);
  return best[Math.max(0, at)] as number;
}

const known = new WeakMap<QuestionedRepository, ReadonlySet<string>>();

/** Returns the names that the remembered files define. */
export function namesOf(repository: QuestionedRepository): ReadonlySet<string> {
  let names = known.get(repository);
  if (names === undefined) {
    names = new Set(repository.files.flatMap(definitionsIn).map(({ name }) => name));
    known.set(repository, names);
  }
  return names;
}

/** The embeddings of rounds in memory, compared with a question one after the other: exact, and fast for some ten thousand. */

interface Kept {
  readonly createdMs: number;
  /** Of the question and of the answer, one after the other. */
  readonly both: Int8Array;
  /** Lengths of the two. */
  readonly norms: readonly [question: number, answer: number];
}

/** The answer's nearness counts less than that of the user's own words. */
const answerShare = 0.8;

export class RoundEmbeddings {
  /** By the round's number. */
  readonly #kept = new Map<number, Kept>();

  put(id: number, createdMs: number, bytes: Uint8Array): void {
    const both = new Int8Array(bytes);
    const length = both.length / 2;
    const norms = [normOf(both, 0, length), normOf(both, length, both.length)] as const;
    this.#kept.set(id, { createdMs, both, norms });
  }

  remove(id: number): void {
    this.#kept.delete(id);
  }

  clear(): void {
    this.#kept.clear();
  }

  /** How near a round is to a question, -1 to 1; `undefined` when it has no embedding. */
  similarity(id: number, question: Int8Array): number | undefined {
    const kept = this.#kept.get(id);
    return kept && similarityOf(kept, question, normOf(question, 0, question.length));
  }

  /** Returns the nearest rounds of a time, half-open, the nearest first. */
  nearest(question: Int8Array, [fromMs, toMs]: readonly [number, number], limit: number): number[] {
    const norm = normOf(question, 0, question.length);
    const best: { readonly id: number; readonly similarity: number }[] = [];
    for (const [id, kept] of this.#kept) {
      if (kept.createdMs < fromMs || kept.createdMs >= toMs) continue;
      const similarity = similarityOf(kept, question, norm);
      const last = best[limit - 1];
      if (last !== undefined && similarity <= last.similarity) continue;
      // Behind those that are as near.
      const at = best.findLastIndex((each) => each.similarity >= similarity) + 1;
      best.splice(at, 0, { id, similarity });
      if (best.length > limit) best.pop();
    }
    return best.map(({ id }) => id);
  }
}

function similarityOf({ both, norms }: Kept, question: Int8Array, norm: number): number {
  const { length } = question;
  let asked = 0;
  let answered = 0;
  // Whole numbers throughout: the engine compiles them to integer arithmetic.
  for (let i = 0; i < length; i++) {
    const x = question[i] as number;
    asked = (asked + Math.imul(x, both[i] as number)) | 0;
    answered = (answered + Math.imul(x, both[i + length] as number)) | 0;
  }
  const cosine = (dot: number, own: number): number =>
    norm === 0 || own === 0 ? 0 : dot / (norm * own);
  return Math.max(cosine(asked, norms[0]), answerShare * cosine(answered, norms[1]));
}

function normOf(embedding: Int8Array, from: number, to: number): number {
  let square = 0;
  for (let i = from; i < to; i++) square += (embedding[i] as number) ** 2;
  return Math.sqrt(square);
}

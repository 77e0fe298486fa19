/** Embeddings that were computed lately, by the tokens they were computed from: what the encoder sees of a text. */

/** What an entry of a map costs beside its key and its value, roughly. */
const entryBytes = 160;
const bytesPerToken = 2;

/** The key of an embedding: equal for equal tokens and for no others. */
export function cacheKey(tokens: Uint16Array): string {
  return String.fromCharCode(...tokens);
}

/** Holds at most `maxBytes`; what was not asked for longest goes first. */
export class EmbeddingCache {
  readonly #maxBytes: number;
  /** In the order in which they were asked for. */
  readonly #embeddings = new Map<string, Float32Array>();
  #sizeBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are held, the keys included. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get(key: string): Float32Array | undefined {
    const embedding = this.#embeddings.get(key);
    if (embedding === undefined) return undefined;
    this.#embeddings.delete(key);
    this.#embeddings.set(key, embedding);
    return embedding;
  }

  /** Takes over `embedding`, which is not to be changed any more. */
  set(key: string, embedding: Float32Array): void {
    this.#delete(key);
    this.#embeddings.set(key, embedding);
    this.#sizeBytes += bytesOf(key, embedding);
    for (const oldest of this.#embeddings.keys()) {
      if (this.#sizeBytes <= this.#maxBytes) return;
      this.#delete(oldest);
    }
  }

  #delete(key: string): void {
    const embedding = this.#embeddings.get(key);
    if (embedding === undefined) return;
    this.#embeddings.delete(key);
    this.#sizeBytes -= bytesOf(key, embedding);
  }
}

function bytesOf(key: string, embedding: Float32Array): number {
  return entryBytes + key.length * bytesPerToken + embedding.byteLength;
}

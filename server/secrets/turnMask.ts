/** Takes secrets out of the turns of conversations before they are written. */
import type { RecallTrace, Turn } from "../../protocol/types.ts";
import { findSecrets } from "./findSecrets.ts";
import { maskOf, masked } from "./maskSecrets.ts";

/** Conversations whose secrets are known at once; what an older one repeats is still found by its look. */
const maxConversations = 100;
const maxSecrets = 5_000;
/** A shorter one may be a word that stands elsewhere as well. */
const minKnownLength = 8;
/** A part of a secret that stands alone says something of it from this length on. */
const minPartLength = 6;

/**
 * Masks the turns of conversations. A secret that was told by what stood around it is known from then on, so that an
 * answer that repeats it alone does not keep it.
 */
export class TurnMask {
  /** By conversation: secrets, and what they are. */
  readonly #known = new Map<string, Map<string, string>>();

  /** Returns the turn, or the part of it, without secrets; the same one when it holds none. */
  mask<T extends Partial<Turn>>(conversationId: string, turn: T): T {
    const known = this.#knownOf(conversationId);
    let hasSecret = false;
    for (const text of stringsOf(turn)) {
      for (const { start, end, kind } of findSecrets(text)) {
        hasSecret = true;
        if (known.size < maxSecrets && end - start >= minKnownLength)
          known.set(text.slice(start, end), kind);
      }
    }
    if (known.size === 0 && !hasSecret) return turn;
    // A secret may be a part of another one.
    const longestFirst = [...known].sort(([a], [b]) => b.length - a.length);
    const { trace, ...rest } = turn;
    const withoutSecrets = (text: string): string => {
      const byLook = masked(text, findSecrets(text));
      return longestFirst.reduce(
        (left, [secret, kind]) => left.replaceAll(secret, maskOf(kind)),
        byLook,
      );
    };
    const maskedTurn = mapStrings(rest, withoutSecrets) as T;
    return trace === undefined
      ? maskedTurn
      : { ...maskedTurn, trace: maskTrace(trace, known, withoutSecrets) };
  }

  #knownOf(conversationId: string): Map<string, string> {
    const known = this.#known.get(conversationId) ?? new Map<string, string>();
    this.#known.delete(conversationId);
    this.#known.set(conversationId, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > maxConversations && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }
}

/** A trace holds the words of the question in pieces and in lower case. */
function maskTrace(
  trace: RecallTrace,
  known: ReadonlyMap<string, string>,
  withoutSecrets: (text: string) => string,
): RecallTrace {
  const secrets = [...known].map(([secret, kind]) => [secret.toLowerCase(), kind] as const);
  return mapStrings(trace, (text) => {
    const part = text.length < minPartLength ? undefined : text.toLowerCase();
    const whole = secrets.find(([secret]) => part !== undefined && secret.includes(part));
    return whole === undefined ? withoutSecrets(text) : maskOf(whole[1]);
  }) as RecallTrace;
}

/** Yields every string of a JSON value. */
function* stringsOf(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null)
    for (const part of Object.values(value)) yield* stringsOf(part);
}

/** Returns a JSON value with every string replaced. */
function mapStrings(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((part) => mapStrings(part, change));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, mapStrings(part, change)]),
  );
}

/** The options that say which notes and turns to forget. */
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import { filled, UsageError, type Values } from "./optionValues.ts";

/** Which notes and turns to forget; one of these. */
export interface WorkChoice {
  readonly topic?: string;
  readonly folder?: string;
  /** A time since the epoch, or a time before now. */
  readonly before?: { readonly atMs: number } | { readonly agoMs: number };
}

/** Returns what is chosen, `undefined` for nothing. Errors: `UsageError`. */
export function chosenWork(values: Values): WorkChoice | undefined {
  const given = (["topic", "before", "inside"] as const).filter(
    (name) => values[name] !== undefined,
  );
  const [name] = given;
  if (name === undefined) return undefined;
  if (given.length > 1) throw new UsageError("Choose one of --topic, --before and --inside.");
  const value = filled(name, String(values[name]));
  if (name === "topic") return { topic: value };
  return name === "inside" ? { folder: value } : { before: readBefore(value) };
}

/** Returns a choice as the server takes it. */
export function workParams({ topic, folder, before }: WorkChoice, nowMs: number): ForgetWorkParams {
  if (topic !== undefined) return { topic };
  if (folder !== undefined) return { folder };
  if (before === undefined) return {};
  return { beforeMs: "atMs" in before ? before.atMs : Math.max(0, nowMs - before.agoMs) };
}

const dayMs = 86_400_000;
const unitMs = { d: dayMs, day: dayMs, week: 7 * dayMs, month: 30 * dayMs, year: 365 * dayMs };

/** Reads `2026-01-31`, `90 days`, `90d` or `older than 3 months`. */
function readBefore(value: string): { atMs: number } | { agoMs: number } {
  const ago = /^(?:older than )?(\d{1,5}) ?(d|day|week|month|year)s?(?: ago)?$/.exec(value.trim());
  if (ago !== null) return { agoMs: Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs] };
  const atMs = Date.parse(`${value}T00:00:00`);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(atMs))
    throw new UsageError(`--before needs a day such as 2026-01-31 or “90 days”, not “${value}”.`);
  return { atMs };
}

/** The options that say which notes and turns to forget. */
import type { ForgetWorkParams } from "../../protocol/savedMemory.ts";
import { momentNamed } from "../time/timeWords.ts";
import { filled, UsageError, type Values } from "./optionValues.ts";

/** Which notes and turns to forget; one of these. */
export interface WorkChoice {
  readonly topic?: string;
  readonly folder?: string;
  /** A time in words, as of when it is forgotten. */
  readonly before?: string;
  /** Pinned notes too. */
  readonly withPinned?: true;
}

/** Returns what is chosen, `undefined` for nothing. Errors: `UsageError`. */
export function chosenWork(values: Values): WorkChoice | undefined {
  const given = (["topic", "before", "inside"] as const).filter(
    (name) => values[name] !== undefined,
  );
  const [name] = given;
  if (name === undefined) {
    if (values.pinned === true)
      throw new UsageError("--pinned goes with --topic, --before or --inside.");
    return undefined;
  }
  if (given.length > 1) throw new UsageError("Choose one of --topic, --before and --inside.");
  const value = filled(name, String(values[name]));
  const pinned = values.pinned === true ? { withPinned: true as const } : {};
  if (name === "topic") return { topic: value, ...pinned };
  return { ...(name === "inside" ? { folder: value } : { before: readBefore(value) }), ...pinned };
}

/** Returns a choice as the server takes it. */
export function workParams(
  { topic, folder, before, ...pinned }: WorkChoice,
  nowMs: number,
): ForgetWorkParams {
  if (topic !== undefined) return { topic, ...pinned };
  if (folder !== undefined) return { folder, ...pinned };
  if (before === undefined) return {};
  return { beforeMs: Math.max(0, momentNamed(before, nowMs) ?? 0), ...pinned };
}

/** Errors: `UsageError` when it is no time. */
function readBefore(value: string): string {
  if (momentNamed(value, Date.now()) === undefined)
    throw new UsageError(`--before needs a day such as 2026-01-31 or “90 days”, not “${value}”.`);
  return value;
}

/** What the processes that have one store open tell each other, see `server/channel/`. Plain data, sent as JSON. */
import { MemoryError, errorCatalogue, type ErrorName } from "../../protocol/errors.ts";
import type { IngestAction } from "./ingestCalls.ts";

/** What may be asked of the process that keeps a store, by whoever has it open. */
export type SharedAction = Extract<IngestAction, { kind: SharedKind }>;

const sharedKinds = [
  ...(["filesChanged", "overlay", "openEditors", "rescan", "settled", "refineNow"] as const),
  ...(["pause", "resume", "rebuild"] as const),
];
type SharedKind = (typeof sharedKinds)[number];

/** What the owner answers: nothing, or why it failed. */
export interface SharedAnswer {
  readonly errorName?: ErrorName;
  readonly detail?: string;
}

/** What the owner tells by itself. */
export type OwnerNews =
  /** As `packOwnerStatus` makes it. */
  | { readonly kind: "status"; readonly status: string }
  /** The user deleted the memory: nobody makes it again by himself. */
  | { readonly kind: "forgotten" };

/** Returns what another process asks, `undefined` when that is nothing that may be asked. */
export function sharedActionOf(said: unknown): SharedAction | undefined {
  const { kind, files, file, text, paths } = (said ?? {}) as Readonly<Record<string, unknown>>;
  if (!sharedKinds.some((known) => known === kind)) return undefined;
  const isGood =
    (kind !== "filesChanged" && kind !== "openEditors") || isStrings(files)
      ? (kind !== "overlay" || (typeof file === "string" && isText(text))) &&
        (kind !== "refineNow" || isStrings(paths))
      : false;
  return isGood ? (said as SharedAction) : undefined;
}

/** Errors: what the owner says. */
export function checkAnswer(answer: unknown): void {
  const { errorName, detail } = (answer ?? {}) as SharedAnswer;
  if (errorName !== undefined && Object.hasOwn(errorCatalogue, errorName))
    throw new MemoryError(errorName, detail ?? "");
}

/** Returns what the owner told, `undefined` when it is nothing that it may tell. */
export function ownerNewsOf(told: unknown): OwnerNews | undefined {
  const { kind, status } = (told ?? {}) as Readonly<Record<string, unknown>>;
  if (kind === "forgotten") return { kind };
  return kind === "status" && typeof status === "string" ? { kind, status } : undefined;
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

/** JSON leaves out what is `undefined`: no text, the disk counts. */
function isText(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

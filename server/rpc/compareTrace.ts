import {
  savedTraceOf,
  traceFormat,
  traceVersion,
  type SavedTrace,
  type TraceComparison,
} from "../../protocol/savedTrace.ts";
import type { Root } from "../../protocol/types.ts";
import type { Clock } from "../ports.ts";
import { placeChanges } from "../recall/placeChanges.ts";
import type { RecallService } from "../services.ts";
import { savedTrace } from "./savedTraceShape.ts";
import { ShapeError } from "./shape.ts";

/** What a trace is compared with. */
export interface TraceGround {
  readonly recall: RecallService;
  readonly clock: Clock;
  /** The roots whose memory is open. */
  readonly roots: readonly Root[];
}

type Unusable = Extract<TraceComparison, { readonly kind: "unusable" }>;

/**
 * Asks the question of a saved trace again, as it was asked then, and compares. `text` is that of a file, which may
 * hold anything. Rejects with AbortError when cancelled.
 */
export async function compareTrace(
  text: string,
  { recall, clock, roots }: TraceGround,
  signal: AbortSignal,
): Promise<TraceComparison> {
  const before = readTrace(text);
  if (before.kind === "unusable") return before;
  const { query, limit, paths, neighbours, ranking, roots: asked } = before.trace.asked;
  const open = new Set(roots.map(({ id }) => id));
  if (asked.length === 0 || asked.some(({ id }) => !open.has(id)))
    return unusable("otherRoots", asked.map(({ name }) => name).join(", "));
  const found = await recall.search(
    {
      query,
      limit,
      explain: true,
      rootIds: asked.map(({ id }) => id),
      ...(paths === undefined ? {} : { paths }),
      ...(neighbours === undefined ? {} : { neighbours }),
    },
    signal,
    { ranking },
  );
  const now = savedTraceOf(found, clock.nowMs());
  if (now === undefined) throw new Error("an explained search says what was asked");
  return {
    kind: "compared",
    before: before.trace,
    now,
    places: placeChanges(before.trace.results, now.results),
  };
}

/** Returns the trace that a file's text holds, or why it holds none. */
function readTrace(text: string): { readonly kind: "read"; readonly trace: SavedTrace } | Unusable {
  const value = parse(text);
  if (typeof value !== "object" || value === null || !("format" in value))
    return unusable("damaged", "");
  if (value.format !== traceFormat) return unusable("damaged", "trace.format");
  if ("version" in value && Number.isSafeInteger(value.version) && value.version !== traceVersion)
    return unusable("otherVersion", String(value.version));
  try {
    return { kind: "read", trace: savedTrace(value, "trace") };
  } catch (error) {
    if (error instanceof ShapeError) return unusable("damaged", error.message);
    throw error;
  }
}

function unusable(reason: Unusable["reason"], detail: string): Unusable {
  return { kind: "unusable", reason, detail };
}

/** `undefined` for what is no JSON. */
function parse(text: string): unknown {
  try {
    // Editors put the mark of the byte order at the front.
    return JSON.parse(text.replace(/^\ufeff/, ""));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import type {
  PlaceChange,
  PlaceState,
  RankedPlace,
  SavedTrace,
  TraceComparison,
} from "../../protocol/savedTrace.ts";
import { oneLine } from "../displayText.ts";
import type { Translate, Wording } from "../wording.ts";

/** How a question that was asked again fares, as a document. The failures are a sentence each. */
export function traceReport(comparison: TraceComparison, wording: Wording): string {
  const { t, count } = wording;
  if (comparison.kind === "unusable") return unusableText(comparison, t);
  const { before, now, places } = comparison;
  const nDifferent = places.filter(({ states }) => states.length > 0).length;
  return [
    oneLine(now.asked.query),
    "",
    t("Saved: {0}", new Date(before.savedMs).toISOString()),
    ...memoryLines(before, now, wording),
    nDifferent === 0
      ? t("{0} places, all as before.", count(places.length))
      : t("{0} places, {1} of them differ.", count(places.length), count(nDifferent)),
    "",
    ...places.flatMap((change) => changeLines(change, t)),
    "",
  ].join("\n");
}

/** Why a saved trace cannot be compared, in a sentence. */
export function unusableText(
  { reason, detail }: Extract<TraceComparison, { readonly kind: "unusable" }>,
  t: Translate,
): string {
  switch (reason) {
    case "damaged":
      return t("This file is not a whole trace that Lore saved.");
    case "otherVersion":
      return t(
        "This trace is of version {0}, which this version of Lore does not know. Save it again.",
        oneLine(detail),
      );
    case "otherRoots":
      return t("This trace is of a folder that is not open here: {0}", oneLine(detail));
  }
}

function memoryLines(before: SavedTrace, now: SavedTrace, { t, count }: Wording): string[] {
  const rows: readonly (readonly [name: string, was: string, is: string])[] = [
    [t("Files in memory"), count(before.coverage.remembered), count(now.coverage.remembered)],
    [t("Chunks"), count(before.meaning?.nChunks ?? 0), count(now.meaning?.nChunks ?? 0)],
    [t("Model"), before.meaning?.model ?? "", now.meaning?.model ?? ""],
    [t("Model of the ranking"), before.asked.ranker ?? "", now.asked.ranker ?? ""],
    [t("Search by meaning"), before.meaning?.state ?? "", now.meaning?.state ?? ""],
    [t("Layout of the store"), count(before.asked.schema), count(now.asked.schema)],
    [t("Rules for chunks"), count(before.asked.chunker), count(now.asked.chunker)],
  ];
  return rows
    .filter(([, was, is]) => was !== is)
    .map(([name, was, is]) => `${name}: ${oneLine(was)} → ${is}`);
}

function changeLines(change: PlaceChange, t: Translate): string[] {
  const { before, now, states, parts } = change;
  const place = now ?? before;
  if (place === undefined) return [];
  const rank = now === undefined ? " –" : String(now.rank).padStart(2);
  const words = states.flatMap((state) => stateText(state, change, t));
  return [
    `${rank}  ${placeText(place)}  ${words.length > 0 || states.length > 0 ? words.join(", ") : t("as before")}`.trimEnd(),
    ...parts.map(
      (part) => `      ${part.kind}: ${part.before.toFixed(3)} → ${part.now.toFixed(3)}`,
    ),
  ];
}

function stateText(state: PlaceState, { before, now }: PlaceChange, t: Translate): string[] {
  switch (state) {
    case "came":
      return [t("new")];
    case "went":
      return [t("gone, was number {0}", String(before?.rank ?? 0))];
    case "rank":
      return [t("was number {0}", String(before?.rank ?? 0))];
    case "lines":
      return before === undefined ? [] : [t("was in lines {0}", linesText(before))];
    case "text":
      return [t("text changed")];
    case "score":
      return [t("score {0} → {1}", (before?.score ?? 0).toFixed(3), (now?.score ?? 0).toFixed(3))];
  }
}

function placeText(place: RankedPlace): string {
  return `${oneLine(place.path)}:${linesText(place)}`;
}

/** One-based and inclusive, as editors count. */
function linesText({ range: { start, end } }: RankedPlace): string {
  const last = end.character === 0 && end.line > start.line ? end.line : end.line + 1;
  return last === start.line + 1 ? String(last) : `${start.line + 1}–${last}`;
}

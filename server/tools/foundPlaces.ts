/** Recalled places as a tool's result has them: whole lines with their hash, within a budget of tokens. */
import type { JsonSchema } from "../../protocol/tools.ts";
import type { Recall } from "../../protocol/types.ts";
import { code } from "../answer/markdown.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import { fenced, firstLines, shownText } from "./fencedText.ts";
import { linesOfRange, textOfLines } from "./lines.ts";
import {
  placeParts,
  placeProperties,
  placeRequired,
  presentFile,
  type PlaceParts,
} from "./placeParts.ts";
import { objectSchema, type ToolPorts } from "./tool.ts";

/** A place as data. */
export interface FoundPlace extends PlaceParts {
  /** The first lines; absent where the budget had no room for any. */
  readonly text?: string;
  readonly isCut: boolean;
}

export const placeSchema: JsonSchema = objectSchema(
  { ...placeProperties, text: { type: "string" }, isCut: { type: "boolean" } },
  [...placeRequired, "isCut"],
);

/** A place and its part of a result's text. */
export interface ShownPlace {
  readonly place: FoundPlace;
  readonly block: string;
}

/** Better places show more: each takes at most this share of what is left. */
const shareOfRest = 0.4;
/** Fewer tokens of a text say nothing. */
const minTextTokens = 40;
/** What the line above a text takes, about. */
const headTokens = 40;

/** Returns the places in their order; those whose text is another one by now are left out. */
export function shownPlaces(
  recalls: readonly Recall[],
  maxTokens: number,
  ports: ToolPorts,
): ShownPlace[] {
  let left = maxTokens - recalls.length * headTokens;
  return recalls.flatMap((recall, idx) => {
    const file = presentFile(recall, ports);
    if (file === undefined) return [];
    const isLast = idx === recalls.length - 1;
    const shown = placeWithin(recall, file, isLast ? left : left * shareOfRest, ports);
    left -= ports.count(shown.place.text ?? "");
    return [shown];
  });
}

function placeWithin(
  recall: Recall,
  file: SourceFile,
  maxTokens: number,
  ports: ToolPorts,
): ShownPlace {
  const { citation, language } = recall;
  const whole = shownText(textOfLines(file, linesOfRange(citation.range)), ports);
  const cut = maxTokens < minTextTokens ? undefined : firstLines(whole, maxTokens, ports.count);
  const place: FoundPlace = {
    ...placeParts(recall, file, ports),
    ...(cut === undefined ? {} : { text: cut.text }),
    isCut: cut?.isCut ?? true,
  };
  const head = placeLine(place, citation.symbol?.kind);
  return { place, block: cut === undefined ? head : `${head}\n${fenced(cut.text, language)}` };
}

function placeLine(place: FoundPlace, kind: string | undefined): string {
  const { path, folder, startLine, endLine, hash, symbol, text, isCut } = place;
  const inFolder = folder === undefined ? "" : ` in ${code(folder)}`;
  const named = symbol === undefined ? "" : `, ${kind ?? ""} ${code(symbol)}`.replace(",  ", ", ");
  const cut = text === undefined ? ", text left out" : isCut ? ", the beginning" : "";
  return `${code(`${path}:${startLine}-${endLine}`)}${inFolder}, hash ${hash}${named}${cut}`;
}

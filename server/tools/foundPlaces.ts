/** Recalled places as a tool's result has them: whole lines with their hash, within a budget of tokens. */
import type { JsonSchema } from "../../protocol/tools.ts";
import type { Recall } from "../../protocol/types.ts";
import { code } from "../answer/markdown.ts";
import { readSourceFile, type SourceFile } from "../recall/sourceFile.ts";
import { fenced, firstLines, shownText } from "./fencedText.ts";
import { hashOfLines, linesOfRange, textOfLines } from "./lines.ts";
import { objectSchema, type ToolPorts } from "./tool.ts";
import { folderName } from "./workspaceParts.ts";

/** A place as data. Lines count from one, both included. */
export interface FoundPlace {
  readonly path: string;
  /** Only where several folders are open. */
  readonly folder?: string;
  readonly startLine: number;
  readonly endLine: number;
  /** Of the lines from `startLine` to `endLine`, see `hashOfLines`. */
  readonly hash: string;
  /** The definition that stands there. */
  readonly symbol?: string;
  readonly role: Recall["role"];
  /** The first lines; absent where the budget had no room for any. */
  readonly text?: string;
  readonly isCut: boolean;
}

export const placeSchema: JsonSchema = objectSchema(
  {
    path: { type: "string" },
    folder: { type: "string" },
    startLine: { type: "integer" },
    endLine: { type: "integer" },
    hash: { type: "string" },
    symbol: { type: "string" },
    role: { type: "string", enum: ["source", "test", "docs", "config"] },
    text: { type: "string" },
    isCut: { type: "boolean" },
  },
  ["path", "startLine", "endLine", "hash", "role", "isCut"],
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
    const file = readSourceFile(ports.source, recall.citation.rootId, recall.citation.path);
    if (file === undefined || file.textOf(recall.citation.range) !== recall.text) return [];
    const isLast = idx === recalls.length - 1;
    const shown = placeWithin(recall, file, isLast ? left : left * shareOfRest, ports);
    left -= ports.count(shown.place.text ?? "");
    return [shown];
  });
}

function placeWithin(
  { citation, role, language }: Recall,
  file: SourceFile,
  maxTokens: number,
  ports: ToolPorts,
): ShownPlace {
  const { path, rootId, range, symbol } = citation;
  const lines = linesOfRange(range);
  const hash = hashOfLines(ports.hashText, file, lines);
  const folder = folderName(ports, rootId);
  const whole = shownText(textOfLines(file, lines), ports);
  const cut = maxTokens < minTextTokens ? undefined : firstLines(whole, maxTokens, ports.count);
  const name = symbol && [symbol.container, symbol.name].filter(Boolean).join(".");
  const place: FoundPlace = {
    path,
    ...(folder === undefined ? {} : { folder }),
    startLine: lines.firstLine + 1,
    endLine: lines.lastLine + 1,
    hash,
    ...(name === undefined ? {} : { symbol: shownText(name, ports) }),
    role,
    ...(cut === undefined ? {} : { text: cut.text }),
    isCut: cut?.isCut ?? true,
  };
  const head = placeLine(place, symbol?.kind);
  return { place, block: cut === undefined ? head : `${head}\n${fenced(cut.text, language)}` };
}

function placeLine(place: FoundPlace, kind: string | undefined): string {
  const { path, folder, startLine, endLine, hash, symbol, text, isCut } = place;
  const inFolder = folder === undefined ? "" : ` in ${code(folder)}`;
  const named = symbol === undefined ? "" : `, ${kind ?? ""} ${code(symbol)}`.replace(",  ", ", ");
  const cut = text === undefined ? ", text left out" : isCut ? ", the beginning" : "";
  return `${code(`${path}:${startLine}-${endLine}`)}${inFolder}, hash ${hash}${named}${cut}`;
}

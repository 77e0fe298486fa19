/** What every tool tells of a place: where its lines are now, their hash, and what they belong to. */
import type { JsonSchema } from "../../protocol/tools.ts";
import type { Recall } from "../../protocol/types.ts";
import { readSourceFile, type SourceFile } from "../recall/sourceFile.ts";
import { shownText } from "./fencedText.ts";
import { hashOfLines, linesOfRange } from "./lines.ts";
import type { ToolPorts } from "./tool.ts";
import { folderName } from "./workspaceParts.ts";

/** A place as data. Lines count from one, both included. */
export interface PlaceParts {
  readonly path: string;
  /** Only where several folders are open. */
  readonly folder?: string;
  readonly startLine: number;
  readonly endLine: number;
  /** Of the lines from `startLine` to `endLine`, see `hashOfLines`. */
  readonly hash: string;
  /** The definition that stands there, or holds the place. */
  readonly symbol?: string;
  readonly role: Recall["role"];
}

/** The fields of `PlaceParts`. */
export const placeProperties: Readonly<Record<keyof PlaceParts, JsonSchema>> = {
  path: { type: "string" },
  folder: { type: "string" },
  startLine: { type: "integer" },
  endLine: { type: "integer" },
  hash: { type: "string" },
  symbol: { type: "string" },
  role: { type: "string", enum: ["source", "test", "docs", "config"] },
};

/** Those that are always there. */
export const placeRequired = ["path", "startLine", "endLine", "hash", "role"] as const;

/** Returns the file of a recalled place; `undefined` when the place's text is another one by now. */
export function presentFile(recall: Recall, ports: ToolPorts): SourceFile | undefined {
  const { rootId, path, range } = recall.citation;
  const file = readSourceFile(ports.source, rootId, path);
  return file?.textOf(range) === recall.text ? file : undefined;
}

/** Returns what is told of a recalled place that stands in its file. */
export function placeParts(recall: Recall, file: SourceFile, ports: ToolPorts): PlaceParts {
  const { rootId, path, range, symbol } = recall.citation;
  const lines = linesOfRange(range);
  const folder = folderName(ports, rootId);
  const name = symbol && [symbol.container, symbol.name].filter(Boolean).join(".");
  return {
    path,
    ...(folder === undefined ? {} : { folder }),
    startLine: lines.firstLine + 1,
    endLine: lines.lastLine + 1,
    hash: hashOfLines(ports.hashText, file, lines),
    ...(name === undefined ? {} : { symbol: shownText(name, ports) }),
    role: recall.role,
  };
}

import type { FolderPicture } from "../../protocol/picture.ts";
import type { SvgShape } from "../svgShape.ts";
import { treemap, type Tile } from "./treemap.ts";
import { shownText } from "./words.ts";

/** The drawing's own units; it is scaled to the page. */
const space: Tile = { x: 0, y: 0, width: 880, height: 340 };
/** Width of a letter of a name, on the safe side. */
const letterWidth = 7.8;
const padding = 6;

/** What is said in the drawing. */
export interface FolderDrawingTexts {
  readonly size: (bytes: number) => string;
  readonly more: (n: number) => string;
}

/**
 * The parts of a folder as a treemap: a tile's area is the size of its files, and it is filled from below as far as the
 * deep memory holds them. What is left out of the list is one tile without a name of its own.
 */
export function folderDrawing(
  { bytes, parts, nParts }: FolderPicture,
  { size, more }: FolderDrawingTexts,
): SvgShape {
  const listed = parts.reduce((sum, part) => sum + part.bytes, 0);
  const rest = Math.max(0, bytes - listed);
  const tiles = treemap([...parts.map((part) => part.bytes), rest], space);
  const shapes = parts.flatMap((part, idx) => {
    const tile = tiles[idx];
    if (tile === undefined || tile.width <= 0) return [];
    const name = shownText(part.isFolder ? `${part.name}/` : part.name, 80);
    const share = part.bytes === 0 ? 0 : part.deepBytes / part.bytes;
    return [tileShape(tile, share, [name, size(part.bytes)], part)];
  });
  const last = tiles.at(-1);
  if (rest > 0 && last !== undefined)
    shapes.push(tileShape(last, 0, [more(nParts - parts.length), size(rest)], undefined));
  return {
    tag: "svg",
    attributes: {
      class: "treemap",
      viewBox: `0 0 ${space.width} ${space.height}`,
      "aria-hidden": "true",
    },
    children: shapes,
  };
}

/** A drawing of its own, so that no name reaches beyond it. */
function tileShape(
  tile: Tile,
  share: number,
  words: readonly string[],
  part: FolderPicture["parts"][number] | undefined,
): SvgShape {
  const { x, y, width, height } = inset(tile);
  const filled = height * Math.max(0, Math.min(1, share));
  const box = (kind: string, top: number, tall: number): SvgShape => ({
    tag: "rect",
    attributes: {
      class: kind,
      x: 0,
      y: rounded(top),
      width: rounded(width),
      height: rounded(tall),
    },
  });
  const kind = part === undefined ? "tile rest" : part.isFolder ? "tile folder" : "tile file";
  return {
    tag: "svg",
    attributes: {
      ...{
        class: kind,
        x: rounded(x),
        y: rounded(y),
        width: rounded(width),
        height: rounded(height),
      },
      ...(part === undefined
        ? {}
        : { "data-part": part.name, "data-folder": String(part.isFolder) }),
    },
    children: [
      { tag: "title", text: words.join(" · ") },
      box("all", 0, height),
      ...(filled > 0 ? [box("held", height - filled, filled)] : []),
      box("edge", 0, height),
      ...labels(width, height, words),
    ],
  };
}

/** As many lines of words as the tile has room for, cut where they are too long. */
function labels(width: number, height: number, words: readonly string[]): SvgShape[] {
  const nLetters = Math.floor((width - 2 * padding) / letterWidth);
  if (nLetters < 3) return [];
  const nLines = Math.min(words.length, Math.floor((height - padding) / 17));
  return words.slice(0, Math.max(0, nLines)).flatMap((text, idx): SvgShape[] => {
    const letters = [...text];
    const isCut = letters.length > nLetters;
    // Half a number says nothing.
    if (isCut && idx > 0) return [];
    const shown = isCut ? `${letters.slice(0, nLetters - 1).join("")}…` : text;
    const at = { x: padding, y: padding + 12 + idx * 17 };
    const kind = idx === 0 ? "tile-name" : "tile-size";
    return [{ tag: "text", attributes: { class: kind, ...at }, text: shown }];
  });
}

/** A gap between tiles, which a very small one does without. */
function inset({ x, y, width, height }: Tile): Tile {
  const gap = Math.min(1, width / 4, height / 4);
  return { x: x + gap, y: y + gap, width: width - 2 * gap, height: height - 2 * gap };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

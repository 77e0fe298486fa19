/** Where a value lies in a treemap; units are those of the space. */
export interface Tile {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Returns a tile for each value, as large as its share of the space and as near to a square as that allows: the
 * squarified treemap of Bruls, Huizing and van Wijk (2000). Values come largest first; a value of 0 has no area.
 */
export function treemap(values: readonly number[], space: Tile): Tile[] {
  const whole = values.reduce((sum, value) => sum + value, 0);
  if (whole <= 0) return values.map(() => ({ ...space, width: 0, height: 0 }));
  const scale = (space.width * space.height) / whole;
  const areas = values.map((value) => value * scale);
  const tiles: Tile[] = [];
  let rest = space;
  for (let from = 0; from < areas.length;) {
    const to = rowEnd(areas, from, Math.min(rest.width, rest.height));
    const row = areas.slice(from, to);
    tiles.push(...tilesOf(row, rest));
    rest = without(row, rest);
    from = to;
  }
  return tiles;
}

/** The row along the shorter side takes values as long as its worst tile gets no longer. */
function rowEnd(areas: readonly number[], from: number, side: number): number {
  let to = from + 1;
  while (
    to < areas.length &&
    worst(areas.slice(from, to + 1), side) <= worst(areas.slice(from, to), side)
  )
    to++;
  return to;
}

/** How much longer than wide the worst tile of a row is. */
function worst(row: readonly number[], side: number): number {
  const sum = total(row);
  const [largest, smallest] = [Math.max(...row), Math.min(...row)];
  if (smallest <= 0 || side <= 0) return Infinity;
  return Math.max((side ** 2 * largest) / sum ** 2, sum ** 2 / (side ** 2 * smallest));
}

function tilesOf(row: readonly number[], { x, y, width, height }: Tile): Tile[] {
  const isUpright = width >= height;
  const side = isUpright ? height : width;
  const depth = side > 0 ? total(row) / side : 0;
  let at = 0;
  return row.map((area) => {
    const length = depth > 0 ? area / depth : 0;
    const tile = isUpright
      ? { x, y: y + at, width: depth, height: length }
      : { x: x + at, y, width: length, height: depth };
    at += length;
    return tile;
  });
}

function without(row: readonly number[], { x, y, width, height }: Tile): Tile {
  const isUpright = width >= height;
  const side = isUpright ? height : width;
  const depth = side > 0 ? total(row) / side : 0;
  return isUpright
    ? { x: x + depth, y, width: Math.max(0, width - depth), height }
    : { x, y: y + depth, width, height: Math.max(0, height - depth) };
}

function total(row: readonly number[]): number {
  return row.reduce((sum, area) => sum + area, 0);
}

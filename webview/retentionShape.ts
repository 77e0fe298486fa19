import { shortTokens, type SelfTestResult, type SelfTestScore } from "../protocol/deepMemory.ts";
import type { SvgShape } from "./svgShape.ts";

/** The drawing's own units; it is scaled to the page. */
const width = 640;
const height = 320;
const plot = { left: 64, right: 616, top: 16, bottom: 272 };
const gridPercents = [0, 25, 50, 75, 100];

/** What is said of the drawing. */
export interface RetentionTexts {
  /** The name of the drawing for who does not see it; one that a table stands beside has none. */
  readonly label?: string;
  /** Below the distances. */
  readonly axis: string;
}

/** The retention curve: accuracy by distance with its intervals, and the best control as a dashed line. */
export function retentionShape(result: SelfTestResult, { label, axis }: RetentionTexts): SvgShape {
  const { points } = result;
  const at = points.map((point, idx) => ({ ...point, x: xOf(idx, points.length) }));
  const band = [
    ...at.map(({ x, high }) => pair(x, yOf(high))),
    ...at.toReversed().map(({ x, low }) => pair(x, yOf(low))),
  ].join(" ");
  const curve = at.map(({ x, accuracy }) => pair(x, yOf(accuracy))).join(" ");
  return {
    tag: "svg",
    attributes: {
      viewBox: `0 0 ${width} ${height}`,
      ...(label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": label }),
    },
    children: [
      ...gridPercents.flatMap(gridLine),
      controlLine(bestControl(result)),
      { tag: "polygon", attributes: { class: "interval", points: band } },
      { tag: "polyline", attributes: { class: "curve", points: curve } },
      ...at.map(({ x, low, high }) => lineFrom("whisker", x, yOf(low), x, yOf(high))),
      ...at.map(({ x, accuracy }): SvgShape => ({
        tag: "circle",
        attributes: { class: "point", cx: x, cy: yOf(accuracy), r: 4 },
      })),
      ...at.map(({ x, distance }) => name(shortTokens(distance), x, plot.bottom + 20, "middle")),
      name(axis, (plot.left + plot.right) / 2, height - 8, "middle"),
    ],
  };
}

/** Of the ways that cannot know the answer, the one that did best. */
function bestControl({ controls }: SelfTestResult): SelfTestScore {
  return Object.values(controls).reduce((best, control) =>
    control.accuracy > best.accuracy ? control : best,
  );
}

function gridLine(percent: number): SvgShape[] {
  const y = yOf(percent / 100);
  return [
    lineFrom("grid", plot.left, y, plot.right, y),
    name(`${percent} %`, plot.left - 8, y + 4, "end"),
  ];
}

function controlLine({ accuracy }: SelfTestScore): SvgShape {
  const y = yOf(accuracy);
  return lineFrom("control", plot.left, y, plot.right, y);
}

function lineFrom(kind: string, x1: number, y1: number, x2: number, y2: number): SvgShape {
  return { tag: "line", attributes: { class: kind, x1, y1, x2, y2 } };
}

function name(text: string, x: number, y: number, anchor: "middle" | "end"): SvgShape {
  return { tag: "text", attributes: { class: "name", x, y, "text-anchor": anchor }, text };
}

/** Points stand at equal steps: the distances grow by about the same factor each. */
function xOf(idx: number, nPoints: number): number {
  const share = nPoints < 2 ? 0.5 : idx / (nPoints - 1);
  return rounded(plot.left + 24 + share * (plot.right - plot.left - 48));
}

function yOf(part: number): number {
  const clamped = Math.max(0, Math.min(1, Number.isFinite(part) ? part : 0));
  return rounded(plot.bottom - clamped * (plot.bottom - plot.top));
}

function pair(x: number, y: number): string {
  return `${x},${y}`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

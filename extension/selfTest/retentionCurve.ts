import { shortTokens, type SelfTestResult, type SelfTestScore } from "../../protocol/deepMemory.ts";
import { escaped } from "../webviewPage.ts";
import type { Wording } from "../wording.ts";

/** The drawing's own units; it is scaled to the page. */
const width = 640;
const height = 320;
const plot = { left: 64, right: 616, top: 16, bottom: 272 };
const gridPercents = [0, 25, 50, 75, 100];

/** The retention curve as SVG: accuracy by distance with its intervals, and the best control as a dashed line. */
export function retentionCurve(result: SelfTestResult, { t }: Wording): string {
  const { points } = result;
  const at = points.map((point, idx) => ({ ...point, x: xOf(idx, points.length) }));
  const label = escaped(t("Facts told exactly, by tokens of code between telling and asking"));
  return [
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    ...gridPercents.map((percent) => gridLine(percent)),
    controlLine(bestControl(result)),
    `<polygon class="interval" points="${[
      ...at.map(({ x, high }) => pair(x, yOf(high))),
      ...at.toReversed().map(({ x, low }) => pair(x, yOf(low))),
    ].join(" ")}"/>`,
    `<polyline class="curve" points="${at.map(({ x, accuracy }) => pair(x, yOf(accuracy))).join(" ")}"/>`,
    ...at.map(
      ({ x, low, high }) =>
        `<line class="whisker" x1="${x}" y1="${yOf(low)}" x2="${x}" y2="${yOf(high)}"/>`,
    ),
    ...at.map(({ x, accuracy }) => `<circle class="point" cx="${x}" cy="${yOf(accuracy)}" r="4"/>`),
    ...at.map(
      ({ x, distance }) =>
        `<text class="name" x="${x}" y="${plot.bottom + 20}" text-anchor="middle">${shortTokens(distance)}</text>`,
    ),
    `<text class="name" x="${(plot.left + plot.right) / 2}" y="${height - 8}" text-anchor="middle">${escaped(t("tokens between telling and asking"))}</text>`,
    "</svg>",
  ].join("\n");
}

/** Of the ways that cannot know the answer, the one that did best. */
function bestControl({ controls }: SelfTestResult): SelfTestScore {
  return Object.values(controls).reduce((best, control) =>
    control.accuracy > best.accuracy ? control : best,
  );
}

function gridLine(percent: number): string {
  const y = yOf(percent / 100);
  return (
    `<line class="grid" x1="${plot.left}" y1="${y}" x2="${plot.right}" y2="${y}"/>` +
    `<text class="name" x="${plot.left - 8}" y="${y + 4}" text-anchor="end">${percent} %</text>`
  );
}

function controlLine({ accuracy }: SelfTestScore): string {
  const y = yOf(accuracy);
  return `<line class="control" x1="${plot.left}" y1="${y}" x2="${plot.right}" y2="${y}"/>`;
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

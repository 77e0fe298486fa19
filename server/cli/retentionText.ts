/** The result of a self-test as a curve of block characters and tables. */
import {
  shortTokens,
  type SelfTestPoint,
  type SelfTestResult,
  type SelfTestScore,
} from "../../protocol/deepMemory.ts";
import { formatBytes, formatCount, formatMs, formatNouns } from "./numbers.ts";
import { safeLine, type Terminal } from "./terminal.ts";

/** Returns the lines that show the result of a self-test that was to stream `tokens`. */
export function retentionLines(
  result: SelfTestResult,
  tokens: number,
  terminal: Terminal,
): string[] {
  const { points, controls, latencyMs, ramBytes, diskBytes, tookMs, model } = result;
  const lines = [
    terminal.style("heading", "Facts told exactly, by tokens of code between telling and asking"),
    "",
    ...curveLines(points),
    "",
    ...tableLines("tokens between", points, ({ distance }) => formatCount(distance)),
    "",
    ...tableLines(
      "control",
      [
        { name: "without memory", ...controls.noMemory },
        { name: "another memory", ...controls.otherMemory },
        { name: "blocks by lot", ...controls.random },
      ],
      ({ name }) => name,
    ),
    "",
    `One question: ${formatMs(latencyMs.p50)} (95 % within ${formatMs(latencyMs.p95)}). ` +
      `Memory: ${formatBytes(ramBytes)}. Disk: ${formatBytes(diskBytes)}.`,
    `Model ${safeLine(model)}, ${formatNouns(result.tokensStreamed, "token")} streamed, ${formatMs(tookMs)}. The memory of the folder is as it was.`,
  ];
  if (result.tokensStreamed < tokens) lines.push(terminal.style("warning", shortage(result)));
  return lines;
}

function shortage({ tokensStreamed }: SelfTestResult): string {
  return (
    `The folder holds only ${formatNouns(tokensStreamed, "token")} of code, so nothing was asked beyond that: ` +
    "code is never repeated. Name a larger folder to test longer distances."
  );
}

const curveRows = 8;
const columnWidth = 7;
const blocks = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/** One bar for each point, as high as its accuracy. */
export function curveLines(points: readonly SelfTestPoint[]): string[] {
  const rows = Array.from({ length: curveRows }, (_, idx) => {
    const row = curveRows - 1 - idx;
    const cells = points.map(({ accuracy }) => {
      const eighths = Math.round(clamped(accuracy) * curveRows * 8) - row * 8;
      const block = blocks[Math.max(0, Math.min(8, eighths))] ?? " ";
      return block.repeat(columnWidth - 3).padStart(columnWidth - 1);
    });
    const label = axisLabel(row + 1);
    return `${label} ${label.trim() === "" ? "│" : "┤"}${cells.join(" ")}`.trimEnd();
  });
  const axis = `${axisLabel(0)} ┼${"─".repeat(points.length * columnWidth)}`;
  const names = points.map(({ distance }) => shortTokens(distance).padStart(columnWidth - 1));
  return [...rows, axis, `${" ".repeat(7)}${names.join(" ")}`];
}

/** The height of a row's upper edge, where it is a round number. */
function axisLabel(row: number): string {
  const percent = (100 * row) / curveRows;
  return (Number.isInteger(percent) ? `${percent} %` : "").padStart(5);
}

function tableLines<S extends SelfTestScore>(
  title: string,
  scores: readonly S[],
  nameOf: (score: S) => string,
): string[] {
  const width = Math.max(title.length, ...scores.map((score) => nameOf(score).length));
  const row = (name: string, told: string, interval: string, asked: string): string =>
    `  ${name.padStart(width)}  ${told.padStart(8)}  ${interval.padStart(16)}  ${asked.padStart(9)}`;
  return [
    row(title, "told", "95 % interval", "questions"),
    ...scores.map((score) =>
      row(
        nameOf(score),
        percentText(score.accuracy),
        `${percentText(score.low)} – ${percentText(score.high)}`,
        formatCount(score.nAsked),
      ),
    ),
  ];
}

function percentText(part: number): string {
  return `${(100 * clamped(part)).toFixed(1)} %`;
}

function clamped(part: number): number {
  return Math.max(0, Math.min(1, part));
}

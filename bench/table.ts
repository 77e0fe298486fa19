/** Tables for the terminal and for the committed results. */

export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Sentences below the table. */
  readonly notes?: readonly string[];
}

/** Returns a table as markdown; the first column is left-aligned, the others right-aligned. */
export function toMarkdown({ title, head, rows, notes = [] }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escapeCell).join(" | ")} |`;
  const rule = `|${head.map((_cell, idx) => (idx === 0 ? "---" : "--:")).join("|")}|`;
  const table = [line(head), rule, ...rows.map(line)].join("\n");
  return `## ${title}\n\n${table}\n${notes.length === 0 ? "" : `\n${notes.join("\n")}\n`}`;
}

/** Returns a table with its columns lined up, for a terminal. */
export function toText({ title, head, rows, notes = [] }: Table): string {
  const all = [head, ...rows];
  const widths = head.map((_cell, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, idx) =>
        idx === 0 ? cell.padEnd(widths[idx] ?? 0) : cell.padStart(widths[idx] ?? 0),
      )
      .join("  ")
      .trimEnd();
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [title, "", line(head), rule, ...rows.map(line), "", ...notes, ""].join("\n");
}

function escapeCell(cell: string): string {
  return cell.replaceAll("|", "\\|");
}

/** `12.3 s`, `340 ms`. */
export function ms(value: number): string {
  if (Number.isNaN(value)) return "–";
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} s`;
  if (value >= 1_000) return `${(value / 1000).toFixed(2)} s`;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

/** `123 MB`; a MB is a million bytes. */
export function megabytes(bytes: number): string {
  const value = bytes / 1e6;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} MB`;
}

/** `1,234` */
export function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A measured value beside its target: `✓` when it holds, `✗` when it is missed. */
export function verdict(measured: number, isGood: (value: number) => boolean): string {
  return Number.isNaN(measured) ? "not measured" : isGood(measured) ? "✓" : "✗";
}

/** Returns the value below which the share `p` of the values lies (nearest rank), NaN of nothing. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? NaN;
}

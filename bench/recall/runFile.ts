/** Runs as files: a JSON object `{id, results}` a line, as `lore search --batch` prints them and the set's own script reads them. */
import type { ResultSpan } from "./metric.ts";
import type { Run } from "./searchSystem.ts";

/** Returns the run that a file holds. Errors: `SyntaxError` for a line that is no JSON. */
export function parseRun(text: string): Run {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const { id, results } = JSON.parse(line) as { id: string; results: ResultSpan[] };
      return [id, results];
    }),
  );
}

/** Returns a run as the text of a file; of each place only where it is. */
export function runText(run: Run): string {
  return [...run]
    .map(([id, places]) => {
      const results = places.map(({ path, startLine, endLine }) => ({ path, startLine, endLine }));
      return `${JSON.stringify({ id, results })}\n`;
    })
    .join("");
}

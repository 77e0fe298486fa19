/**
 * Where an error was thrown, for the log: its name and stack frames. The message is left out, because it
 * may quote a path, a file or a question.
 */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.map((line) => line.trim())].join(" | ");
}

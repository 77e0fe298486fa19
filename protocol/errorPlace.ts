/**
 * Where an error was thrown, for a log: its name, its code when it has one, and its stack frames. The message
 * is left out, because it may quote a path, a file or a question. The type's name for what is no `Error`.
 */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { stack = "", message } = error;
  // The stack begins with the message, and a line of that can look like a frame.
  const at = stack.indexOf(message);
  const afterMessage = at === -1 ? stack : stack.slice(at + message.length);
  const frames = afterMessage.split("\n").filter((line) => /^\s+at /.test(line));
  const code = "code" in error ? ` ${String(error.code)}` : "";
  return [error.name + code, ...frames.map((line) => line.trim())].join(" | ");
}

/** Where log lines go: the part of `vscode.LogOutputChannel` that the extension uses. */
export interface LogSink {
  trace(message: string): void;
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** A line of the server's standard error, ready for the log. */
export interface ServerLogLine {
  readonly level: keyof LogSink;
  readonly text: string;
}

const levels: ReadonlySet<string> = new Set(["trace", "debug", "info", "warn", "error"]);
const maxLineLength = 4_000;

/**
 * Reads one line of the server's standard error. The server writes JSON objects
 * `{level, tag, message, facts}`; anything else (a native crash, a warning of the runtime) becomes a warning.
 */
export function parseServerLogLine(line: string): ServerLogLine {
  const entry = parseObject(line);
  if (entry === undefined) return { level: "warn", text: line.slice(0, maxLineLength) };
  const { level, tag, message, facts } = entry;
  if (!isLevel(level) || typeof message !== "string") {
    return { level: "warn", text: line.slice(0, maxLineLength) };
  }
  const tagged = typeof tag === "string" ? `[${tag}] ${message}` : message;
  return { level, text: `${tagged}${formatFacts(facts)}`.slice(0, maxLineLength) };
}

function isLevel(value: unknown): value is keyof LogSink {
  return typeof value === "string" && levels.has(value);
}

function parseObject(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Record<string, unknown>)
      : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function formatFacts(facts: unknown): string {
  if (typeof facts !== "object" || facts === null) return "";
  return Object.entries(facts)
    .map(([name, value]) => ` ${name}=${String(value)}`)
    .join("");
}

import type { LogSink } from "../../extension/memory/serverLogLine.ts";

/** A log that keeps its lines and lets a test wait for one. */
export class RecordingLog implements LogSink {
  readonly lines: { readonly level: keyof LogSink; readonly text: string }[] = [];
  readonly #waiting = new Set<() => void>();

  trace(text: string): void {
    this.#add("trace", text);
  }
  debug(text: string): void {
    this.#add("debug", text);
  }
  info(text: string): void {
    this.#add("info", text);
  }
  warn(text: string): void {
    this.#add("warn", text);
  }
  error(text: string): void {
    this.#add("error", text);
  }

  /** Resolves with the first line, past or to come, that holds `part`. */
  async find(part: string): Promise<{ readonly level: keyof LogSink; readonly text: string }> {
    for (;;) {
      const found = this.lines.find(({ text }) => text.includes(part));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  #add(level: keyof LogSink, text: string): void {
    this.lines.push({ level, text });
    for (const resume of this.#waiting) resume();
    this.#waiting.clear();
  }
}

import type { Schedule } from "./changeBatch.ts";

/** A text document as the stream needs it. */
export interface StreamedDocument {
  /** Absolute path. */
  readonly file: string;
  readonly version: number;
  /** True while the text differs from the disk. */
  readonly isDirty: boolean;
  /** Length in UTF-16 code units, without building the text. */
  length(): number;
  text(): string;
}

/** Where the stream leads. */
export interface DocumentSink {
  changed(params: { readonly file: string; readonly version: number; readonly text: string }): void;
  closed(file: string): void;
}

/**
 * Documents longer than this are not streamed. Copying and sending one costs the extension host about 9 ms of
 * processor time a million characters at each pause in typing, and it must never be held up for 50 ms.
 */
export const maxStreamedLength = 2_000_000;
const quietMs = 150;
const maxWaitMs = 1_000;

interface Waiting {
  readonly cancel: () => void;
  readonly sinceMs: number;
}

/**
 * Streams the unsaved text of documents: after a short pause in typing, or after a second of steady typing.
 * A document that equals the disk again (saved, reverted, closed) is withdrawn.
 */
export class DocumentStream {
  readonly #sink: DocumentSink;
  readonly #schedule: Schedule;
  readonly #nowMs: () => number;
  readonly #waiting = new Map<string, Waiting>();
  readonly #streamed = new Set<string>();

  /** `nowMs` is a monotonic clock in milliseconds. */
  constructor(sink: DocumentSink, schedule: Schedule, nowMs: () => number) {
    this.#sink = sink;
    this.#schedule = schedule;
    this.#nowMs = nowMs;
  }

  /** The document's text changed, or it is seen for the first time. */
  changed(document: StreamedDocument): void {
    if (!document.isDirty) {
      this.closed(document.file);
      return;
    }
    const earlier = this.#waiting.get(document.file);
    earlier?.cancel();
    const now = this.#nowMs();
    const sinceMs = earlier?.sinceMs ?? now;
    const delayMs = Math.max(0, Math.min(quietMs, sinceMs + maxWaitMs - now));
    const cancel = this.#schedule(() => this.#send(document), delayMs);
    this.#waiting.set(document.file, { cancel, sinceMs });
  }

  /** The document equals the disk again or is gone from the editor. */
  closed(file: string): void {
    this.#waiting.get(file)?.cancel();
    this.#waiting.delete(file);
    if (this.#streamed.delete(file)) this.#sink.closed(file);
  }

  /** Forgets what a server was sent, for when a new one starts from the disk. */
  restart(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
    this.#streamed.clear();
  }

  #send(document: StreamedDocument): void {
    this.#waiting.delete(document.file);
    // It may have been saved between the last keystroke and now.
    if (!document.isDirty) {
      this.closed(document.file);
      return;
    }
    if (document.length() > maxStreamedLength) {
      this.closed(document.file);
      return;
    }
    this.#streamed.add(document.file);
    const { file, version } = document;
    this.#sink.changed({ file, version, text: document.text() });
  }
}

import { styleText } from "node:util";
import { visible } from "../answer/markdown.ts";

/** A stream to write to: the part of `process.stdout` that is used. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Colours that mean something: the same thing has the same one everywhere. */
export type Style = "heading" | "place" | "quiet" | "warning" | "code";

const formats = {
  heading: "bold",
  place: "cyan",
  quiet: "dim",
  warning: "yellow",
  code: "green",
} as const satisfies Record<Style, string>;

/** The one writer of the command line. */
export class Terminal {
  readonly #out: OutputStream;
  readonly #err: OutputStream;
  readonly #coloured: boolean;

  constructor(out: OutputStream, err: OutputStream, env: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#err = err;
    const noColour = (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
    this.#coloured = out.isTTY === true && !noColour;
  }

  /** Writes one line of text to the output. */
  line(text = ""): void {
    this.#out.write(`${text}\n`);
  }

  /** Writes a value as one line of JSON to the output. */
  json(value: unknown): void {
    this.#out.write(`${JSON.stringify(value)}\n`);
  }

  /** Writes one line for the person at the terminal, apart from the output. */
  note(text: string): void {
    this.#err.write(`${text}\n`);
  }

  /** Text in a style, or as it is where colours are not wanted. The text must be safe already. */
  style(style: Style, text: string): string {
    return this.#coloured ? styleText(formats[style], text, { validateStream: false }) : text;
  }
}

/**
 * Foreign text with every character shown that a terminal would act on: escape sequences, carriage
 * returns, bidirectional controls. Line breaks and tabs stay.
 */
export function safe(text: string): string {
  return visible(text.replace(/\r+(?=\n|$)/g, "")).replace(
    /[\r\v\f]/g,
    (control) => `\\u{${control.charCodeAt(0).toString(16)}}`,
  );
}

/** `safe` on one line. */
export function safeLine(text: string): string {
  return safe(text.replaceAll("\r\n", "\n")).replace(/\n/g, "\\n");
}

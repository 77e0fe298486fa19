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

/** Why a command failed, as `--json` prints it. */
export interface Failure {
  /** The name in the catalogue of errors; `usage`, `interrupted` or `failed` for what is not in it. */
  readonly name: string;
  /** A sentence for people. */
  readonly message: string;
}

/** The one writer of the command line. */
export class Terminal {
  readonly #out: OutputStream;
  readonly #err: OutputStream;
  readonly #coloured: boolean;

  constructor(out: OutputStream, err: OutputStream, env: NodeJS.ProcessEnv) {
    this.#out = out;
    this.#err = err;
    this.#coloured = isColoured(out, env);
  }

  /** Writes one line of text to the output. */
  line(text = ""): void {
    this.#out.write(`${withoutForeignControls(text)}\n`);
  }

  /** Writes a value as one line of JSON to the output. */
  json(value: unknown): void {
    this.#out.write(`${jsonLine(value)}\n`);
  }

  /** Writes one line for the person at the terminal, apart from the output. */
  note(text: string): void {
    this.#err.write(`${withoutForeignControls(text)}\n`);
  }

  /** Writes why a command failed, apart from the output: the sentence, or a line of JSON. */
  failure(failure: Failure, asJson: boolean): void {
    if (asJson) this.#err.write(`${jsonLine({ error: failure })}\n`);
    else this.note(safeLine(failure.message));
  }

  /** Text in a style, or as it is where colours are not wanted. The text must be safe already. */
  style(style: Style, text: string): string {
    return this.#coloured ? styleText(formats[style], text, { validateStream: false }) : text;
  }
}

/** On a terminal that can, unless `NO_COLOR` is set; `FORCE_COLOR` decides before both, as it does in Node. */
function isColoured(out: OutputStream, env: NodeJS.ProcessEnv): boolean {
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined) return forced !== "0" && forced !== "false";
  return out.isTTY === true && (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

/**
 * Callers make foreign text safe where it comes in. Should one forget it, this shows what is no style of ours,
 * so that nothing in a file can command a terminal.
 */
function withoutForeignControls(text: string): string {
  return text
    .split(ownStyles)
    .map((piece) => (ownStyles.test(piece) ? piece : safe(piece)))
    .join("");
}

const ownStyles = /(\x1b\[\d{1,2}m)/;

/** JSON keeps the last control characters that terminals know, and the invisible ones, as they are. */
function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
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

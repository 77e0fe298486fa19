/** A text in which names are looked up: evidence as it is now, or the question. */
import type { Range } from "../../protocol/types.ts";
import type { ClaimedName } from "./claimedNames.ts";
import { speaksToModel } from "./modelCommands.ts";

/** Words of languages, which stand for themselves. */
const languageWords: ReadonlySet<string> = new Set(
  "null nil None undefined true false True False NaN void string number boolean bool int float double char any unknown never object async await return throw throws try catch finally if else for while do switch case break continue class interface struct enum function fn func def const let var import export from new this self super static public private protected readonly abstract extends implements yield match type typeof instanceof in of and or not is as with lambda".split(
    " ",
  ),
);
/** What somebody may call the same quantity: seconds for milliseconds, minutes for seconds, megabytes for bytes. */
const unitFactors = [60, 1_000, 1_024, 3_600, 60_000, 1_000_000, 1_048_576, 3_600_000, 86_400_000];

/** Lines of a file, zero-based and half-open. */
interface LinesOfFile {
  readonly path: string;
  readonly range?: Range;
}

export class EvidenceText {
  readonly #asWritten: string;
  #speaksToModel: boolean | undefined;
  readonly #text: string;
  readonly #lower: string;
  readonly #words: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<number>;
  readonly #files: readonly LinesOfFile[];

  /** `about` are names that belong to the text without standing in it, such as where it is from. */
  constructor(text: string, about: readonly string[] = [], files: readonly LinesOfFile[] = []) {
    this.#asWritten = text;
    const whole = [text, ...about, ...files.map(({ path }) => path)].join("\n");
    this.#text = whole.replace(/\s+/g, " ");
    this.#lower = this.#text.toLowerCase();
    this.#words = new Set(whole.match(word));
    const numbers = whole.match(/\d[\d_]*(?:,\d{3})*(?:\.\d+)?/g) ?? [];
    this.#numbers = new Set(numbers.map(numberOf));
    this.#files = files;
  }

  /** True when the text speaks to a language model. It is looked at when asked: few texts of a prompt are cited. */
  get speaksToModel(): boolean {
    return (this.#speaksToModel ??= speaksToModel(this.#asWritten));
  }

  /** True when the text holds it. */
  holds({ kind, text }: ClaimedName): boolean {
    const written = text.replace(/\s+/g, " ").trim();
    switch (kind) {
      case "code":
        return this.#holdsCode(written);
      case "identifier":
        return this.#holdsWords(written);
      case "path":
        // What looks like a path may be a member: `config.json`.
        return this.#holdsPath(written) || this.#text.includes(written);
      case "lines":
        return this.#holdsLines(written);
      case "number":
        return this.#holdsNumber(written);
      case "string":
        return this.#lower.includes(written.toLowerCase());
    }
  }

  /** True when the text holds a line as it stands, blanks apart. */
  holdsText(line: string): boolean {
    return this.#text.includes(line.replace(/\s+/g, " ").trim());
  }

  #holdsCode(written: string): boolean {
    if (this.#text.includes(written) || this.#holdsPath(written)) return true;
    return this.#holdsWords(written);
  }

  #holdsWords(written: string): boolean {
    const words = (written.match(word) ?? []).filter((each) => !languageWords.has(each));
    return words.every((each) =>
      /^\d/.test(each) ? this.#holdsNumber(each) : this.#words.has(each),
    );
  }

  #holdsPath(written: string): boolean {
    const [, path = "", first, last = first] =
      /^\.?\/?([^:]*?)\/?(?::(\d+)(?:-(\d+))?)?$/.exec(written) ?? [];
    if (path === "") return false;
    const files = this.#files.filter(
      (file) =>
        file.path === path ||
        file.path.endsWith(`/${path}`) ||
        `/${file.path}`.includes(`/${path}/`),
    );
    if (first === undefined) return files.length > 0;
    return files.some(({ range }) => isWithin(range, Number(first), Number(last)));
  }

  /** Lines of a place that is cited; a file may also speak of lines itself. */
  #holdsLines(written: string): boolean {
    const numbers = written.match(/\d+/g) ?? [];
    const [first = 0, last = first] = numbers.map(Number);
    return (
      this.#files.some(({ range }) => isWithin(range, first, last)) ||
      numbers.every((number) => this.#holdsNumber(number))
    );
  }

  #holdsNumber(written: string): boolean {
    const number = numberOf(written);
    if (this.#numbers.has(number)) return true;
    return unitFactors.some((factor) => this.#numbers.has(number * factor));
  }
}

const word = /[\p{L}\p{N}_$]+/gu;

function numberOf(written: string): number {
  return Number(written.replace(/[,_]/g, ""));
}

/** `first` and `last` count from one, and both belong to it. */
function isWithin(range: Range | undefined, first: number, last: number): boolean {
  if (range === undefined) return false;
  const end = range.end.character === 0 ? range.end.line : range.end.line + 1;
  return first >= range.start.line + 1 && last <= Math.max(end, range.start.line + 1);
}

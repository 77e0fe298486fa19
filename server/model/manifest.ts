/** The manifest of a static model: what its files are and how they are to be used. */
import { ModelFaultError } from "./modelFault.ts";

/** The only format that this version of Lore reads. */
const manifestFormat = 1;
export const manifestFile = "manifest.json";

/** A file of the model with the hash that it must have. */
export interface ModelFile {
  /** A plain name inside the model's folder. */
  readonly file: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

export interface TableFile extends ModelFile {
  /** What a stored int8 is multiplied by; similarity does not need it. */
  readonly scale: number;
}

export interface StaticManifest {
  readonly name: string;
  readonly version: string;
  readonly dimensions: number;
  /** Number of tokens, at most 65,536. */
  readonly vocabulary: number;
  /** So many occurrences of a token count in one text; 0 for all. */
  readonly tokenCap: number;
  /** Bytes of a text that are read. */
  readonly maxBytes: number;
  readonly tokenizer: ModelFile;
  readonly table: TableFile;
  /** For questions, when they have a table of their own. */
  readonly queryTable: TableFile | undefined;
}

/** The kernel adds rows in blocks of this many dimensions. */
const dimensionStep = 64;
const maxDimensions = 1024;
const maxVocabulary = 65_536;
const maxTextBytes = 1 << 20;

/** Returns the manifest in `bytes`. Errors: ModelFaultError `manifestInvalid`, `otherFormat`, `dimensions`, `scale`. */
export function readManifest(bytes: Uint8Array): StaticManifest {
  const fields = parsed(bytes);
  if (fields["format"] !== manifestFormat)
    throw new ModelFaultError(
      "otherFormat",
      manifestFile,
      `format ${String(fields["format"])}, not ${manifestFormat}`,
    );
  if (fields["kind"] !== "static") throw invalid(`kind ${String(fields["kind"])}, not static`);
  const dimensions = countOf(fields, "dimensions", dimensionStep, maxDimensions);
  if (dimensions % dimensionStep !== 0)
    throw new ModelFaultError("dimensions", manifestFile, `${dimensions} is not a multiple of 64`);
  return {
    name: nameOf(fields, "name"),
    version: nameOf(fields, "version"),
    dimensions,
    vocabulary: countOf(fields, "vocabulary", 256, maxVocabulary),
    tokenCap: countOf(fields, "tokenCap", 0, 255),
    maxBytes: countOf(fields, "maxBytes", 1, maxTextBytes),
    tokenizer: fileOf(fields, "tokenizer"),
    table: tableOf(fields, "table"),
    queryTable: fields["queryTable"] === undefined ? undefined : tableOf(fields, "queryTable"),
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(bytes: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid("not JSON");
    throw error;
  }
  return fieldsOf(value, "the manifest");
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(`${what} is not an object`);
  return value as Fields;
}

function nameOf(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string" || !/^[\w.+-]{1,80}$/.test(value))
    throw invalid(`${key} is no name`);
  return value;
}

function countOf(fields: Fields, key: string, least: number, most: number): number {
  const value = fields[key];
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw invalid(`${key} is not a whole number from ${least} to ${most}`);
  return value;
}

function fileOf(fields: Fields, key: string): ModelFile {
  const { file, sha256 } = fieldsOf(fields[key], key);
  // A name with a separator could lead out of the model's folder.
  if (typeof file !== "string" || !/^[\w-][\w.-]*$/.test(file))
    throw invalid(`${key} names no file`);
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
    throw invalid(`${key} has no hash`);
  return { file, sha256 };
}

function tableOf(fields: Fields, key: string): TableFile {
  const { scale } = fieldsOf(fields[key], key);
  const named = fileOf(fields, key);
  // JSON has no NaN; trainers write it as null.
  if (typeof scale !== "number" || !Number.isFinite(scale) || scale <= 0)
    throw new ModelFaultError("scale", named.file, `scale ${String(scale)} in the manifest`);
  return { ...named, scale };
}

function invalid(detail: string): ModelFaultError {
  return new ModelFaultError("manifestInvalid", manifestFile, detail);
}

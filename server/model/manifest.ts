/** The manifest of a static model: what its files are and how they are to be used. */
import {
  countOf,
  fieldsOf,
  fileOf,
  manifestFields,
  manifestFile,
  nameOf,
  type Fields,
  type ModelFile,
} from "./manifestFields.ts";
import { ModelFaultError } from "./modelFault.ts";

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
  const fields = manifestFields(bytes, "static");
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

function tableOf(fields: Fields, key: string): TableFile {
  const { scale } = fieldsOf(fields[key], key);
  const named = fileOf(fields, key);
  // JSON has no NaN; trainers write it as null.
  if (typeof scale !== "number" || !Number.isFinite(scale) || scale <= 0)
    throw new ModelFaultError("scale", named.file, `scale ${String(scale)} in the manifest`);
  return { ...named, scale };
}

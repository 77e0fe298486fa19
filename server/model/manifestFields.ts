/** The fields that the manifests of all models are made of, each checked as it is read. */
import { ModelFaultError } from "./modelFault.ts";

export const manifestFile = "manifest.json";
/** The only format that this version of Lore reads. */
const manifestFormat = 1;

/** A file of the model with the hash that it must have. */
export interface ModelFile {
  /** A plain name inside the model's folder. */
  readonly file: string;
  /** 64 lower-case hex digits. */
  readonly sha256: string;
}

/** Returns the fields of a manifest of this kind. Errors: ModelFaultError `manifestInvalid`, `otherFormat`. */
export function manifestFields(bytes: Uint8Array, kind: string): Fields {
  const fields = parsedFields(bytes);
  if (fields["format"] !== manifestFormat)
    throw new ModelFaultError(
      "otherFormat",
      manifestFile,
      `format ${String(fields["format"])}, not ${manifestFormat}`,
    );
  if (fields["kind"] !== kind) throw invalid(`kind ${String(fields["kind"])}, not ${kind}`);
  return fields;
}

export type Fields = Readonly<Record<string, unknown>>;

/** Returns the fields of a manifest. Errors: ModelFaultError `manifestInvalid`. */
function parsedFields(bytes: Uint8Array): Fields {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) throw invalid("not JSON");
    throw error;
  }
  return fieldsOf(value, "the manifest");
}

/** Returns an object's fields; `what` names it in the fault. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(`${what} is not an object`);
  return value as Fields;
}

/** Returns a name: letters, digits and a few signs. */
export function nameOf(fields: Fields, key: string): string {
  const value = fields[key];
  if (typeof value !== "string" || !/^[\w.+-]{1,80}$/.test(value))
    throw invalid(`${key} is no name`);
  return value;
}

/** Returns a whole number within bounds. */
export function countOf(fields: Fields, key: string, least: number, most: number): number {
  const value = fields[key];
  if (typeof value !== "number" || !Number.isInteger(value) || value < least || value > most)
    throw invalid(`${key} is not a whole number from ${least} to ${most}`);
  return value;
}

/** Returns a number that is finite. */
export function finiteOf(fields: Fields, key: string): number {
  const value = fields[key];
  if (typeof value !== "number" || !Number.isFinite(value)) throw invalid(`${key} is no number`);
  return value;
}

/** Returns a file of the model with its hash. */
export function fileOf(fields: Fields, key: string): ModelFile {
  const { file } = fieldsOf(fields[key], key);
  // A name with a separator could lead out of the model's folder.
  if (typeof file !== "string" || !/^[\w-][\w.-]*$/.test(file))
    throw invalid(`${key} names no file`);
  return { file, sha256: hashOf(fields, key) };
}

/** Returns the hash of the object at `key`. */
export function hashOf(fields: Fields, key: string): string {
  const { sha256 } = fieldsOf(fields[key], key);
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256))
    throw invalid(`${key} has no hash`);
  return sha256;
}

/** The fault of a manifest whose fields are not what the format says. */
export function invalid(detail: string): ModelFaultError {
  return new ModelFaultError("manifestInvalid", manifestFile, detail);
}

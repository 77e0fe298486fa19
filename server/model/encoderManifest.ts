/**
 * The manifest of a transformer encoder: an ONNX graph that turns the tokens of a text, in order, into an
 * embedding. The tokens are those of the static model's tokenizer.
 */
import {
  countOf,
  fieldsOf,
  fileOf,
  finiteOf,
  hashOf,
  invalid,
  manifestFields,
  manifestFile,
  nameOf,
  type Fields,
  type ModelFile,
} from "./manifestFields.ts";
import { ModelFaultError, type ModelFault } from "./modelFault.ts";
import type { ModelFiles } from "./checkedFile.ts";
import type { StaticModel } from "./staticModel.ts";

const maxDimensions = 1024;
/** The graph has a row for each place of a text. */
const maxTokens = 4096;
/** More than can be read while somebody waits. */
const maxCandidates = 200;

/** How what the encoder reads enters the ranking, as its trainer found it to be best. */
export interface RerankSettings {
  /** What a similarity that is larger by one adds to a score. Above 0. */
  readonly weight: number;
  /** So many of the best places are read. */
  readonly candidates: number;
}

export interface EncoderManifest {
  readonly name: string;
  readonly version: string;
  /** Length of an embedding. */
  readonly dimensions: number;
  readonly graph: ModelFile;
  /** So many tokens of a question are read. */
  readonly maxQueryTokens: number;
  /** So many tokens of a piece of code are read. */
  readonly maxCodeTokens: number;
  readonly rerank: RerankSettings;
}

export type EncoderManifestOutcome =
  | { readonly kind: "read"; readonly manifest: EncoderManifest }
  /** No encoder is shipped, which is no fault. */
  | { readonly kind: "absent" }
  | { readonly kind: "unavailable"; readonly fault: ModelFault };

/**
 * Reads the manifest in a folder and holds it against the static model. Whatever is wrong with it is a value; only
 * errors of the medium are thrown. The graph itself is read when it is needed.
 */
export function loadEncoderManifest(files: ModelFiles, model: StaticModel): EncoderManifestOutcome {
  const bytes = files.read(manifestFile);
  if (bytes === undefined) return { kind: "absent" };
  try {
    return { kind: "read", manifest: readEncoderManifest(new Uint8Array(bytes), model) };
  } catch (error) {
    if (error instanceof ModelFaultError) return { kind: "unavailable", fault: error.fault };
    throw error;
  }
}

function readEncoderManifest(bytes: Uint8Array, model: StaticModel): EncoderManifest {
  const fields = manifestFields(bytes, "encoder");
  const tokenizer = hashOf(fields, "tokenizer");
  if (tokenizer !== model.tokenizerSha256)
    throw new ModelFaultError("otherTokenizer", manifestFile, `tokenizer ${tokenizer}`);
  const { vocabulary } = model;
  // The same tokenizer has the same tokens, so a field that says otherwise is wrong.
  if (fields["vocabulary"] !== undefined) countOf(fields, "vocabulary", vocabulary, vocabulary);
  return {
    name: nameOf(fields, "name"),
    version: nameOf(fields, "version"),
    dimensions: countOf(fields, "dimensions", 1, maxDimensions),
    graph: fileOf(fields, "graph"),
    maxQueryTokens: countOf(fields, "maxQueryTokens", 1, maxTokens),
    maxCodeTokens: countOf(fields, "maxCodeTokens", 1, maxTokens),
    rerank: rerankOf(fields),
  };
}

function rerankOf(manifest: Fields): RerankSettings {
  const fields = fieldsOf(manifest["rerank"], "rerank");
  const weight = finiteOf(fields, "weight");
  // An encoder that is to change nothing would only cost time.
  if (weight <= 0) throw invalid("the weight of rerank is not above 0");
  return { weight, candidates: countOf(fields, "candidates", 1, maxCandidates) };
}

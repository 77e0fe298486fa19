/** Which language model is to write the answer, from the command line and the environment. */
import { usualEndpoint, type Endpoint } from "../endpoint/endpointAddress.ts";
import { EndpointError } from "../endpoint/endpointError.ts";
import { listModels } from "../endpoint/listModels.ts";
import { CliError } from "./openFolder.ts";
import { failureSentences } from "./proseText.ts";
import { safeLine } from "./terminal.ts";

/** Names of models that are listed in a sentence. */
const maxOffered = 20;

/** What `lore ask` says of a model. */
export interface ModelWish {
  readonly model: string | undefined;
  readonly endpoint: string | undefined;
  /** Tokens of the prompt at most. */
  readonly maxTokens: number;
  /** The answer without a model is printed as well. */
  readonly withEvidence: boolean;
}

/** Where a model is. */
export interface ModelPlace {
  /** `undefined` when the endpoint alone is named. */
  readonly model: string | undefined;
  readonly endpoint: Endpoint;
}

/** A model at an endpoint. */
export interface ChosenModel extends ModelPlace {
  readonly model: string;
}

/**
 * Returns where the model is; `undefined` when none is wanted, and the answer is made without one: an endpoint in the
 * environment wishes for none by itself. A key comes from the environment alone: a command line can be read by every process.
 */
export function modelPlace(
  wish: Pick<ModelWish, "model" | "endpoint">,
  env: NodeJS.ProcessEnv,
): ModelPlace | undefined {
  const model = wish.model ?? filled(env["LORE_MODEL"]);
  if (model === undefined && wish.endpoint === undefined) return undefined;
  const apiKey = filled(env["LORE_API_KEY"]);
  return {
    model,
    endpoint: {
      baseUrl: wish.endpoint ?? filled(env["LORE_ENDPOINT"]) ?? usualEndpoint,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(env["LORE_READABLE_KEY"] === "1" ? { allowReadableKey: true } : {}),
    },
  };
}

/**
 * Returns the model, where none is named the only one that the endpoint offers; else a sentence that says what is missing.
 * Rejects with the signal's reason when cancelled. Errors: `CliError` when the endpoint does not say what it offers.
 */
export async function namedModel(
  { model, endpoint }: ModelPlace,
  signal: AbortSignal,
): Promise<ChosenModel | string> {
  if (model !== undefined) return { model, endpoint };
  const [only, ...others] = await offeredAt(endpoint, signal);
  if (only === undefined)
    return "The endpoint names no model that it offers. Say with --model which one is to answer.";
  if (others.length === 0) return { model: only, endpoint };
  const shown = [only, ...others].slice(0, maxOffered).map(safeLine).join(", ");
  const more = others.length < maxOffered ? "" : " and more";
  return `The endpoint offers several models: ${shown}${more}. Say with --model which one is to answer.`;
}

async function offeredAt(endpoint: Endpoint, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await listModels(endpoint, signal);
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    const why = error.failure === "noModel" ? noList : failureSentences[error.failure];
    throw new CliError(
      `No model is named, and the endpoint did not say which it offers. ${why} Or name one with --model.`,
    );
  }
}

const noList = "It has no list of models at this address.";

function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}

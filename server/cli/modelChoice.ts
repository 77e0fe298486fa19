/** Which language model is to write the answer, from the command line and the environment. */
import { usualEndpoint, type Endpoint } from "../endpoint/endpointAddress.ts";

/** What `lore ask` says of a model. */
export interface ModelWish {
  readonly model: string | undefined;
  readonly endpoint: string | undefined;
  /** Tokens of the prompt at most. */
  readonly maxTokens: number;
  /** The answer without a model is printed as well. */
  readonly withEvidence: boolean;
}

/** A model at an endpoint. */
export interface ChosenModel {
  readonly model: string;
  readonly endpoint: Endpoint;
}

/**
 * Returns the model; `undefined` when none is named, and the answer is made without one. A key comes from the environment
 * alone: a command line can be read by every process.
 */
export function chosenModel(
  wish: Pick<ModelWish, "model" | "endpoint">,
  env: NodeJS.ProcessEnv,
): ChosenModel | undefined {
  const model = wish.model ?? filled(env["LORE_MODEL"]);
  if (model === undefined) return undefined;
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

function filled(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}

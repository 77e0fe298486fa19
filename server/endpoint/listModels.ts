/** The models that an endpoint offers. */
import type { Endpoint } from "./endpointAddress.ts";
import { endpointClient } from "./endpointClient.ts";
import { asEndpointError, EndpointError } from "./endpointError.ts";

const maxModels = 1_000;
const maxNameLength = 200;
/** A list is there at once or not at all. */
const defaultTimeoutMs = 5_000;

/** Returns the names of the models, in the endpoint's order. Rejects like `streamChat`. */
export async function listModels(
  endpoint: Endpoint,
  signal: AbortSignal,
  timeoutMs = defaultTimeoutMs,
): Promise<readonly string[]> {
  const limit = AbortSignal.timeout(timeoutMs);
  try {
    const client = await endpointClient(endpoint);
    const page = await client.models.list({ signal: AbortSignal.any([signal, limit]) });
    // What an endpoint sends need not have the form that the SDK's types promise.
    const data: unknown = page.data;
    if (!Array.isArray(data)) throw new EndpointError("badAnswer");
    const names = data.map((each: unknown) => (each as { id?: unknown } | null)?.id);
    return names
      .filter((name) => typeof name === "string" && name !== "" && name.length <= maxNameLength)
      .slice(0, maxModels) as string[];
  } catch (error) {
    signal.throwIfAborted();
    throw limit.aborted ? new EndpointError("timeout") : asEndpointError(error);
  }
}

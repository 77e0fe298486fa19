/** The SDK, told to send what was asked for and nothing else. */
import type OpenAI from "openai";
import { checkedAddress, type Endpoint } from "./endpointAddress.ts";

/** Loaded at the first use: who asks no model does not pay for the SDK. */
let loading: Promise<typeof OpenAI> | undefined;

/** Returns the SDK's client. Errors: those of `checkedAddress`. */
export async function endpointClient(endpoint: Endpoint): Promise<OpenAI> {
  const baseURL = checkedAddress(endpoint);
  loading ??= import("openai").then((sdk) => sdk.default);
  const Client = await loading;
  return new Client({
    baseURL,
    // Absent options would be taken from the environment, which is about another provider.
    apiKey: endpoint.apiKey ?? noKey,
    ...{ adminAPIKey: null, organization: null, project: null, webhookSecret: null },
    ...{ maxRetries: 0, timeout: maxTimeoutMs, logLevel: "off" },
    fetch: onlyWhatIsNeeded(endpoint),
  });
}

/** The SDK wants one; it is not sent. */
const noKey = "none";
/** Longer than any wait of a caller, who has limits of their own. */
const maxTimeoutMs = 2 ** 31 - 1;

/**
 * The SDK tells the endpoint about the machine, and adds headers that the environment names. A redirect would take the
 * prompt to an address that nobody chose.
 */
function onlyWhatIsNeeded({ apiKey, fetch = globalThis.fetch }: Endpoint): typeof fetch {
  return (input, init = {}) =>
    fetch(input, {
      method: init.method ?? "GET",
      headers: {
        accept: "application/json, text/event-stream",
        ...(init.body === undefined || init.body === null
          ? {}
          : { "content-type": "application/json" }),
        ...((apiKey ?? "") === "" ? {} : { authorization: `Bearer ${apiKey}` }),
        "user-agent": "lore",
      },
      redirect: "error",
      ...(init.body === undefined || init.body === null ? {} : { body: init.body }),
      ...(init.signal === undefined || init.signal === null ? {} : { signal: init.signal }),
    });
}

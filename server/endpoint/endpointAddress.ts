/** The address of an OpenAI-compatible endpoint. */
import { EndpointError } from "./endpointError.ts";

/** Where Ollama listens; other servers are found at other ports of this machine. */
export const usualEndpoint = "http://127.0.0.1:11434/v1";

/** Where a language model answers, and what opens it. */
export interface Endpoint {
  /** Such as `http://127.0.0.1:11434/v1`. */
  readonly baseUrl: string;
  /** Absent where none is asked for. */
  readonly apiKey?: string;
  /** True sends the key to another machine although everybody on the way can read it. */
  readonly allowReadableKey?: boolean;
  /** The editor's own, which follows its proxy and certificates; Node's when absent. */
  readonly fetch?: typeof globalThis.fetch;
}

/** True for an address of HTTP, with or without TLS: nothing else is an endpoint. */
export function isHttpAddress(baseUrl: string): boolean {
  return /^https?:$/.test(URL.parse(baseUrl)?.protocol ?? "");
}

/** True when a key sent to the address could be read on its way: plain HTTP to another machine. */
export function isReadableOnTheWay(baseUrl: string): boolean {
  const url = URL.parse(baseUrl);
  return url?.protocol === "http:" && !isLoopback(url.hostname);
}

/**
 * Returns the address without a slash at its end. Errors: `EndpointError` with `offline` for what is no address of HTTP,
 * and with `notAllowed` for a key that could be read on its way.
 */
export function checkedAddress({ baseUrl, apiKey, allowReadableKey }: Endpoint): string {
  if (!isHttpAddress(baseUrl)) throw new EndpointError("offline", "ERR_INVALID_URL");
  const hasKey = (apiKey ?? "") !== "" || URL.parse(baseUrl)?.password !== "";
  if (hasKey && allowReadableKey !== true && isReadableOnTheWay(baseUrl))
    throw new EndpointError("notAllowed", "ERR_READABLE_KEY");
  return baseUrl.replace(/\/+$/, "");
}

/** True for an address of this machine. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

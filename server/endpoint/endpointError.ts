/** Why a language model at an endpoint gave no answer. */
import type { APIError } from "openai";
import type { ProseFailure } from "../../protocol/prose.ts";

/** The one error of this folder; it quotes nothing that the endpoint said. */
export class EndpointError extends Error {
  readonly failure: ProseFailure;
  /** Status of HTTP or the system's name of the failure, `""` when there is none. */
  readonly detail: string;
  constructor(failure: ProseFailure, detail = "", options?: ErrorOptions) {
    super(`The endpoint failed: ${failure}${detail === "" ? "" : ` (${detail})`}`, options);
    this.failure = failure;
    this.detail = detail;
  }
}

/** Returns the error for whatever the SDK, `fetch` or the system threw. */
export function asEndpointError(error: unknown): EndpointError {
  if (error instanceof EndpointError) return error;
  const { status } = error as Partial<Pick<APIError, "status">>;
  if (typeof status === "number")
    return new EndpointError(ofStatus(status, wordsOf(error)), String(status), { cause: error });
  const code = systemCode(error);
  if (code !== "") return new EndpointError(ofSystem(code), code, { cause: error });
  // The SDK reports an error that came as an event of the stream without a status.
  const said = wordsOf(error);
  return new EndpointError(isTooLong(said) ? "tooLong" : ofWords(said), "", { cause: error });
}

/** True when an endpoint refused a request because its model, or the server, knows no tools. */
export function isAboutTools(error: unknown): boolean {
  const { status } = error as Partial<Pick<APIError, "status">>;
  return typeof status === "number" && /\btools?\b|tool_choice|function.?call/.test(wordsOf(error));
}

function ofStatus(status: number, said: string): ProseFailure {
  if (isTooLong(said) || status === 413) return "tooLong";
  if (status === 401 || status === 403 || status === 407)
    return isFiltered(said) ? "refused" : "notAllowed";
  if (status === 402 || status === 429) return "quota";
  if (status === 404) return "noModel";
  if (status === 408 || status === 504) return "timeout";
  if (status === 400 || status === 422) {
    if (isFiltered(said)) return "refused";
    return /model/.test(said) && /not (?:found|exist|available|loaded)|unknown|no model/.test(said)
      ? "noModel"
      : "unknown";
  }
  // A gateway in front of a server that is not there.
  return status === 502 || status === 503 ? "offline" : "unknown";
}

/** What llama.cpp, vLLM, LM Studio, Ollama and hosted services say of a prompt that does not fit. */
function isTooLong(said: string): boolean {
  return /context_length|exceed_context|context (?:length|size|window)|too many tokens|prompt is too long|maximum .{0,20}tokens/.test(
    said,
  );
}

function isFiltered(said: string): boolean {
  return /content_filter|content management policy|content_policy|moderation|safety/.test(said);
}

function ofWords(said: string): ProseFailure {
  if (/rate.?limit|quota/.test(said)) return "quota";
  return isFiltered(said) ? "refused" : "badAnswer";
}

function ofSystem(code: string): ProseFailure {
  if (/^(?:UND_ERR_(?:HEADERS|BODY)_TIMEOUT)$/.test(code)) return "timeout";
  // A connection that ends while an answer is under way.
  if (code === "UND_ERR_SOCKET" || code === "ECONNRESET" || code === "EPIPE") return "badAnswer";
  return "offline";
}

/** The system's name of a failure below the SDK's error: `ECONNREFUSED`, `CERT_HAS_EXPIRED`, `""` when there is none. */
function systemCode(error: unknown): string {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; depth++) {
    const { code } = at as NodeJS.ErrnoException;
    if (typeof code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/.test(code)) return code;
    at = at instanceof AggregateError ? at.errors[0] : at.cause;
  }
  return "";
}

/** Only looked at, never shown. */
function wordsOf(error: unknown): string {
  const { message, code, type } = error as Partial<
    Record<"message" | "code" | "type", string | null>
  >;
  return [message, code, type].join(" ").slice(0, 4_000).toLowerCase();
}

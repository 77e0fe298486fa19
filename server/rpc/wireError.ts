import { ResponseError } from "vscode-jsonrpc/node";
import {
  errorCatalogue,
  MemoryError,
  type ErrorData,
  type ErrorName,
} from "../../protocol/errors.ts";
import { placeOf } from "../../protocol/errorPlace.ts";
import type { Logger } from "../ports.ts";
import { ShapeError } from "./shape.ts";

/**
 * The wire form of whatever a handler threw. Only what the catalogue knows is told to the client; the rest
 * becomes `internal` with an id under which the log holds the stack.
 */
export function toWireError(error: unknown, method: string, log: Logger): ResponseError<ErrorData> {
  if (error instanceof MemoryError) {
    log.log("info", "rpc", "request refused", { method, error: error.errorName });
    return wireError(error.errorName, error.detail);
  }
  if (error instanceof ShapeError) {
    log.log("warn", "rpc", "request not understood", { method, problem: error.message });
    return wireError("invalidRequest", error.message);
  }
  if (isAbort(error)) {
    log.log("debug", "rpc", "request cancelled", { method });
    return wireError("cancelled", "");
  }
  const requestId = crypto.randomUUID();
  log.log("error", "rpc", "request failed", { method, requestId, stack: placeOf(error) });
  return wireError("internal", "", requestId);
}

/** True for the rejection of work that was asked to stop. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

function wireError(name: ErrorName, detail: string, requestId?: string): ResponseError<ErrorData> {
  const { code, sentence } = errorCatalogue[name];
  const data = { errorName: name, detail, ...(requestId === undefined ? {} : { requestId }) };
  return new ResponseError<ErrorData>(code, sentence, data);
}

/** How a request to a worker thread failed, as it crosses to the thread that asked: errors lose their class on the way. */
import { MemoryError, type ErrorName } from "../protocol/errors.ts";

export type ThreadFailure =
  | { readonly kind: "aborted" }
  | { readonly kind: "memory"; readonly errorName: ErrorName; readonly detail: string };

/** Returns what the request rejects with. */
export function errorOf(failure: ThreadFailure): Error {
  return failure.kind === "aborted"
    ? new DOMException("cancelled", "AbortError")
    : new MemoryError(failure.errorName, failure.detail);
}

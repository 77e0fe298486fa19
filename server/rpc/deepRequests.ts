/** The requests to the deep memory. */
import type { DeepMemoryDetail, DeepMemoryReason } from "../../protocol/deepMemory.ts";
import { MemoryError } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import type { DeepMemoryService } from "../services.ts";
import { params as shapes } from "./params.ts";
import type { Router } from "./router.ts";

/** Answers the deep memory's requests; without one they all end with `deepMemoryUnavailable`. */
export function answerFromDeepMemory(router: Router, deep: DeepMemoryService | undefined): void {
  router.answer(methods.complete, shapes.complete, (params, signal) =>
    usable(deep).complete(params, signal),
  );
  router.answer(methods.surprise, shapes.surprise, (params, signal) =>
    usable(deep).surprise(params, signal),
  );
  router.answer(methods.selfTest, shapes.selfTest, ({ selfTestId, ...params }, signal) =>
    usable(deep).selfTest(
      params,
      (progress) => router.notify(methods.selfTestProgress, { selfTestId, progress }),
      signal,
    ),
  );
}

/** Errors: `deepMemoryUnavailable` when there is none, or it says that it cannot be used. */
function usable(deep: DeepMemoryService | undefined): DeepMemoryService {
  if (deep === undefined) throw unavailable("noModel");
  const { state, detail } = deep.status();
  if (state === "starting") throw unavailable("");
  if (state === "off" || state === "unavailable") throw unavailable(reasonOf(detail));
  return deep;
}

function reasonOf(detail: DeepMemoryDetail | undefined): DeepMemoryReason | "" {
  return detail?.kind ?? "";
}

function unavailable(reason: DeepMemoryReason | ""): MemoryError {
  return new MemoryError("deepMemoryUnavailable", reason);
}

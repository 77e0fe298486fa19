/** Loads the model and the kernel that encodes with it, once for all threads. */
import { existsSync, readFileSync } from "node:fs";
import type { ModelFault } from "./model/modelFault.ts";
import { modelFolder } from "./model/modelFolder.ts";
import type { EncoderParts } from "./model/staticEncoder.ts";
import { loadStaticModel } from "./model/staticModel.ts";
import { kernelUrl } from "./threads.ts";
import { compileKernel } from "./wasmTiering.ts";

export type EncoderOutcome =
  | { readonly kind: "ready"; readonly parts: EncoderParts }
  | { readonly kind: "unavailable"; readonly fault: ModelFault };

/** Never throws for what is wrong with the model's files or with this machine: search then works by words only. */
export function loadEncoder(folder: string): EncoderOutcome {
  const outcome = loadStaticModel(modelFolder(folder));
  if (outcome.kind === "unavailable") return outcome;
  const kernelFile = kernelUrl();
  const fault = (detail: string): EncoderOutcome => ({
    kind: "unavailable",
    fault: { kind: "kernel", file: "", detail },
  });
  if (!existsSync(kernelFile)) return fault("the kernel is not there");
  try {
    const kernel = compileKernel(readFileSync(kernelFile));
    return { kind: "ready", parts: { model: outcome.model, kernel } };
  } catch (error) {
    // V8 without SIMD, or a damaged file.
    if (error instanceof Error && error.name === "CompileError") return fault(error.name);
    throw error;
  }
}

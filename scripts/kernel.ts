/** Compiles the WebAssembly kernel of `server/model/kernel/` with AssemblyScript. */
import { mkdirSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { inCheckout, packageScript } from "./checkout.ts";
import { runNode } from "./processes.ts";

const sources = "server/model/kernel";
/** The kernel as built, relative to the checkout. */
export const kernelFile = "dist/kernel.wasm";

/**
 * Writes `dist/kernel.wasm` unless it is newer than its sources, since compiling takes two seconds. Rejects with
 * the compiler's messages.
 */
export async function buildKernel(): Promise<void> {
  if (!isKernelStale()) return;
  mkdirSync(path.dirname(inCheckout(kernelFile)), { recursive: true });
  const { code, output } = await runNode([
    packageScript("assemblyscript", "asc"),
    `${sources}/kernel.ts`,
    ...["--outFile", kernelFile],
    // No garbage collector and no bounds checks in software: the host hands out every address.
    ...["--runtime", "stub", "--enable", "simd", "--noAssert", "--use", "abort="],
    ...["--optimizeLevel", "3", "--shrinkLevel", "0", "--converge"],
  ]);
  if (code !== 0) throw new Error(`The kernel does not compile:\n${output}`);
}

/** True when the kernel has to be compiled. */
export function isKernelStale(): boolean {
  const built = statSync(inCheckout(kernelFile), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const inputs = [
    "package-lock.json",
    ...readdirSync(inCheckout(sources)).map((name) => `${sources}/${name}`),
  ];
  return inputs.some((file) => statSync(inCheckout(file)).mtimeMs > built);
}

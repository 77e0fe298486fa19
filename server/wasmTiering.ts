/**
 * Keeps V8 from optimising WebAssembly. The lexer of a large grammar is one function of many thousand
 * branches, and V8's optimising compiler takes gigabytes for it: indexing a tree of 21 MB peaked at
 * 3.2 GB with it and at 0.24 GB without, at the same processor time.
 */
import v8 from "node:v8";
import type { KernelModule } from "./model/kernelMemory.ts";

/** What is used of the global, which Node has and its type package leaves out. */
declare const WebAssembly: { readonly Module: new (bytes: Uint8Array) => KernelModule };

/**
 * Compiles the kernel with V8's optimising compiler at once: its loops are small, and twice as fast that way.
 * To be called before `keepWasmSmall`, which this undoes for the moment. Throws when `bytes` are no module that
 * this machine can run.
 */
export function compileKernel(bytes: Uint8Array): KernelModule {
  v8.setFlagsFromString("--no-liftoff");
  v8.setFlagsFromString("--no-wasm-lazy-compilation");
  try {
    return new WebAssembly.Module(bytes);
  } finally {
    v8.setFlagsFromString("--liftoff");
    v8.setFlagsFromString("--wasm-lazy-compilation");
  }
}

/** To be called before the first grammar is loaded; holds for the whole process. */
export function keepWasmSmall(): void {
  // What `--liftoff-only` stands for; given after the start, V8 does not expand that flag.
  v8.setFlagsFromString("--no-wasm-tier-up");
  v8.setFlagsFromString("--no-wasm-dynamic-tiering");
}

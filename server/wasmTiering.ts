/**
 * Keeps V8 from optimising WebAssembly. The lexer of a large grammar is one function of many thousand
 * branches, and V8's optimising compiler takes gigabytes for it: indexing a tree of 21 MB peaked at
 * 3.2 GB with it and at 0.24 GB without, at the same processor time.
 */
import v8 from "node:v8";

/** To be called before the first grammar is loaded; holds for the whole process. */
export function keepWasmSmall(): void {
  // What `--liftoff-only` stands for; given after the start, V8 does not expand that flag.
  v8.setFlagsFromString("--no-wasm-tier-up");
  v8.setFlagsFromString("--no-wasm-dynamic-tiering");
}

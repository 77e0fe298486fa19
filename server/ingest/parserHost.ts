/**
 * Starts the tree-sitter runtime with room to fail safely. As shipped, its stack of 64 KB lies below its data,
 * so that deeply nested input overwrites the runtime itself, and its memory grows without bound while it
 * weighs ambiguous input.
 */
import { readFile } from "node:fs/promises";

/**
 * Larger in proportion than the stack of a JavaScript thread. Recursion in the runtime then ends in a
 * RangeError, which leaves its memory intact.
 */
const stackBytes = 8 * 1024 * 1024;

/** Hooks into the start of the runtime. */
export interface ParserHost {
  /** Passed to `Parser.init`, which then starts the runtime through this host. */
  readonly moduleOptions: {
    readonly instantiateWasm: (imports: Imports, done: InstanceReceiver) => object;
  };
  /** Rejects when the runtime could not be read or compiled; `Parser.init` would then wait for ever. */
  readonly instantiated: Promise<void>;
  /** Moves the stack to where it has room. To be called once, when `Parser.init` has resolved. */
  moveStack(): void;
  /** Bytes of wasm memory, which never shrink. 0 before the runtime has started. */
  memoryBytes(): number;
}

type Imports = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type InstanceReceiver = (instance: Instance, module: object) => void;
interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

/** What is used of the global, which Node has and its type package leaves out. */
declare const WebAssembly: {
  readonly Memory: new () => { readonly buffer: ArrayBufferLike };
  readonly Global: new () => { value: number };
  instantiate(bytes: Uint8Array, imports: Imports): Promise<{ instance: Instance; module: object }>;
};

/** Reads the runtime from `wasmFile` as soon as `Parser.init` asks for it. */
export function createParserHost(wasmFile: string): ParserHost {
  const { promise: instantiated, resolve, reject } = Promise.withResolvers<void>();
  let env: Imports[string] = {};
  let exports: Instance["exports"] = {};
  const instantiate = async (imports: Imports, done: InstanceReceiver): Promise<void> => {
    const { instance, module } = await WebAssembly.instantiate(await readFile(wasmFile), imports);
    env = imports["env"] ?? {};
    exports = instance.exports;
    done(instance, module);
  };
  return {
    moduleOptions: {
      instantiateWasm: (imports, done) => {
        instantiate(imports, done).then(resolve, reject);
        return {};
      },
    },
    instantiated,
    moveStack() {
      const { __stack_pointer: stackPointer } = env;
      const { malloc } = exports;
      if (!(stackPointer instanceof WebAssembly.Global) || typeof malloc !== "function") {
        throw new TypeError("the parser runtime has no stack that can be moved");
      }
      // The stack grows downwards.
      stackPointer.value = Number(malloc(stackBytes)) + stackBytes;
    },
    memoryBytes() {
      const { memory } = env;
      return memory instanceof WebAssembly.Memory ? memory.buffer.byteLength : 0;
    },
  };
}

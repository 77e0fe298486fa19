/**
 * Compiles the one native add-on that no package brings: that of `hnswlib-node`. npm does not do it, since install
 * scripts never run, and its own way would load Node's headers from the network.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { inCheckout } from "./checkout.ts";
import { runCommand } from "./processes.ts";

/** The add-on and its source, relative to `node_modules`. */
export const indexAddon = "hnswlib-node/build/Release/addon.node";
const indexSource = "hnswlib-node/src/addon.cc";

/** The target that the add-on is built for, as vsce names it: that of this machine. */
export const builtTarget = `${process.platform}-${process.arch}`;

/** How it went. */
export type NativeOutcome =
  | { readonly kind: "present" | "built" }
  /** `sentence` tells the user what is missing and what that means. */
  | { readonly kind: "left out"; readonly sentence: string };

/**
 * Builds the add-on when it is not there, some ten seconds. Rejects with the compiler's messages when the source
 * does not compile.
 */
export async function buildIndexAddon(
  platform: NodeJS.Platform = process.platform,
  env: NodeJS.ProcessEnv = process.env,
  out: string = inCheckout("node_modules", indexAddon),
): Promise<NativeOutcome> {
  if (existsSync(out)) return { kind: "present" };
  const left = (why: string): NativeOutcome => ({
    kind: "left out",
    sentence: `hnswlib-node is not built, because ${why}; memories of millions of chunks are then scanned whole.`,
  });
  if (platform === "win32") return left("there is no step for Windows yet");
  const compiler = await findCompiler(env);
  if (compiler === undefined) return left("there is no C++ compiler (g++, clang++ or c++)");
  mkdirSync(path.dirname(out), { recursive: true });
  // Several commands may build at once.
  const temporary = `${out}.${process.pid}`;
  try {
    const args = compilerArguments(inCheckout("node_modules", indexSource), temporary, platform);
    const { code, output } = await runCommand(compiler, args);
    if (code !== 0) throw new Error(`hnswlib-node does not compile:\n${output}`);
    renameSync(temporary, out);
  } finally {
    rmSync(temporary, { force: true });
  }
  return { kind: "built" };
}

async function findCompiler({ CXX, PATH }: NodeJS.ProcessEnv): Promise<string | undefined> {
  const named = CXX === undefined || CXX === "" ? [] : [CXX];
  for (const command of [...named, "g++", "clang++", "c++"]) {
    try {
      const { code } = await runCommand(command, ["--version"], { env: { PATH: PATH ?? "" } });
      if (code === 0) return command;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}

/** Only Node-API is used, so one build serves every Node and every editor from Node-API 8 on. */
function compilerArguments(source: string, out: string, platform: NodeJS.Platform): string[] {
  return [
    ...["-shared", "-fPIC", "-pthread", "-std=gnu++17", "-O3", "-fexceptions"],
    ...(platform === "darwin" ? ["-undefined", "dynamic_lookup"] : ["-s"]),
    "-DNAPI_DISABLE_CPP_EXCEPTIONS",
    "-DNODE_GYP_MODULE_NAME=addon",
    "-DBUILDING_NODE_EXTENSION",
    ...["-I", headerFolder()],
    ...["-I", inCheckout("node_modules", "node-addon-api")],
    source,
    ...["-o", out],
  ];
}

/** The headers of the running Node where it brings them, as npm's Node 24 does; else those of a package. */
function headerFolder(): string {
  const own = path.resolve(path.dirname(process.execPath), "..", "include", "node");
  if (existsSync(path.join(own, "node_api.h"))) return own;
  const require = createRequire(import.meta.url);
  return (require("node-api-headers") as { include_dir: string }).include_dir;
}

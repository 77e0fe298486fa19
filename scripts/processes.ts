/** Child processes of the commands: run to the end with captured output, or inherit the terminal. */
import { spawn } from "node:child_process";
import { checkout } from "./checkout.ts";

/** How a finished process ended. */
export interface Finished {
  /** Exit code; 1 when a signal ended it. */
  readonly code: number;
  /** stdout and stderr in the order they came. */
  readonly output: string;
}

/** Options of `runNode`. */
export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Absolute path; the checkout when absent. */
  readonly cwd?: string;
}

/** Runs a script under this Node and waits. Never rejects on a failing script: the code says it. */
export function runNode(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return runCommand(process.execPath, args, options);
}

/** Runs a command and waits. Rejects only when the command does not exist. */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const child = spawn(command, args, {
    cwd: options.cwd ?? checkout,
    env: { ...process.env, ...options.env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pieces: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr.on("data", (piece: Buffer) => pieces.push(piece));
  const code = await new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  return { code, output: Buffer.concat(pieces).toString("utf8") };
}

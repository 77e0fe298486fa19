/** Runs a program where there is no network, and tells what it tried. */
import assert from "node:assert/strict";
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

/** Words before a command that run it in a network namespace without an interface that is up. */
function alone(): readonly string[] {
  const words = process.env["LORE_ALONE"];
  assert.ok(words, "LORE_ALONE is set by `npm test -- --only privacy`.");
  return JSON.parse(words) as string[];
}

/** Words before a command that write its system calls about the network, and its processes, to a file. */
export function tracer(traceFile: string): readonly string[] {
  const calls = "trace=%network,execve,clone,clone3,fork,vfork";
  return ["strace", "-f", "-qq", "-s", "400", "--seccomp-bpf", "-e", calls, "-o", traceFile];
}

/** A process of a trace, with those that it started, and their threads. */
export interface TracedProcess {
  /** Attempts to reach anything outside this machine's own sockets, as the tracer wrote them; netlink only lists interfaces. */
  readonly attempts: readonly string[];
}

const families = /\b(?:AF_INET6?|AF_PACKET|AF_VSOCK|AF_BLUETOOTH|PF_INET6?)\b/;

/** Returns what the whole trace shows; with `program`, only the processes that were started with it in their arguments, and theirs. */
export function readTrace(trace: string, program?: string): TracedProcess {
  const lines = trace.split("\n");
  const members = program === undefined ? undefined : familyOf(lines, program);
  const attempts = lines.filter((line) => {
    const pid = line.slice(0, line.indexOf(" "));
    return (members === undefined || members.has(pid)) && families.test(line);
  });
  return { attempts };
}

function familyOf(lines: readonly string[], program: string): ReadonlySet<string> {
  const members = new Set<string>();
  for (const line of lines) {
    const [pid = ""] = line.split(" ", 1);
    if (line.includes(" execve(") && line.includes(program)) members.add(pid);
    const child = /(?:clone3?|v?fork).*= (\d+)$/.exec(line)?.[1];
    if (child !== undefined && members.has(pid)) members.add(child);
  }
  assert.ok(program === undefined || members.size > 0, `the trace shows no process of ${program}`);
  return members;
}

/** This process's environment without what tells libraries that nobody uses them for real: some keep quiet then. */
export function environmentOfUser(): Record<string, string> {
  const quiet = /^(CI|CONTINUOUS_INTEGRATION|TF_BUILD|GITHUB_ACTIONS|GITLAB_CI|ORT_.*|LORE_ALONE)$/;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([name, value]) => value !== undefined && !quiet.test(name),
    ) as [string, string][],
  );
}

/** A started program. */
export interface Traced {
  readonly child: ChildProcess;
  /** Resolves when the program has ended, with its exit code, its output and what it tried. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
    readonly attempts: readonly string[];
  }>;
}

/** Starts a program under the tracer without a network. It ends with the test. */
export function startTraced(
  t: Pick<TestContext, "after">,
  command: readonly string[],
  options: SpawnOptions,
): Traced {
  const dir = mkdtempSync(path.join(os.tmpdir(), "lore-traced-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const traceFile = path.join(dir, "trace");
  const [program = "", ...args] = [...alone(), ...tracer(traceFile), "--", ...command];
  const child = spawn(program, args, options);
  t.after(() => child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (data: Buffer) => (output.stdout += data.toString()));
  child.stderr?.on("data", (data: Buffer) => (output.stderr += data.toString()));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  }).then((code) => ({ code, ...output, ...readTrace(readFileSync(traceFile, "utf8")) }));
  return { child, ended };
}

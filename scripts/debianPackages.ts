/** Programs of Debian's that the tests need, installed where that is allowed without a question. */
import { existsSync } from "node:fs";
import { runCommand } from "./processes.ts";

/**
 * Installs packages with apt-get. `say` is told before. Returns `undefined` when they are installed, else the sentence
 * that says why not.
 */
export async function installDebianPackages(
  names: readonly string[],
  say: (line: string) => void,
): Promise<string | undefined> {
  if (!existsSync("/usr/bin/apt-get")) return "there is no apt-get";
  const prefix = await rootPrefix();
  if (prefix === undefined) return `install it with: sudo apt-get install ${names.join(" ")}`;
  say(`Installing ${names.join(", ")} with apt-get …`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["/usr/bin/apt-get", "update", "-q"],
    ["/usr/bin/apt-get", "install", "-q", "-y", "--no-install-recommends", ...names],
  ]) {
    const [command, ...rest] = [...prefix, ...args];
    const { code, output } = await runCommand(command ?? "", rest, { env });
    if (code !== 0) return `${args.join(" ")} failed:\n${output}`;
  }
  return undefined;
}

/** The words before a command that needs root; `undefined` when this user may not become root silently. */
async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  if (!existsSync("/usr/bin/sudo")) return undefined;
  const { code } = await runCommand("/usr/bin/sudo", ["-n", "true"]);
  return code === 0 ? ["/usr/bin/sudo", "-n"] : undefined;
}

/**
 * A place without a network, for the tests of what Lore does not do: a network namespace of Linux, and a tracer that
 * sees each system call about the network.
 */
import { installDebianPackages } from "../debianPackages.ts";
import { runCommand } from "../processes.ts";

/** How to get there, or the sentence that says why one cannot. */
export type SeclusionFound =
  | {
      readonly kind: "found";
      /** Words before a command that run it without any interface that is up, not even the loopback one. */
      readonly alone: readonly string[];
      /** Words before a command that run it with the loopback interface and no other. */
      readonly loopback: readonly string[];
    }
  | { readonly kind: "none"; readonly reason: string };

/** Commands that are needed, each with its package in Debian. */
const programs = [
  { probe: ["strace", "-f", "-e", "trace=%network", "-o", "/dev/null", "true"], package: "strace" },
  { probe: ["ip", "-Version"], package: "iproute2" },
] as const;

/** Finds the way into seclusion, and installs what is missing. `say` is told before something is installed. */
export async function findSeclusion(say: (line: string) => void): Promise<SeclusionFound> {
  if (process.platform !== "linux") return none("network namespaces are of Linux alone");
  // Root has the right to make a namespace; others get it inside a user namespace of their own.
  const alone = ["unshare", process.getuid?.() === 0 ? "-n" : "-rn"];
  if (!(await succeeds([...alone, "true"]))) return none(`\`${alone.join(" ")}\` is not allowed`);
  const missing: string[] = [];
  for (const program of programs) {
    if (!(await succeeds(program.probe))) missing.push(program.package);
  }
  if (missing.length > 0) {
    const obstacle = await installDebianPackages(missing, say);
    if (obstacle !== undefined) return none(`${missing.join(" and ")} is missing: ${obstacle}`);
  }
  const raise = 'ip link set lo up && exec "$@"';
  return { kind: "found", alone, loopback: [...alone, "sh", "-c", raise, "sh"] };
}

function none(reason: string): SeclusionFound {
  return { kind: "none", reason };
}

async function succeeds([command = "", ...args]: readonly string[]): Promise<boolean> {
  try {
    return (await runCommand(command, args)).code === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    return false;
  }
}

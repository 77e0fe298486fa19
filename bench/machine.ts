import { readFileSync, existsSync } from "node:fs";
import os from "node:os";

/** Returns lines that describe the machine, the runtime and how busy the machine is, without names or paths. */
export function describeMachine(): string[] {
  const [cpu] = os.cpus();
  const cores = os.availableParallelism();
  const memory = (os.totalmem() / 2 ** 30).toFixed(0);
  const [load = 0] = os.loadavg();
  return [
    `- ${cores} × ${cpu?.model.trim() ?? "unknown processor"}, ${memory} GiB memory, ${osName()}`,
    `- Node ${process.versions.node}, SQLite ${process.versions["sqlite"] ?? "of Node"}`,
    `- load average at the start ${load.toFixed(1)} (above ${cores} other work slowed the measurement down)`,
  ];
}

function osName(): string {
  const release = "/etc/os-release";
  const name = existsSync(release)
    ? /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync(release, "utf8"))?.[1]
    : undefined;
  return `${name ?? os.type()}, kernel ${os.release()}`;
}

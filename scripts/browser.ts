/** The browser that the tests drive: found, or installed from Debian's packages where that is allowed. */
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { runCommand } from "./processes.ts";

/** A browser to drive, or the sentence that says why there is none. */
export type BrowserFound =
  | { readonly kind: "found"; readonly executable: string }
  | { readonly kind: "none"; readonly reason: string };

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

const macBrowsers = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** Where browsers are even when the PATH does not say so. */
const usualFolders = ["/usr/bin", "/usr/local/bin", "/snap/bin"];

/** Finds a Chromium or installs Debian's. `say` is told before something is installed. */
export async function findBrowser(say: (line: string) => void): Promise<BrowserFound> {
  const present = browserOnPath();
  if (present !== undefined) return { kind: "found", executable: present };
  if (process.platform !== "linux") return none("no Chromium or Chrome was found; install one");
  const prefix = await rootPrefix();
  if (!existsSync("/usr/bin/apt-get")) return none("no Chromium was found and there is no apt-get");
  if (prefix === undefined) {
    return none("no Chromium was found; install it with: sudo apt-get install chromium");
  }
  say("Installing chromium with apt-get …");
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [
    ["/usr/bin/apt-get", "update", "-q"],
    ["/usr/bin/apt-get", "install", "-q", "-y", "--no-install-recommends", "chromium"],
  ]) {
    const [command, ...rest] = [...prefix, ...args];
    const { code, output } = await runCommand(command ?? "", rest, { env });
    if (code !== 0) return none(`${args.join(" ")} failed:\n${output}`);
  }
  const installed = browserOnPath();
  return installed === undefined
    ? none("apt-get installed chromium, but there is no such command")
    : { kind: "found", executable: installed };
}

function none(reason: string): BrowserFound {
  return { kind: "none", reason };
}

function browserOnPath(): string | undefined {
  const folders = (process.env["PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "");
  const onPath = [...folders, ...usualFolders].flatMap((folder) =>
    names.map((name) => path.join(folder, name)),
  );
  return [...onPath, ...(process.platform === "darwin" ? macBrowsers : [])].find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return false;
  }
}

/** The words before a command that needs root; `undefined` when this user may not become root silently. */
async function rootPrefix(): Promise<readonly string[] | undefined> {
  if (process.getuid?.() === 0) return [];
  if (!existsSync("/usr/bin/sudo")) return undefined;
  const { code } = await runCommand("/usr/bin/sudo", ["-n", "true"]);
  return code === 0 ? ["/usr/bin/sudo", "-n"] : undefined;
}

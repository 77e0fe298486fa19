/** The browser that the tests drive: found, or installed from Debian's packages where that is allowed. */
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { installDebianPackages } from "./debianPackages.ts";

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
  const obstacle = await installDebianPackages(["chromium"], say);
  if (obstacle !== undefined) return none(`no Chromium was found: ${obstacle}`);
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

/** Trees on disk for the tests of the scan, and what git itself says about them. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder that is deleted with everything in it when the scope ends. */
export interface TemporaryFolder extends Disposable {
  readonly path: string;
}

/** Makes an empty folder with a canonical path. */
export function temporaryFolder(): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "lore-scan-")));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** Writes files by relative path. A path that ends in `/` makes an empty folder. */
export function writeTree(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): void {
  for (const [path, content] of Object.entries(files)) {
    if (path.endsWith("/")) mkdirSync(join(folder, path), { recursive: true });
    else {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), content);
    }
  }
}

/** Runs git without the user's and the system's configuration. Returns its output; throws when it fails. */
export function git(folder: string, args: readonly string[], input = ""): string {
  const run = spawnSync("git", args, {
    cwd: folder,
    input,
    encoding: "utf8",
    env: {
      PATH: process.env["PATH"],
      HOME: join(folder, ".git"),
      XDG_CONFIG_HOME: join(folder, ".git"),
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_NAME: "A",
      GIT_AUTHOR_EMAIL: "a@example.invalid",
      GIT_COMMITTER_NAME: "A",
      GIT_COMMITTER_EMAIL: "a@example.invalid",
    },
  });
  if (run.error !== undefined) throw run.error;
  // check-ignore exits with 1 when nothing is ignored.
  if (run.status !== 0 && !(args.includes("check-ignore") && run.status === 1))
    throw new Error(`git ${args.join(" ")}: ${run.stderr}`);
  return run.stdout;
}

/** The paths that git ignores by rule, tracked or not. */
export function ignoredByGit(folder: string, paths: readonly string[]): Set<string> {
  const input = paths.map((path) => `${path}\0`).join("");
  const output = git(folder, ["check-ignore", "--no-index", "--stdin", "-z"], input);
  return new Set(output.split("\0").filter((path) => path !== ""));
}

/** User folders for a filter that hold no settings. */
export const noUserFolders = { home: "/nonexistent/home", config: "/nonexistent/home/.config" };

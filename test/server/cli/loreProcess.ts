/** `lore` as a process, and a small folder for it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const entry = fileURLToPath(new URL("../../../server/cli/main.ts", import.meta.url));

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs it with a home of its own. */
export function lore(home: string, args: readonly string[]): Promise<Ran> {
  const env = { ...process.env, HOME: home, XDG_DATA_HOME: path.join(home, "data") };
  const child = spawn(process.execPath, [entry, ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (data: Buffer) => (out += data.toString()));
  child.stderr.on("data", (data: Buffer) => (err += data.toString()));
  return once(child, "close").then(([code]) => ({ code: code as number | null, out, err }));
}

/** A folder with one file of code and one that is none; all of it goes when the test ends. */
export function project(t: { after(fn: () => void): void }): { home: string; folder: string } {
  const home = realpathSync.native(mkdtempSync(path.join(os.tmpdir(), "lore-run-")));
  t.after(() => rmSync(home, { recursive: true, force: true }));
  const folder = path.join(home, "project");
  mkdirSync(path.join(folder, "src"), { recursive: true });
  writeFileSync(
    path.join(folder, "src", "cache.py"),
    'class Cache:\n    """Keeps answers until they are an hour old."""\n\n    def evict(self):\n        """Throws away the oldest answers when the cache is full."""\n        self.answers.pop()\n',
  );
  writeFileSync(path.join(folder, "blob"), Buffer.from([0x89, 0x50, 0, 1, 0, 3, 0xff, 0]));
  return { home, folder };
}

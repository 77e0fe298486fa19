/** The command line as npm installs it: into an empty folder, with an empty home, without a network. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { serverVersion } from "../../server/version.ts";

test("the command line is installed from its tarball and answers a question", (t) => {
  const tarball = process.env["LORE_TARBALL"];
  assert.ok(tarball !== undefined, "run by the stage “package”, which makes the tarball");
  const base = realpathSync.native(mkdtempSync(path.join(os.tmpdir(), "lore-install-")));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const [home, prefix, folder] = ["home", "prefix", "project"].map((name) => {
    mkdirSync(path.join(base, name));
    return path.join(base, name);
  }) as [string, string, string];
  writeFileSync(
    path.join(folder, "cache.py"),
    'class Cache:\n    def evict(self):\n        """Throws away the oldest answers when the cache is full."""\n        self.answers.pop()\n',
  );
  const windows = process.platform === "win32";
  // Nothing of the checkout, of npm's settings or of the user's.
  const env = {
    PATH: [path.dirname(process.execPath), process.env["PATH"]].join(path.delimiter),
    ...{ HOME: home, USERPROFILE: home, LOCALAPPDATA: home },
    ...(windows ? { SystemRoot: process.env["SystemRoot"] } : {}),
  };
  const run = (command: string, args: readonly string[]): ReturnType<typeof spawnSync> =>
    spawnSync(command, args, { cwd: base, env, encoding: "utf8", shell: windows });
  const install = ["install", "--global", "--offline", "--prefix", prefix, tarball];
  const installed = run(windows ? "npm.cmd" : "npm", install);
  assert.equal(installed.status, 0, String(installed.stderr));
  const lore = (...args: string[]): ReturnType<typeof spawnSync> =>
    run(path.join(prefix, windows ? "lore.cmd" : "bin/lore"), args);

  const version = lore("--version");
  assert.deepEqual([version.status, version.stdout], [0, `${serverVersion}\n`]);
  // npm only warns of a Node that is too old.
  const older =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})";
  const modules = path.join(prefix, windows ? "node_modules" : "lib/node_modules");
  const entry = path.join(modules, "lore/lore.mjs");
  const tooOld = spawnSync(process.execPath, ["--import", older, entry], { encoding: "utf8" });
  assert.equal(tooOld.status, 1);
  assert.match(tooOld.stderr, /^Lore needs Node 24 or later; this is v[\d.]+\.\n$/);
  const answer = lore("ask", folder, "where are the oldest answers thrown away?");
  assert.equal(answer.status, 0, String(answer.stderr));
  assert.match(String(answer.stdout), /cache\.py:\d/);
  const status = lore("status", folder, "--json");
  const { nEmbedded, nChunks } = JSON.parse(String(status.stdout)) as Record<string, number>;
  assert.ok(nChunks !== undefined && nChunks > 0 && nEmbedded === nChunks, "by meaning too");
  const written = lore("complete", folder, "cache.py:4", "--json");
  assert.ok(written.status === 0 || written.status === 3, String(written.stderr));
  assert.match(
    String(lore("forget").stderr),
    /^“lore forget” needs a folder\.\nUsage: lore forget/,
  );
  assert.equal(lore("forget", folder).status, 0);
  assert.ok(!existsSync(path.join(base, "node_modules")));
});

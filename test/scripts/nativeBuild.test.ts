/** What the build does where the index's add-on cannot be compiled; that it is compiled here, the server's tests show. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { buildIndexAddon } from "../../scripts/nativeBuild.ts";
import { temporaryFolder, writeTree } from "../server/ingest/treesOnDisk.ts";

const cases = {
  "without a compiler": ["linux", /^hnswlib-node is not built, because there is no C\+\+ compiler/],
  "on Windows": ["win32", /^hnswlib-node is not built, because there is no step for Windows/],
} as const;

for (const [name, [platform, sentence]] of Object.entries(cases))
  test(`${name} the build goes on, and says what is missing`, async () => {
    using folder = temporaryFolder();
    const out = path.join(folder.path, "addon.node");
    const outcome = await buildIndexAddon(platform, { PATH: folder.path }, out);
    assert.ok(outcome.kind === "left out");
    assert.match(outcome.sentence, sentence);
    assert.match(outcome.sentence, /scanned whole\.$/);
    assert.ok(!existsSync(out));
  });

test("an add-on that is there is not built again", async () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "addon.node": "" });
  const out = path.join(folder.path, "addon.node");
  assert.deepEqual(await buildIndexAddon("linux", { PATH: "" }, out), { kind: "present" });
});

test("a compiler's messages are passed on, and no half add-on stays", async () => {
  using folder = temporaryFolder();
  const compiler = path.join(folder.path, "compiler");
  const script = '#!/bin/sh\n[ "$1" = --version ] || { echo "line 7: no such type"; exit 1; }\n';
  writeFileSync(compiler, script, { mode: 0o755 });
  const out = path.join(folder.path, "addon.node");
  const env = { PATH: process.env["PATH"], CXX: compiler };
  await assert.rejects(
    buildIndexAddon("linux", env, out),
    /does not compile:\nline 7: no such type/,
  );
  assert.deepEqual(readdirSync(folder.path), ["compiler"]);
});

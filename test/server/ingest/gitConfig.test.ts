import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readCoreSettings } from "../../../server/ingest/gitConfig.ts";
import { git, temporaryFolder, writeTree } from "./treesOnDisk.ts";

const texts: readonly string[] = [
  "[core]\n\tignorecase = true\n\texcludesFile = ~/ignores\n",
  '[core]\nIgnoreCase\n[core]\nexcludesfile="a b" ; why\n',
  '[core] ignorecase = yes\n excludesFile = "with \\"quotes\\" and # sign" # comment\n',
  '[user]\nexcludesFile = no\n[core "sub"]\nignorecase = true\n[CORE]\nexcludesFile = one two  \n',
  "# [core]\n[core]\n; ignorecase = true\n\texcludesFile = C:\\\\ignores\\\\mine\nignorecase = off\n",
  "[core]\r\n\tignorecase = 1\r\n\texcludesFile = long\\\n er\r\n",
  "[other]\nx = 1\n",
];

test("the core settings are read as git reads them", () => {
  using folder = temporaryFolder();
  for (const text of texts) {
    writeTree(folder.path, { config: text });
    const file = join(folder.path, "config");
    const list = git("/", ["config", "-f", file, "-z", "--list"]).split("\0");
    const names = list.map((entry) => entry.split("\n")[0]);
    const one = (type: string, name: string) =>
      git("/", ["config", "-f", file, `--type=${type}`, "--get", name]).replace(/\n$/, "");
    const expected = {
      ...(names.includes("core.ignorecase")
        ? { ignoreCase: one("bool", "core.ignorecase") === "true" }
        : {}),
      ...(names.includes("core.excludesfile")
        ? {
            excludesFile: git("/", ["config", "-f", file, "--get", "core.excludesfile"]).replace(
              /\n$/,
              "",
            ),
          }
        : {}),
    };
    assert.deepEqual(readCoreSettings(text), expected, text);
  }
});

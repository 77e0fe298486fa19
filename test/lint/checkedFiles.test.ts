/** No file slips through: what is written here is looked at by the compiler, the linter and the formatter. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { checkout, packageScript } from "../../scripts/checkout.ts";

/** Code of others, in the shape it has: samples for the chunker and answers that are compared letter by letter. */
const samples = ["test/fixtures/syntax", "test/golden"];

/** AssemblyScript: its own compiler checks the types at each build, and TypeScript's rules do not know them. */
const kernel = "server/model/kernel";

const sources = globSync("{protocol,extension,server,webview,test,bench,scripts}/**/*.{ts,mjs}", {
  cwd: checkout,
  exclude: (name) => name === "node_modules" || name.startsWith("."),
})
  .map((file) => file.split(path.sep).join("/"))
  .filter((file) => ![...samples, kernel].some((apart) => file.startsWith(`${apart}/`)));

test("every source is in a project whose types are checked", () => {
  const checked = new Set(
    [".", "webview", "test/webview"].flatMap((project) => {
      const tsc = packageScript("typescript", "tsc");
      const args = [tsc, "--project", project, "--listFilesOnly"];
      const listed = execFileSync(process.execPath, args, { cwd: checkout, encoding: "utf8" });
      return listed
        .split("\n")
        .map((file) => path.relative(checkout, file).split(path.sep).join("/"));
    }),
  );
  assert.ok(sources.length > 300, `${sources.length} sources`);
  assert.deepEqual(
    sources.filter((file) => !checked.has(file)),
    [],
  );
});

test("linter and formatter pass over samples, made files and, the linter, the kernel alone", () => {
  const made = [
    "dist",
    "dist-test",
    "node_modules",
    ".lore",
    "models",
    "bench/results",
    "test/fixtures/staticModel",
    "test/fixtures/encoder",
    "test/fixtures/memoryLm",
    "test/fixtures/tinyLm",
  ];
  const text = (name: string): string => readFileSync(path.join(checkout, name), "utf8");
  const { ignorePatterns } = JSON.parse(text(".oxlintrc.json")) as { ignorePatterns: string[] };
  const unformatted = text(".prettierignore")
    .split("\n")
    .filter((line) => line !== "" && !line.endsWith(".json"));
  for (const ignored of ignorePatterns)
    assert.ok([...samples, ...made, kernel].includes(ignored), `${ignored} is not linted`);
  for (const ignored of unformatted)
    assert.ok([...samples, ...made].includes(ignored), `${ignored} is not formatted`);
});

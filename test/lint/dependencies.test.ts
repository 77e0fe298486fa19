/** Every dependency has a written reason. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const checkout = path.resolve(import.meta.dirname, "../..");
const guide = readFileSync(path.join(checkout, "CONTRIBUTING.md"), "utf8");
const rows = guide.split("\n").filter((line) => line.startsWith("| `"));

for (const file of ["package.json", "test/e2e/package.json"]) {
  const manifest = JSON.parse(readFileSync(path.join(checkout, file), "utf8")) as Readonly<
    Record<string, Readonly<Record<string, string>> | undefined>
  >;
  const groups = ["dependencies", "optionalDependencies", "devDependencies"];
  const packages = groups.flatMap((group) => Object.entries(manifest[group] ?? {}));

  test(`CONTRIBUTING.md has a row for each package of ${file}`, () => {
    const unexplained = packages
      .map(([name]) => name)
      .filter((name) => !rows.some((row) => (row.split("|")[1] ?? "").includes(`\`${name}\``)));
    assert.deepEqual(unexplained, []);
  });

  test(`${file} names exact versions`, () => {
    const loose = packages.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    assert.deepEqual(loose, []);
  });
}

/** A lock file that lacks another platform's packages installs here and is refused by `npm ci` elsewhere. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const checkout = path.resolve(import.meta.dirname, "../..");

interface LockEntry {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

for (const file of ["package-lock.json", "test/e2e/package-lock.json"]) {
  const lock = JSON.parse(readFileSync(path.join(checkout, file), "utf8")) as {
    packages: Readonly<Record<string, LockEntry>>;
  };

  test(`${file} holds the optional packages of every platform`, () => {
    const places = Object.keys(lock.packages);
    const missing = Object.values(lock.packages)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => !places.some((place) => place.endsWith(`node_modules/${name}`)));
    assert.deepEqual(missing, []);
  });

  test(`${file} names no registry`, () => {
    const resolved = Object.values(lock.packages).filter((entry) => entry.resolved !== undefined);
    assert.deepEqual(resolved, []);
  });
}

import assert from "node:assert/strict";
import { test } from "node:test";
import { errorCatalogue, type ErrorName } from "../../../protocol/errors.ts";
import { explainError } from "../../../extension/memory/explain.ts";

const t = (message: string): string => message;
const cases: readonly (readonly [errorName: ErrorName, detail: string, shown: string])[] = [
  ["memoryFileUnusable", "line 3: it is not JSON", " (line 3: it is not JSON)"],
  ["fileUnavailable", "EACCES", " (EACCES)"],
  ["internal", "4711", " (4711)"],
  ["fileUnavailable", "", ""],
  ["diskFull", "3 bytes left", ""],
];
for (const [errorName, detail, shown] of cases)
  test(`${errorName} with “${detail}” is told with what the user can use of it`, () =>
    assert.equal(
      explainError({ errorName, detail }, t),
      errorCatalogue[errorName].sentence + shown,
    ));

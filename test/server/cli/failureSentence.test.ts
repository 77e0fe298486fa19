import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryError } from "../../../protocol/errors.ts";
import { failureSentence } from "../../../server/cli/failureSentence.ts";
import { CliError } from "../../../server/cli/openFolder.ts";

const cases: readonly (readonly [error: unknown, says: RegExp])[] = [
  [new CliError("Do it so."), /^Do it so\.$/],
  [new MemoryError("storeUnavailable"), /“lore forget” and “lore index”\.$/],
  [new MemoryError("storeUnavailable", "SQLITE_CANTOPEN"), /“lore index”\. \(SQLITE_CANTOPEN\)$/],
  [
    new MemoryError("storeUnavailable", "sqlite 14"),
    /^The memory on disk cannot be written: (?!.*(?:forget|sqlite)).* --store\.$/,
  ],
  [new MemoryError("storeUnavailable", "EROFS"), /^The memory on disk cannot be written: /],
  [new MemoryError("ownerSilent"), /does not answer; .* try again in a minute\.$/],
  [new MemoryError("internal", "secret"), /^Something went wrong inside Lore: (?!.*secret)/],
  [new TypeError("secret"), /^Something went wrong inside Lore: (?!.*secret)/],
];
for (const [error, says] of cases)
  test(`a terminal is told ${says.source}`, () => {
    const sentence = failureSentence(error);
    assert.match(sentence, says);
    assert.doesNotMatch(sentence, /“Lore: /, "no command of the editor");
  });

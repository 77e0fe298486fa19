import assert from "node:assert/strict";
import { test } from "node:test";
import { commitText } from "../../../extension/picture/commitText.ts";
import { translate } from "../translate.ts";

const hash = "4f1d2c3b5a69788796a5b4c3d2e1f00112233445";

test("a commit is told with all that is remembered of it, and what hides in it is seen", () => {
  const text = commitText(
    {
      hash,
      author: "Ann\u202e",
      authoredMs: Date.UTC(2026, 7, 1, 9, 30),
      subject: "Retry\u001b[31m less",
      body: "Because\u200e we must.\n\nReally.",
    },
    translate,
  );
  assert.equal(
    text,
    [
      `Commit ${hash}`,
      "Author: Ann\\u{202e}",
      "Made: 2026-08-01T09:30:00.000Z",
      "",
      "Retry\\u{1b}[31m less",
      "",
      "Because\\u{200e} we must.",
      "",
      "Really.",
      "",
    ].join("\n"),
  );
});

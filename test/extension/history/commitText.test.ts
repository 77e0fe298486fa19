import assert from "node:assert/strict";
import { test } from "node:test";
import { commitText } from "../../../extension/history/commitText.ts";
import { createWording } from "../../../extension/wording.ts";
import { translate } from "../translate.ts";

test("a commit is shown whole and as plain text, whatever its author wrote", () => {
  const commit = {
    ...{ hash: "a".repeat(40), author: "Ann\u202e", authoredMs: Date.parse("2026-05-04") },
    ...{ subject: "Wait \u001b[31mlonger", body: "Because.\n\ncommit fake" },
  };
  const text = commitText([{ commit, nLines: 3 }], createWording(translate, "en"));
  assert.equal(
    text,
    `commit ${"a".repeat(40)}\nauthor Ann\\u{202e}\ndate 2026-05-04T00:00:00.000Z\nwrote 3 of the lines\n\n` +
      "    Wait \\u{1b}[31mlonger\n\n    Because.\n\n    commit fake\n",
  );
});

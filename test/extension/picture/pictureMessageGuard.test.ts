import assert from "node:assert/strict";
import { test } from "node:test";
import { readPictureMessage } from "../../../extension/picture/pictureMessageGuard.ts";
import type { FromPicturePage } from "../../../protocol/pictureMessages.ts";

const wish = { rootId: "root", folder: "src", limit: 20 };
const hash = "4f1d2c3b5a69788796a5b4c3d2e1f00112233445";

const good: readonly FromPicturePage[] = [
  { type: "ready" },
  { type: "ready", wish: { folder: "", limit: 1 } },
  { type: "show", wish },
  { type: "openFile", path: "src/a.ts" },
  { type: "exclude", path: "src/" },
  { type: "openNote", id: "n" },
  { type: "correctNote", id: "n" },
  { type: "forgetNote", id: "n" },
  { type: "pinNote", id: "n", isPinned: true },
  { type: "openConversation", id: "c" },
  { type: "deleteConversation", id: "c" },
  { type: "openCommit", hash },
  { type: "command", command: "selfTest" },
];

test("what the page may say is read, without what it adds", () => {
  for (const message of good)
    assert.deepEqual(readPictureMessage({ ...message, extra: "<script>" }), message);
});

test("anything else is not", () => {
  for (const bad of [
    ...[undefined, null, "ready", 1, [], {}, { type: "evil" }, { type: ["ready"] }],
    { type: "ready", wish: {} },
    { type: "show" },
    { type: "show", wish: { ...wish, limit: 0 } },
    { type: "show", wish: { ...wish, limit: 1e9 } },
    { type: "show", wish: { ...wish, limit: "20" } },
    { type: "show", wish: { ...wish, folder: 1 } },
    { type: "show", wish: { ...wish, rootId: "" } },
    { type: "openFile", path: "" },
    { type: "openFile", path: "x".repeat(10_001) },
    { type: "exclude", path: { toString: "x" } },
    { type: "forgetNote", id: 1 },
    { type: "pinNote", id: "n", isPinned: "yes" },
    { type: "openCommit", hash: "--output=x" },
    { type: "openCommit", hash: hash.slice(1) },
    { type: "command", command: "workbench.action.quit" },
  ])
    assert.equal(readPictureMessage(bad), undefined, JSON.stringify(bad));
});

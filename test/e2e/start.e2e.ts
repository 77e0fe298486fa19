/** What `npm start -- FOLDER` opens: the folder, trusted, with Lore's chat, whatever address of the editor is visited. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { folderAddress, showing } from "../../scripts/startWish.ts";
import { chatOf, openSession } from "./chatDriver.ts";

for (const [visited, addressOf] of [
  ["the printed address", (folder: string) => folderAddress("http://127.0.0.1/", folder).slice(16)],
  ["the bare address", () => "/"],
] as const) {
  test(`${visited} shows the folder, trusted, with the chat`, async (t) => {
    const dir = mkdtempSync(path.join(tmpdir(), "lore-start-"));
    t.after(() => rmSync(dir, { recursive: true, force: true }));
    const folder = path.join(dir, "a b+ü#c");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "a.py"), "def first():\n    return 1\n");
    const session = await openSession(folder, {
      settings: {},
      ...showing(folder),
      address: addressOf(folder),
    });
    t.after(() => session.close());
    await session.untilReady();
    const chat = chatOf(session.page);
    await chat.getByRole("textbox", { name: "Your question" }).waitFor();
    await chat.getByText("1 file remembered").waitFor();
    assert.equal(await session.page.getByText("Restricted Mode").count(), 0);
  });
}

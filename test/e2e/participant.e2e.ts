/** `@lore` in the editor's own chat, without an account and without any other language model; and the view below Lore's. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { chatOf, openSession } from "./chatDriver.ts";
import { say } from "./editorDriver.ts";

const tides = `/** Height of the tide in metres above chart datum. */
export function tideHeight(hour: number): number {
  const springRange = 4.2;
  return springRange * Math.cos((hour * Math.PI) / 6.2);
}
`;
const harbour = `import { tideHeight } from "./tides";

/** Whether a ship may come in at an hour. */
export function mayEnter(hour: number, draughtMetres: number): boolean {
  return tideHeight(hour) > draughtMetres;
}
`;

test("@lore answers with places that open, goes on from its answer, and what was said is listed", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "lore-e2e-participant-"));
  t.after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const folder = path.join(dir, "project");
  mkdirSync(path.join(folder, "src"), { recursive: true });
  writeFileSync(path.join(folder, "src/tides.ts"), tides);
  writeFileSync(path.join(folder, "src/harbour.ts"), harbour);
  const session = await openSession(folder, {
    settings: { "security.workspace.trust.enabled": false, "chat.disableAIFeatures": false },
  });
  t.after(() => session.close());
  await session.untilReady();
  const { page } = session;
  await session.command("Chat: Open Chat");
  const first = await say(page, "@lore where is tideHeight computed?", "springRange");
  await first.getByText("Open in Lore’s Chat").waitFor();
  const place = first.locator(".chat-inline-anchor-widget", { hasText: "tides.ts" }).first();
  await session.screenshot("participant-answer");
  // The question stays at the top while its answer scrolls below it, and would get the click.
  await place.dispatchEvent("click");
  await page.getByRole("tab", { name: "tides.ts" }).first().waitFor();

  const second = await say(page, "@lore who calls it?", /tideHeight.*is used on 1 line in 1 file/s);
  await second.locator(".chat-inline-anchor-widget", { hasText: "harbour.ts" }).first().waitFor();
  await second.getByRole("button", { name: "Open in Lore’s Chat" }).dispatchEvent("click");
  const chat = chatOf(page);
  await chat.getByText("where is tideHeight computed?").first().waitFor();

  const noted = await say(
    page,
    "@lore /remember we use a cosine because tides repeat",
    /Noted: .*tides repeat/,
  );
  await noted.getByText("tides repeat").waitFor();
  // What is selected in the editor, here by the place that was opened, is the evidence.
  await noted.locator(".chat-inline-anchor-widget", { hasText: "tides.ts" }).waitFor();
  const all = await say(page, "@lore /all tideHeight", "stands in 3 places");
  assert.match(await all.innerText(), /2 of 2 remembered files were read/);
  await session.screenshot("participant-conversation");

  await page.getByRole("button", { name: "Conversations and Notes Section" }).click();
  const tree = page.getByRole("tree", { name: "Conversations and Notes" });
  await tree.getByRole("treeitem", { name: /^where is tideHeight computed/i }).waitFor();
  await tree.getByRole("treeitem", { name: /^Notes/ }).waitFor();
  await tree.getByRole("treeitem", { name: /^Decisions/ }).click();
  await tree.getByRole("treeitem", { name: /tides repeat/ }).waitFor();
  await session.screenshot("conversations-and-notes");

  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Shift+F10");
  await page.getByRole("menuitem", { name: "Forget Note…" }).waitFor();
  await page.keyboard.press("Escape");

  await page.locator(".view-line", { hasText: "tideHeight" }).first().click();
  await session.command("Lore: Show What Is Remembered Here");
  const hover = page.locator(".monaco-hover", { hasText: "tideHeight" });
  await hover.getByText(/1 use/).waitFor();
  await session.screenshot("remembered-here");
});

/** “Lore: Show Memory” in a real editor: its numbers are the folder's, and its buttons do what they say. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import type { Frame, Page } from "playwright-core";
import { openSession } from "./chatDriver.ts";

const sources = {
  "src/tides.ts": "export function tideHeight(hour: number): number {\n  return 4.2 * hour;\n}\n",
  "src/moon.ts": "export function moonPhase(day: number): number {\n  return day % 29.5;\n}\n",
  "README.md": "# Tides\n\nWhat the sea does.\n",
};
const sentence = "we use a cosine because tides repeat";

/** Resolves with the frame of the picture once it shows one. */
async function pictureFrame(page: Page): Promise<Frame> {
  const outer = page.locator("iframe.webview.ready");
  for (;;) {
    await outer.first().waitFor();
    for (const frame of page.frames()) {
      const heading = frame.getByRole("heading", { name: "What Lore Remembers" });
      if (!frame.isDetached() && (await heading.count().catch(() => 0)) > 0) return frame;
    }
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
}

test("the picture counts the folder, leads to files and notes, forgets and excludes", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "lore-e2e-memory-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  mkdirSync(path.join(folder, "src"));
  for (const [file, text] of Object.entries(sources)) writeFileSync(path.join(folder, file), text);
  const session = await openSession(folder);
  t.after(() => session.close());
  await session.untilReady();
  const { page } = session;
  await session.command("Lore: Remember This");
  await page.getByPlaceholder(/For example: we retry/).waitFor();
  await page.keyboard.insertText(sentence);
  await page.keyboard.press("Enter");
  await page.getByText(`Noted: ${sentence}`).first().waitFor();

  await session.command("Lore: Show Memory");
  const frame = await pictureFrame(page);
  const row = (name: string): ReturnType<Frame["getByRole"]> =>
    frame.getByRole("row").filter({ has: frame.getByRole("rowheader", { name, exact: true }) });
  const bytes = Object.values(sources).reduce((sum, text) => sum + text.length, 0);
  await row("All of it")
    .getByRole("cell", { name: `${bytes} B`, exact: true })
    .waitFor();
  assert.match(await row("Files").first().innerText(), /3 files/);
  await session.screenshot("memory-picture");

  await frame.getByRole("button", { name: "Show what is in src/" }).press("Enter");
  await frame.getByRole("button", { name: "Open moon.ts" }).press("Enter");
  await page.getByRole("tab", { name: /moon\.ts/ }).waitFor();
  await session.command("Lore: Show Memory");
  const again = await pictureFrame(page);
  await again.getByRole("button", { name: `Forget the note “${sentence}”…` }).press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Forget", exact: true }).click();
  await again.getByText("Nothing is noted yet.").waitFor();

  await again.getByRole("button", { name: "Exclude moon.ts from the memory…" }).press("Enter");
  await dialog.getByRole("button", { name: "Exclude", exact: true }).click();
  await again.getByRole("button", { name: "Open moon.ts" }).waitFor({ state: "detached" });
  await again.getByRole("button", { name: "Open tides.ts" }).waitFor();
  const settings = readFileSync(path.join(folder, ".vscode/settings.json"), "utf8");
  assert.deepEqual(JSON.parse(settings), { "lore.exclude": ["src/moon.ts"] });
});

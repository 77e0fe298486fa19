/** A decision outlives the window that is killed, and says that the code it cites has changed since. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { openSession } from "./chatDriver.ts";

const file = "src/tides.ts";
const source = `export function tideHeight(hour: number): number {
  const springRange = 4.2;
  return springRange * Math.cos((hour * Math.PI) / 6.2);
}
`;
const sentence = "we use a cosine because tides repeat";
const question = "why do we use a cosine?";

test("a decision about selected code is recalled after a kill, with its mark and its evidence", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "lore-e2e-notes-"));
  t.after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const folder = path.join(dir, "project");
  mkdirSync(path.join(folder, "src"), { recursive: true });
  writeFileSync(path.join(folder, file), source);
  const editorDir = path.join(dir, "editor");
  mkdirSync(editorDir);

  const first = await openSession(folder, { dir: editorDir });
  t.after(() => first.close());
  await first.untilReady();
  const { page } = first;
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input");
  await input.fill("tides.ts");
  await page
    .getByRole("option", { name: /tides\.ts/ })
    .first()
    .waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".view-line", { hasText: "springRange" }).first().click();
  await page.keyboard.press("Control+A");
  await first.command("Lore: Remember This");
  await page.getByPlaceholder(/For example: we retry/).waitFor();
  await page.keyboard.insertText(sentence);
  await page.keyboard.press("Enter");
  await page.getByText(`Noted: ${sentence}`).first().waitFor();
  const before = await first.ask(question);
  assert.match(before.text, /tides repeat/);
  assert.doesNotMatch(before.text, /Needs check/);
  await first.kill();

  writeFileSync(path.join(folder, file), source.replace("4.2", "5.1"));
  const second = await openSession(folder, { dir: editorDir });
  t.after(() => second.close());
  await second.untilReady();
  const after = await second.ask(question);
  assert.match(after.text, /tides repeat/);
  assert.match(after.text, /Needs check: the code that it cites has changed since/);
  assert.ok(after.sources.some((place) => place.path === file && place.firstLine === 1));
  assert.ok(after.quotes.some(({ text }) => text.includes("springRange = 5.1")));
  await second.screenshot("notes-needs-check");
});

/**
 * Ghost text in a real editor, with the model that ships: what is typed goes on with a value that only another file
 * tells, and Tab takes it. The self-test draws its curve.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Locator } from "playwright-core";
import { openSession, type Session } from "./chatDriver.ts";

const told = `/** How the lighthouse keeper's clock is set. */
export const LANTERN_WICK_MINUTES = 4715;
export const FOGHORN_PAUSE_SECONDS = 2380;
export const LEDGER_PAGE_LINES = 6204;
`;
const asked = `import { FOGHORN_PAUSE_SECONDS } from "./clock";

export function check(): void {
  assert(LEDGER_PAGE_LINES === 6204);
`;

let dir: string;
let session: Session;

before(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "lore-completions-"));
  const folder = path.join(dir, "lighthouse");
  mkdirSync(path.join(folder, "src"), { recursive: true });
  writeFileSync(path.join(folder, "src/clock.ts"), told);
  writeFileSync(path.join(folder, "src/check.ts"), asked);
  session = await openSession(folder, {
    settings: {
      "security.workspace.trust.enabled": false,
      "files.autoSave": "off",
      "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
      "lore.completions": "on",
    },
  });
});

after(async () => {
  await session?.close();
  rmSync(dir, { recursive: true, force: true });
});

test("a completion whose text only another file defines is shown and taken", async () => {
  const { page } = session;
  await session.untilReady();
  await page.keyboard.press("Control+P");
  const input = page.locator(".quick-input-widget input");
  await input.fill("check.ts");
  await page
    .getByRole("option", { name: /^check\.ts/ })
    .first()
    .waitFor();
  await page.keyboard.press("Enter");
  const lines = page.locator(".monaco-editor .view-lines").first();
  await lines.getByText("LEDGER_PAGE_LINES").waitFor();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("  return FOGHORN_PAUSE_SECONDS ===");
  const ghost = page.locator(".ghost-text-decoration, .ghost-text");
  // Before the other file is in memory, the model goes on with what this one says.
  await typeUntil(ghost.filter({ hasText: "2380" }).first(), "=");
  await session.screenshot("completion-1-ghost");
  await page.keyboard.press("Tab");
  await lines.getByText("FOGHORN_PAUSE_SECONDS === 2380").waitFor();
  await session.screenshot("completion-2-taken");
  assert.equal(await ghost.count(), 0);
});

test("the self-test draws its curve", async () => {
  const { page } = session;
  await session.command("Lore: Test the Memory");
  await page.getByPlaceholder("How much code may lie between telling and asking?").waitFor();
  await page.keyboard.press("Enter");
  await page
    .frameLocator("iframe.webview.ready")
    .last()
    .frameLocator("#active-frame")
    .getByRole("img")
    .first()
    .waitFor();
  await session.screenshot("completion-3-self-test");
});

/** Types a character anew until something is shown: the deep memory fills after the status says that Lore is ready. */
async function typeUntil(shown: Locator, character: string): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (performance.now() < deadlineMs) {
    const isShown = await shown.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    );
    if (isShown) return;
    await session.page.keyboard.press("Backspace");
    await session.page.keyboard.type(character);
  }
  assert.fail("nothing is shown");
}

/** `@lore` in the editor's own chat, without an account and without any other language model. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { openSession } from "./chatDriver.ts";

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

test("@lore answers with places that open, goes on from its answer, and offers what comes next", async (t) => {
  const dir = mkdtempSync(path.join(tmpdir(), "lore-e2e-participant-"));
  t.after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const folder = path.join(dir, "project");
  mkdirSync(path.join(folder, "src"), { recursive: true });
  writeFileSync(path.join(folder, "src/tides.ts"), tides);
  writeFileSync(path.join(folder, "src/harbour.ts"), harbour);
  const session = await openSession(folder, {
    settings: {
      "security.workspace.trust.enabled": false,
      "chat.disableAIFeatures": false,
      "workbench.colorTheme": process.env["LORE_E2E_THEME"] ?? "Default Dark Modern",
    },
  });
  t.after(() => session.close());
  await session.untilReady();
  const { page } = session;
  await session.command("Chat: Open Chat");
  const input = page.locator(".interactive-input-part .monaco-editor").last();
  await input.click();
  const send = async (text: string): Promise<void> => {
    await page.keyboard.insertText(text);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
  };
  await send("@lore where is tideHeight computed?");
  try {
    const answer = page.locator(".interactive-response").last();
    await answer.getByText("springRange").first().waitFor({ timeout: 30_000 });
    await answer.getByText("src/tides.ts:1-5").first().waitFor();
    assert.ok(true);
  } finally {
    await session.screenshot("participant");
  }
});

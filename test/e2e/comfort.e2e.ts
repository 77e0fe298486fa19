/** What makes the chat comfortable, in a real editor: mentions, versions of a question, pins and a look at cited lines. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { chatOf, openSession, type Session } from "./chatDriver.ts";

const files: Readonly<Record<string, string>> = {
  "src/tides.ts":
    "/** How high the tide stands. */\nexport function tideHeight(hour: number): number {\n  const springRange = 4.2;\n  return springRange * Math.cos((hour * Math.PI) / 6.2);\n}\n",
  "src/moon/phase.ts":
    "/** How high the moon stands. */\nexport function moonHeight(hour: number): number {\n  return Math.sin(hour);\n}\n",
};

let dir: string;
let session: Session;
const chat = () => chatOf(session.page);
const answers = () => chat().locator("section[data-turn][aria-busy=false]");

before(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "lore-e2e-comfort-"));
  const folder = path.join(dir, "project");
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  session = await openSession(folder);
  await session.untilReady();
});
after(async () => {
  await session?.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

test("a file is named from the list behind @, and the answer is of that file alone", async () => {
  await session.remembered();
  const field = chat().getByRole("textbox", { name: "Your question" });
  await field.pressSequentially("how high does it stand in @pha");
  await chat().getByRole("option").first().waitFor();
  await field.press("Enter");
  assert.equal(await field.inputValue(), "how high does it stand in @src/moon/phase.ts ");
  await field.press("Enter");
  await answers().first().waitFor();
  const text = await answers().first().innerText();
  assert.match(text, /Looked only in src\/moon\/phase\.ts/);
  assert.match(text, /moonHeight/);
  assert.doesNotMatch(text, /Looked at \d/);
  await session.screenshot("comfort-mention");
});

test("a question is edited, both versions stay, and a step leads from one to the other", async () => {
  const first = chat().locator(".turn-user").first();
  await first.hover();
  await first.getByRole("button", { name: "Edit this question" }).click();
  const field = chat().getByRole("textbox", { name: "Your question" });
  await field.fill("how high does it stand in @src/tides.ts");
  await field.press("Enter");
  await answers().filter({ hasText: "tideHeight" }).waitFor();
  assert.equal(await chat().locator(".turn-user").count(), 1);
  await chat().getByText("Version 2 of 2").waitFor({ state: "attached" });
  await chat().getByRole("button", { name: "Show the version before" }).click();
  await answers().filter({ hasText: "moonHeight" }).waitFor();
  assert.equal(await answers().filter({ hasText: "tideHeight" }).count(), 0);
  await session.screenshot("comfort-versions");
});

test("cited lines are shown beside their citation", async () => {
  await answers().locator(".chip").first().press("Alt+ArrowDown");
  const peek = chat().getByRole("dialog", { name: "Cited lines" });
  await peek.getByText("Math.sin").waitFor();
  await session.screenshot("comfort-peek");
  await session.page.keyboard.press("Escape");
  await peek.waitFor({ state: "hidden" });
});

test("a pinned answer and the version that was chosen are there after a reload", async () => {
  await chat().getByRole("button", { name: "Pin this answer" }).click();
  const pins = chat().getByRole("region", { name: "Pinned answers" });
  await pins.getByText("how high does it stand").waitFor();
  await session.page.reload();
  await session.untilReady();
  await session.remembered();
  await pins.getByText("@src/moon/phase.ts").waitFor();
  await answers().filter({ hasText: "moonHeight" }).waitFor();
  await chat().getByText("Version 1 of 2").waitFor({ state: "attached" });
});

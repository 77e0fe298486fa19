/**
 * `npm run pictures [-- --all]`: makes the documentation's pictures of the packaged extension in a real editor, which shows
 * the last commit of this repository. With `--all` it makes them in every language and three themes, for looking at, in
 * test-results/pictures.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { FrameLocator, Page } from "playwright-core";
import { startScriptedModel, type ScriptedRequest } from "../test/fixtures/scriptedModel.ts";
import { chatOf, openSession, type Session } from "../test/e2e/chatDriver.ts";
import { findBrowser } from "./browser.ts";
import { checkout, inCheckout } from "./checkout.ts";
import { installEditor } from "./editor.ts";
import { ownTarget, packageTargets } from "./vsix.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const documented = { language: "en", theme: "Light Modern", to: inCheckout("media/screenshots") };
const themes = ["Light Modern", "Dark Modern", "Default High Contrast"];
const size = { width: 1280, height: 760 };

/** Where, in which language and which colours pictures are made. */
interface Look {
  /** As the editor names it. */
  readonly language: string;
  readonly theme: string;
  /** Folder of the pictures. */
  readonly to: string;
}

/** An answer is a few windows high at most. */
const maxScrolls = 200;

const question = "Where does acquireStoreLock take the lock of a store?";
const decision = "Remember that one process writes a store because SQLite has one writer at a time";
const models = ["qwen2.5-coder:7b", "llama3.1:8b"] as const;

const browser = await findBrowser(say);
if (browser.kind === "none") throw new Error(browser.reason);
process.env["LORE_BROWSER"] = browser.executable;
await installEditor();
const [vsix] = await packageTargets([ownTarget()]);
process.env["LORE_VSIX"] = vsix?.file ?? "";

const dir = mkdtempSync(path.join(tmpdir(), "lore-pictures-"));
const folder = path.join(dir, "lore");
/** An editor that has remembered the folder: every picture begins with a copy of it. */
const filled = path.join(dir, "filled");
const model = await startScriptedModel((request) => ({ kind: "text", pieces: written(request) }), {
  models,
});
try {
  writeRepository();
  await (await openFilled(filled, documented)).close();
  for (const look of process.argv.includes("--all") ? everyLook() : [documented]) {
    await makePictures(look);
    say(path.relative(checkout, look.to));
  }
} finally {
  await model.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

function everyLook(): readonly Look[] {
  const translated = readdirSync(inCheckout("l10n"))
    .map((name) => /^bundle\.l10n\.(.+)\.json$/.exec(name)?.[1])
    .filter((language) => language !== undefined);
  return ["en", ...translated].flatMap((language) =>
    themes.map((theme) => ({
      ...{ language, theme },
      to: inCheckout("test-results/pictures", `${language} ${theme}`),
    })),
  );
}

async function makePictures(look: Look): Promise<void> {
  mkdirSync(look.to, { recursive: true });
  const editorDir = path.join(dir, "editor");
  cpSync(filled, editorDir, { recursive: true });
  // Each look has its own settings, and settings that are there would win.
  rmSync(path.join(editorDir, "user-data/User/settings.json"));
  const session = await openFilled(editorDir, look);
  try {
    await eachPicture(session, look);
  } finally {
    await session.close();
    rmSync(editorDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Opens the folder in the editor that writes to `editorDir`, and waits until everything is remembered. */
async function openFilled(editorDir: string, look: Look): Promise<Session> {
  // A setting of the machine, which the user's settings do not set in an editor that runs elsewhere.
  const ofMachine = path.join(editorDir, "user-data/Machine/settings.json");
  mkdirSync(path.dirname(ofMachine), { recursive: true });
  writeFileSync(ofMachine, JSON.stringify({ "lore.model.endpoint": model.baseUrl }));
  const session = await openSession(folder, {
    ...{ dir: editorDir, language: look.language, size },
    settings: {
      "security.workspace.trust.enabled": false,
      "workbench.colorTheme": look.theme,
      "chat.disableAIFeatures": false,
      "window.commandCenter": false,
      "workbench.layoutControl.enabled": false,
      "editor.minimap.enabled": false,
      "typescript.validate.enable": false,
    },
  });
  session.page.setDefaultTimeout(240_000);
  // The book, in whatever language.
  await session.page.locator('[id="lore.lore.lore.status"] .codicon-book').waitFor();
  return session;
}

/** The last commit's files as a repository of one commit, by nobody in particular. */
function writeRepository(): void {
  const git = (...args: readonly string[]): void =>
    void execFileSync("git", args, { cwd: folder, stdio: "ignore" });
  execFileSync("git", ["clone", "--quiet", "--local", checkout, folder]);
  rmSync(path.join(folder, ".git"), { recursive: true });
  // They hold the question itself.
  for (const asking of ["scripts/pictures.ts", "docs/guide.md"]) rmSync(path.join(folder, asking));
  git("init", "--initial-branch=main");
  git("config", "user.name", "Ada");
  git("config", "user.email", "ada@example.invalid");
  git("add", "--all");
  git("commit", "--message", "Lore");
}

async function eachPicture(session: Session, { to }: Look): Promise<void> {
  const { page } = session;
  const chat = chatOf(page);
  const field = chat.locator("textarea");
  const picture = async (name: string): Promise<void> => {
    await page.screenshot({ path: path.join(to, `${name}.png`), animations: "disabled" });
  };
  // Beside it there is no room for the drawing.
  await runCommand(page, "View: Toggle Primary Side Bar Visibility");
  await runCommand(page, "Welcome: Open Walkthrough");
  await firstRow(page, "Lore");
  await page.keyboard.press("Enter");
  const drawing = page.frameLocator("iframe.webview.ready").frameLocator("#active-frame");
  await drawing.locator("svg").first().waitFor();
  await picture("walkthrough");
  await runCommand(page, "View: Close All Editors");

  await page.locator(".activitybar [aria-label^='Lore']").first().click();
  await field.waitFor();
  await widen(page);
  await ask(chat, question);
  await chat.locator(".chip").first().click();
  await page.locator(".view-line", { hasText: "acquireStoreLock" }).first().waitFor();
  await picture("answer");

  await ask(chat, decision);
  await page.locator(".pane-header").nth(1).click();
  await field.pressSequentially("how is @storeL");
  await chat.locator(".mention").first().waitFor();
  await picture("mentions");
  await field.press("Escape");
  await field.fill("");
  await page.locator(".pane-header").nth(1).click();

  await chat.locator(".model-button").click();
  await page.locator(".quick-input-list .monaco-list-row", { hasText: models[0] }).waitFor();
  await picture("models");
  await page.locator(".quick-input-list .monaco-list-row", { hasText: models[0] }).click();
  await chat.locator(".model-button", { hasText: models[0] }).waitFor();
  await chat.locator(".header-buttons button").last().click();
  await chat.locator(".prose-text, section[data-turn]").first().waitFor({ state: "detached" });
  await ask(chat, question);
  await chat.locator(".prose-text").last().waitFor();
  await picture("prose");

  await runCommand(page, "View: Toggle Primary Side Bar Visibility");
  await runCommand(page, "Chat: Open Chat");
  await page.locator(".interactive-input-part .monaco-editor").last().click();
  await page.keyboard.insertText("@lore who calls acquireStoreLock?");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Enter");
  const answer = page.locator(".interactive-response");
  await answer.locator(".monaco-button").first().waitFor();
  await widenOwnChat(page);
  // The editor has scrolled to the end of the answer.
  await answer.hover();
  const first = answer.locator(".chat-inline-anchor-widget").first();
  for (let n = 0; n < 20 || !(await first.isVisible()); n++) {
    if (n === maxScrolls) throw new Error("The answer of the editor's chat shows no place.");
    await page.mouse.wheel(0, -size.height);
  }
  await picture("participant");
}

/** Waits until the list that the editor shows at its top offers something, after typing that. */
async function firstRow(page: Page, text: string): Promise<void> {
  await page.locator(".quick-input-widget input:visible").first().fill(text);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first().waitFor();
}

/** Runs a command by the title that it has in English: the editor itself is English in every picture. */
async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press("F1");
  await page.locator(".quick-input-widget input").fill(`>${title}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: title }).first().waitFor();
  await page.keyboard.press("Enter");
}

/** Gives Lore's chat half of the window. */
async function widen(page: Page): Promise<void> {
  const box = await boxOf(page, ".part.sidebar");
  await drag(page, box.x + box.width + 1, size.width / 2);
}

/** Gives the editor's own chat as much room as it takes before it shows a list of sessions beside it. */
async function widenOwnChat(page: Page): Promise<void> {
  await drag(page, (await boxOf(page, ".part.auxiliarybar")).x - 1, size.width - 500);
}

async function boxOf(page: Page, part: string): Promise<{ x: number; width: number }> {
  const box = await page.locator(part).boundingBox();
  if (box === null) throw new Error(`${part} is not there.`);
  return box;
}

/** Drags the border between two parts of the window, in pixels from its left. */
async function drag(page: Page, from: number, to: number): Promise<void> {
  await page.mouse.move(from, size.height / 2);
  await page.mouse.down();
  await page.mouse.move(to, size.height / 2, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(size.width - 9, size.height / 2);
}

async function ask(chat: FrameLocator, text: string): Promise<void> {
  const field = chat.locator("textarea");
  const before = await chat.locator("section[data-turn][aria-busy]").count();
  await field.fill(text);
  await field.press("Enter");
  await chat.locator("section[data-turn][aria-busy=false]").nth(before).waitFor();
}

/** What the scripted model writes: a sentence that its lines support, and one that they do not. */
function written({ messages }: ScriptedRequest): string[] {
  const prompt = messages.map(({ content }) => content).join("\n");
  const part = prompt.split(/^(?=\[\d+\] )/m).find((each) => each.includes("acquireStoreLock("));
  const number = /^\[(\d+)\]/.exec(part ?? "")?.[1] ?? "1";
  return [
    `\`acquireStoreLock\` opens the lock file and begins an exclusive transaction [${number}]. `,
    `It returns \`undefined\` when another process holds the lock [${number}]. `,
    `The lock expires after \`lockTimeoutMs\` [${number}].`,
  ];
}

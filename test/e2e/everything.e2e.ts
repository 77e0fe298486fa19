/**
 * One run through all of the product in a real editor, from the first start on a fresh profile to a killed server among
 * four windows. What it shows is kept in test-results/e2e/everything: a film, pictures, and an index of them.
 */
import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { inCheckout } from "../../scripts/checkout.ts";
import { installVsix } from "../../scripts/editor.ts";
import { startScriptedModel, type ScriptedModel } from "../fixtures/scriptedModel.ts";
import { packAgent } from "./agentExtension.ts";
import { chatOf, openSession, type EditorWindow, type Session, type Source } from "./chatDriver.ts";
import { say } from "./editorDriver.ts";
import { ownerOf } from "./ownerProcess.ts";
import { Recording } from "./recording.ts";
import { Repository } from "./repository.ts";

const cron = "src/Cron.ts";
const monthQuestion = "Where does daysInMonth compute the number of days in a month?";
const retryDecision = "we retry five times because the upstream drops connections at night";
const retryQuestion = "Why do we retry five times?";

const recording = new Recording(inCheckout("test-results/e2e/everything"), "Everything in one run");
let dir: string;
let repository: Repository;
let model: ScriptedModel;
let session: Session;
let endFilm: () => Promise<void>;
let hasFailed = false;

before(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "lore-everything-"));
  repository = new Repository(path.join(dir, "effect"));
  model = await startScriptedModel(() => ({ kind: "text", pieces: ["No script yet."] }));
  const editorDir = path.join(dir, "editor");
  mkdirSync(editorDir);
  await installVsix(editorDir, packAgent(dir));
  session = await openSession(repository.folder, {
    dir: editorDir,
    isBare: true,
    // The editor as it comes: what it shows of its own is part of a first start.
    settings: {
      "workbench.welcomePage.walkthroughs.openOnInstall": true,
      "chat.disableAIFeatures": false,
      "typescript.validate.enable": false,
    },
    extraArgs: ["--disable-workspace-trust"],
    env: { TEST_MODEL_URL: model.baseUrl },
  });
  endFilm = await recording.film(session.page);
});

after(async () => {
  await endFilm?.();
  await session?.close();
  await model?.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

// Each step goes on where the one before ended.
beforeEach(() => assert.ok(!hasFailed, "An earlier step failed."));

afterEach(async (t) => {
  if (hasFailed || !("passed" in t) || t.passed) return;
  hasFailed = true;
  await show("failed", `What was there when “${t.name}” failed.`);
});

const show = (name: string, sentence: string, { page }: EditorWindow = session): Promise<void> =>
  recording.picture(page, name, sentence);

test("a fresh profile: Lore is installed, its memory fills, and its first steps are there", async () => {
  const { page } = session;
  // The palette holds the commands of the moment in which it opens.
  await page.getByRole("button", { name: /\(Git\) - main/ }).waitFor();
  await session.command("Extensions: Install from VSIX...");
  const vsix = process.env["LORE_VSIX"] ?? "";
  await page.locator(".quick-input-titlebar", { hasText: "Install from VSIX" }).waitFor();
  // The dialog begins with the home folder, over whatever was typed before that was listed.
  await page.locator(".quick-input-list .monaco-list-row", { hasText: /^\.\.$/ }).waitFor();
  await page.locator(".quick-input-widget input:visible").first().fill(vsix);
  // Until it is listed, the dialog takes no confirmation.
  await page.getByRole("option", { name: path.basename(vsix) }).waitFor();
  await page.getByRole("button", { name: "Install", exact: true }).click();
  await page.getByRole("button", { name: /Lore has remembered \d+ %/ }).waitFor();
  await show("filling", "Right after the installation the status bar says how far the memory is.");
  await session.untilReady();
  await session.command("Welcome: Open Walkthrough...");
  const walkthroughs = page.getByPlaceholder("Select a walkthrough to open");
  await walkthroughs.fill("Start with Lore");
  await page.getByRole("option", { name: "Start with Lore" }).first().waitFor();
  await walkthroughs.press("Enter");
  await page
    .frameLocator("iframe.webview.ready")
    .frameLocator("#active-frame")
    .locator("svg")
    .first()
    .waitFor();
  await show("walkthrough", "The first steps.");
});

test("a question is answered, and a citation opens the lines", async () => {
  const { page } = session;
  const answer = await session.ask(monthQuestion);
  const source = answer.sources.find(holdsDefinition);
  assert.ok(source, answer.text);
  await show("answer", "A question, and its answer with the lines that it is about.");
  await source.button.click();
  await page.getByRole("tab", { name: /Cron\.ts/, selected: true }).waitFor();
  await page.locator(".view-line", { hasText: "const daysInMonth" }).waitFor();
  await show("citation", "A click on a citation opens the lines.");
});

test("selected code is asked about", async () => {
  const { page } = session;
  const line = page.locator(".view-line", { hasText: "const daysInMonth" });
  await line.click();
  await page.keyboard.press("Home");
  await page.keyboard.press("Shift+End");
  await session.command("Lore: Ask About Selection");
  const field = page.getByPlaceholder("For example: who calls this?");
  await field.waitFor();
  await show("selection", "Selected code, and what is to be known about it.");
  await field.fill("Who uses this?");
  await field.press("Enter");
  const answer = chatOf(page).locator("section[data-turn][aria-busy=false]").nth(1);
  await answer.waitFor();
  assert.match(await answer.innerText(), /daysInMonth/);
  await show("selection-answer", "The answer about the selected code.");
});

test("@lore answers in the editor's own chat", async () => {
  await session.command("Chat: Open Chat");
  const answer = await say(session.page, `@lore ${monthQuestion}`, /Cron\.ts/);
  await answer.locator(".chat-inline-anchor-widget", { hasText: "Cron.ts" }).first().waitFor();
  await show("participant", "@lore in the editor’s own chat.");
});

test("a language model calls Lore’s tools, the second one with the user’s leave", async () => {
  const { page } = session;
  model.setScript(({ messages }) => {
    const results = messages.filter(({ role }) => role === "tool");
    if (results.length === 0) return { kind: "toolCalls", calls: [searchCall] };
    if (results.length === 1) {
      const place = /`(src\/Cron\.ts:\d+-\d+)/.exec(results[0]?.content ?? "")?.[1];
      assert.ok(place, results[0]?.content);
      return { kind: "toolCalls", calls: [rememberCall] };
    }
    return { kind: "text", pieces: ["The months are counted in `daysInMonth`; it is noted."] };
  });
  const asked = say(session.page, "@agent where are the days of a month counted?", "it is noted");
  const leave = page.getByRole("button", { name: /^(Allow|Continue)/ }).first();
  await leave.waitFor();
  const sentence = page.locator("blockquote", { hasText: rememberCall.arguments.text });
  await sentence.last().waitFor();
  await show(
    "tool-leave",
    "A language model has searched the memory, and wants to keep a sentence.",
  );
  await leave.click();
  await asked;
  const names = model.requests.map(({ tools }) => tools.includes("lore_search_memory"));
  assert.deepEqual(names, [true, true, true]);
  await show("tool-answer", "What the model says of what it found.");
  const recalled = await session.ask("Why are months counted from one?");
  assert.match(recalled.text, /people write them so/);
});

test("an MCP client remembers something, and the editor recalls it", async (t) => {
  const [bundle] = globSync(path.join(dir, "editor/extensions/lore.lore-*/dist/lore.mjs"));
  assert.ok(bundle);
  const client = new Client({ name: "other agent", version: "1" });
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [bundle, "mcp", `--store=${store()}`, "--allow=remember", "--", repository.folder],
      stderr: "ignore",
    }),
  );
  t.after(() => client.close());
  const found = await client.callTool({
    name: "search_memory",
    arguments: { question: monthQuestion },
  });
  assert.match(JSON.stringify(found.content), /src\/Cron\.ts:/);
  await client.callTool({ name: "remember", arguments: { text: retryDecision } });
  const answer = await session.ask(retryQuestion);
  assert.match(answer.text, /drops connections at night/);
  assert.match(answer.text, /other agent \(agent\)/);
  await show("agent", "What an agent remembered over MCP answers a question in the editor.");
});

test("four windows share the memory, and go on when its owner is killed", async () => {
  const windows: EditorWindow[] = [session];
  while (windows.length < 4) windows.push(await session.openWindow());
  await Promise.all(windows.map((window) => window.untilReady()));
  for (const [n, window] of windows.entries()) {
    const answer = await window.ask(monthQuestion);
    assert.ok(answer.sources.some(holdsDefinition), answer.text);
    await show(`window-${n + 1}`, `Window ${n + 1} of four on one folder.`, window);
  }
  const owner = ownerOf(store());
  assert.ok(owner !== undefined);
  process.kill(owner, "SIGKILL");
  for (const [n, window] of windows.entries()) {
    const answer = await window.ask(monthQuestion);
    assert.ok(answer.sources.some(holdsDefinition), answer.text);
    await show(
      `after-kill-${n + 1}`,
      `Window ${n + 1} answers after the owner’s server was killed.`,
      window,
    );
  }
  const next = ownerOf(store());
  assert.ok(next !== undefined && next !== owner);
  // The memory is kept up to date: what is written now is found, from whichever window.
  repository.write("src/tides.ts", "export const springTideOfBrest = 6.9\n");
  for (const window of windows)
    await untilFound(window, "Where is springTideOfBrest?", "src/tides.ts");
});

const searchCall = {
  name: "lore_search_memory",
  arguments: { question: "where are the days of a month counted?" },
};
const rememberCall = {
  name: "lore_remember",
  arguments: { text: "Months are counted from one because people write them so.", path: cron },
};

/** Where the editor keeps Lore's memories. */
function store(): string {
  return path.join(dir, "editor/user-data/User/globalStorage/lore.lore/memory");
}

function holdsDefinition({ path: file, firstLine, lastLine }: Source): boolean {
  const line = repository.lineOf(cron, "const daysInMonth");
  return file === cron && firstLine <= line && line <= lastLine;
}

/** Asks until a file is cited: the watcher of a window tells of a new file when it likes. */
async function untilFound(window: EditorWindow, question: string, file: string): Promise<void> {
  const deadlineMs = performance.now() + 30_000;
  for (;;) {
    const answer = await window.ask(question);
    if (answer.sources.some((source) => source.path === file)) return;
    assert.ok(performance.now() < deadlineMs, answer.text);
  }
}

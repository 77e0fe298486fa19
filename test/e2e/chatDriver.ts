/** Drives Lore in a real editor the way a person does: by labels and roles, keyboard and clicks. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import {
  chromium,
  type Browser,
  type FrameLocator,
  type Locator,
  type Page,
} from "playwright-core";
import { inCheckout } from "../../scripts/checkout.ts";
import { installVsix, startEditor, type Editor, type EditorOptions } from "../../scripts/editor.ts";

/** A place that an answer names. Lines are one-based and inclusive. */
export interface Source {
  readonly path: string;
  readonly firstLine: number;
  readonly lastLine: number;
  readonly button: Locator;
}

/** Code that an answer quotes, with the place it says it is from. */
export interface Quote {
  readonly path: string;
  readonly text: string;
}

/** A finished answer. */
export interface ShownAnswer {
  readonly text: string;
  readonly sources: readonly Source[];
  readonly quotes: readonly Quote[];
}

/** A window of the editor with a folder open. */
export interface EditorWindow {
  readonly page: Page;
  /** Waits until the status bar says that everything is remembered. */
  untilReady(): Promise<void>;
  /** Runs a command from the palette. */
  command(title: string): Promise<void>;
  /** How many files the chat says are remembered. */
  remembered(): Promise<string>;
  /** Opens the chat, asks, and waits for the whole answer. */
  ask(question: string): Promise<ShownAnswer>;
  /** Saves a picture of the window in test-results/e2e. */
  screenshot(name: string): Promise<void>;
}

/** The first window of an editor with Lore installed from its package, and what ends both. */
export interface Session extends EditorWindow {
  /** Opens the same folder in another window, in a browser profile of its own. */
  openWindow(): Promise<EditorWindow>;
  /** Ends browser and editor and removes what they wrote, unless it lies in a folder of the caller's. */
  close(): Promise<void>;
  /** Ends browser and editor in the middle of whatever they do; what they wrote stays. */
  kill(): Promise<void>;
}

const screenshots = inCheckout("test-results/e2e");

/** How a session is begun other than by the tests' own settings and address. */
export type Start = Partial<Pick<EditorOptions, "settings" | "extraArgs" | "env" | "prefix">> & {
  /** Path and query behind the editor's address. */
  readonly address?: string;
  /** Where the editor writes, so that a later session finds it; a folder of the session's own when absent. */
  readonly dir?: string;
  /** Whether the editor begins without Lore. */
  readonly isBare?: boolean;
  /** Language of the extensions' texts; the editor's own stay English, since its translations are a package of their own. */
  readonly language?: string | undefined;
  /** Of the window, in pixels. */
  readonly size?: undefined | { readonly width: number; readonly height: number };
};

/** Opens a folder in an editor: a fresh one, or what an earlier session left in `dir`. */
export async function openSession(folder: string, start: Start = {}): Promise<Session> {
  const vsix = process.env["LORE_VSIX"];
  assert.ok(vsix, "LORE_VSIX names the package to test; `npm test -- --only end-to-end` sets it.");
  const {
    address = `/?folder=${encodeURIComponent(folder)}`,
    dir: kept,
    isBare = false,
    language,
    size,
    ...started
  } = start;
  const dir = kept ?? mkdtempSync(path.join(tmpdir(), "lore-e2e-"));
  let editor: Editor | undefined;
  let browser: Browser | undefined;
  const close = async (): Promise<void> => {
    await browser?.close();
    await editor?.stop();
    if (kept === undefined)
      rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  const kill = async (): Promise<void> => {
    const { child } = editor as Editor;
    const ended = once(child, "exit");
    // It leads a group of its own, which holds the extension host and the memory server.
    process.kill(-(child.pid as number), "SIGKILL");
    await ended;
    await browser?.close();
  };
  try {
    if (!isBare && !existsSync(path.join(dir, "extensions"))) await installVsix(dir, vsix);
    editor = await startEditor({
      dir,
      settings: {
        "security.workspace.trust.enabled": false,
        "files.autoSave": "off",
        "editor.quickSuggestions": { other: "off", comments: "off", strings: "off" },
        "editor.acceptSuggestionOnEnter": "off",
        // The language server of the editor would compete for the two cores.
        "typescript.tsserver.enableRegionDiagnostics": false,
        "typescript.validate.enable": false,
      },
      ...started,
    });
    browser = await chromium.launch({
      ...(process.env["LORE_BROWSER"] === undefined
        ? {}
        : { executablePath: process.env["LORE_BROWSER"] }),
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
    const where = `${editor.url}${address}`;
    const opened = browser;
    const openWindow = async (): Promise<EditorWindow> =>
      windowOn(await openPage(opened, where, { language, size }));
    return { ...(await openWindow()), openWindow, close, kill };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openPage(
  browser: Browser,
  address: string,
  { language, size }: Pick<Start, "language" | "size">,
): Promise<Page> {
  const page = await browser.newPage({ viewport: size ?? { width: 1400, height: 900 } });
  page.setDefaultTimeout(60_000);
  // Where the editor's translations, had they been loaded, say which language they are in.
  if (language !== undefined)
    await page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)}`);
  await page.goto(address);
  return page;
}

/** The page of Lore's chat in a window. */
export function chatOf(page: Page): FrameLocator {
  return page
    .frameLocator('iframe.webview.ready[src*="purpose=webviewView"]')
    .frameLocator("iframe#active-frame");
}

function windowOn(page: Page): EditorWindow {
  const chat = chatOf(page);
  return {
    page,
    untilReady: () => page.getByRole("button", { name: /Lore is ready/ }).waitFor(),
    screenshot: async (name) => {
      mkdirSync(screenshots, { recursive: true });
      await page.screenshot({ path: path.join(screenshots, `${name}.png`) });
    },
    command: async (title) => {
      await page.keyboard.press("F1");
      const input = page.locator(".quick-input-widget input");
      await input.fill(`>${title}`);
      await page.getByRole("option", { name: title }).first().waitFor();
      await page.keyboard.press("Enter");
    },
    remembered: async () => {
      await openChat(page, chat);
      const words = await chat.locator(".memory-line").innerText();
      return /[\d,]+ files? remembered/.exec(words)?.[0] ?? words;
    },
    ask: async (question) => {
      const field = await openChat(page, chat);
      const answers = chat.locator("section[data-turn][aria-busy]");
      // Finished parts fold and are not rendered, so the new answer is told by its id, not by its number.
      const ids = await answers.evaluateAll((all) =>
        all.map((each) => each.getAttribute("data-turn")),
      );
      const isNew = ids.map((id) => `:not([data-turn="${id ?? ""}"])`).join("");
      await field.fill(question);
      await field.press("Enter");
      const answer = chat.locator(`section[data-turn][aria-busy]${isNew}`).last();
      await answer.and(chat.locator("[aria-busy=false]")).waitFor();
      return readAnswer(answer);
    },
  };
}

async function openChat(page: Page, chat: FrameLocator): Promise<Locator> {
  const field = chat.getByRole("textbox", { name: "Your question" });
  if (!(await field.isVisible())) {
    await page.getByRole("tab", { name: /^Lore/ }).first().click();
    await field.waitFor();
  }
  return field;
}

async function readAnswer(answer: Locator): Promise<ShownAnswer> {
  const buttons = await answer.getByRole("button", { name: /Open .+, lines? \d/ }).all();
  const sources: Source[] = [];
  for (const button of buttons) {
    const label = (await button.getAttribute("aria-label")) ?? "";
    const place = /\. Open (.+?), lines? (\d+)(?:–(\d+))?/.exec(label);
    if (place === null) continue;
    const firstLine = Number(place[2]);
    const lastLine = Number(place[3] ?? place[2]);
    sources.push({ path: place[1] ?? "", firstLine, lastLine, button });
  }
  const quotes: Quote[] = [];
  for (const region of await answer.getByRole("region", { name: /^Code from / }).all()) {
    const label = (await region.getAttribute("aria-label")) ?? "";
    const file = /^Code from (.+?), lines? \d/.exec(label)?.[1];
    const text = await region.locator("code").first().textContent();
    if (file !== undefined && text !== null) quotes.push({ path: file, text });
  }
  return { text: await answer.innerText(), sources, quotes };
}

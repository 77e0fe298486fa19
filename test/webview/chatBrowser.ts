/** Opens a built page in a real browser, as the extension makes it, with a fake editor around it. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { after, before } from "node:test";
import { build } from "esbuild";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { scriptPage } from "../../extension/scriptPage.ts";
import type { FromWebview } from "../../protocol/webviewMessages.ts";
import { bundleOptions, presentBundles } from "../../scripts/bundles.ts";
import { nowMs } from "./sampleChat.ts";
import { themes, type ThemeName } from "./themes.ts";

const origin = "http://chat.invalid";

const known = [
  process.env["LORE_BROWSER"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** How a page is opened. */
export interface OpenOptions {
  readonly theme?: ThemeName;
  readonly width?: number;
  readonly height?: number;
  /** What the editor kept for the view when it was hidden. */
  readonly saved?: unknown;
  readonly reducedMotion?: boolean;
  /** Of the page, as the editor names it; English when absent. */
  readonly language?: string;
}

/** One open page that posts messages of a type. */
export interface OpenPage<M extends { readonly type: string }> {
  readonly page: Page;
  /** Sends something to the view as the extension does, and waits until it was drawn. */
  send(...messages: readonly unknown[]): Promise<void>;
  /** Everything the view posted, oldest first; `ready` included. */
  posted(): Promise<readonly M[]>;
  /** What the view posted of one type. */
  postedOf<T extends M["type"]>(type: T): Promise<readonly Extract<M, { type: T }>[]>;
  saved(): Promise<unknown>;
  screenshot(name: string): Promise<void>;
}

/** One open chat. */
export type Chat = OpenPage<FromWebview>;

/** As `usePageBrowser`, for the chat. */
export function useChatBrowser(): (
  options: OpenOptions,
  drive: (chat: Chat) => Promise<void>,
) => Promise<void> {
  return usePageBrowser<FromWebview>("webview");
}

/**
 * Starts a browser before the tests of a file and ends it after them. Returns the function that opens a page by the
 * name of its bundles; each page must have loaded nothing but its own two files, run no foreign script, shown no dialog, thrown no
 * error and broken no rule of its policy when it is closed.
 */
export function usePageBrowser<M extends { readonly type: string }>(
  name: "webview" | "picture",
): (options: OpenOptions, drive: (page: OpenPage<M>) => Promise<void>) => Promise<void> {
  let browser: Browser | undefined;
  let files: ReadonlyMap<string, string> = new Map();
  before(async () => {
    const executablePath = known.find((path) => path !== undefined && existsSync(path));
    assert.ok(
      executablePath,
      "No Chromium was found: install it (Debian: apt-get install chromium) to test the chat.",
    );
    files = await bundledFiles();
    const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"];
    browser = await chromium.launch({ executablePath, headless: true, args });
  });
  after(async () => browser?.close());
  return async (options, drive) => {
    assert.ok(browser, "The browser did not start.");
    const context = await browser.newContext({
      viewport: { width: options.width ?? 420, height: options.height ?? 720 },
      reducedMotion: options.reducedMotion ? "reduce" : "no-preference",
      locale: "en-US",
    });
    try {
      await driveOne<M>(context, name, files, options, drive);
    } finally {
      await context.close();
    }
  };
}

async function bundledFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const bundle of presentBundles().filter(({ runtime }) => runtime === "browser")) {
    const { outputFiles } = await build({ ...bundleOptions(bundle, true), write: false });
    files.set(bundle.to.replace("dist", ""), outputFiles?.[0]?.text ?? "");
  }
  return files;
}

/** What the extension makes of a page. */
function pageText(name: string, language = "en"): string {
  return scriptPage({
    cspSource: origin,
    scriptUri: `${origin}/${name}.js`,
    styleUri: `${origin}/${name}.css`,
    nonce: "bm9uY2U",
    language,
  });
}

async function driveOne<M extends { readonly type: string }>(
  context: BrowserContext,
  name: string,
  files: ReadonlyMap<string, string>,
  options: OpenOptions,
  drive: (page: OpenPage<M>) => Promise<void>,
): Promise<void> {
  const faults: string[] = [];
  const requested: string[] = [];
  const served = new Map(files).set("/", pageText(name, options.language));
  await context.route("**", async (route) => {
    const url = new URL(route.request().url());
    requested.push(url.href);
    const body = url.origin === origin ? served.get(url.pathname) : undefined;
    if (body === undefined) return route.abort();
    const contentType = url.pathname.endsWith(".js")
      ? "text/javascript"
      : url.pathname.endsWith(".css")
        ? "text/css"
        : "text/html";
    return route.fulfill({ body, contentType: `${contentType}; charset=utf-8` });
  });
  const page = await context.newPage();
  page.on("dialog", (dialog) => {
    faults.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => faults.push(`an error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`on the console: ${message.text()}`);
  });
  page.on("popup", () => faults.push("a window was opened"));
  await page.addInitScript(fakeEditor, {
    theme: themes[options.theme ?? "dark"],
    saved: options.saved,
  });
  await page.clock.setFixedTime(nowMs);
  await page.goto(`${origin}/`);
  await page.waitForFunction(() => window.fakeEditor.posted.length > 0);
  await drive(openPage<M>(page));
  assert.equal(
    await page.evaluate(() => window.hostileScriptRan),
    undefined,
    "a foreign script ran",
  );
  faults.push(...(await page.evaluate(() => window.fakeEditor.violations)));
  assert.deepEqual(faults, []);
  const own = [`${origin}/`, `${origin}/${name}.css`, `${origin}/${name}.js`];
  assert.deepEqual(requested.toSorted(), own, "the page loads its own two files and nothing else");
}

/** Returns a clock of the time that the page's main thread worked, in milliseconds. */
export async function mainThreadClock(page: Page): Promise<() => Promise<number>> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
  };
}

function openPage<M extends { readonly type: string }>(page: Page): OpenPage<M> {
  const posted = (): Promise<readonly M[]> =>
    page.evaluate(() => window.fakeEditor.posted as readonly unknown[] as readonly M[]);
  return {
    page,
    posted,
    send: async (...messages) => {
      await page.evaluate(async (all) => {
        for (const data of all) window.dispatchEvent(new MessageEvent("message", { data }));
        // The view draws in a next frame, on a busy machine in a later one: it has when it waits for none.
        do {
          await new Promise(requestAnimationFrame);
        } while (window.fakeEditor.nFramesAsked > 0);
        await new Promise(requestAnimationFrame);
      }, messages);
    },
    postedOf: async (type) => (await posted()).filter((message) => message.type === type) as never,
    saved: () => page.evaluate(() => window.fakeEditor.saved),
    screenshot: async (name) => {
      mkdirSync(screenshotFolder, { recursive: true });
      await page.screenshot({ path: `${screenshotFolder}/${name}.png` });
    },
  };
}

const screenshotFolder = fileURLToPath(new URL("../../test-results/webview", import.meta.url));

interface FakeEditor {
  readonly posted: { readonly type: string }[];
  readonly violations: string[];
  saved: unknown;
  /** Callbacks that wait for an animation frame. */
  nFramesAsked: number;
}
declare global {
  interface Window {
    fakeEditor: FakeEditor;
    /** Set by hostile test data if it ever runs. */
    hostileScriptRan?: string;
  }
}

/** Runs in the page before its own script: what the editor gives every webview. */
function fakeEditor(given: {
  readonly theme: {
    readonly bodyClass: string;
    readonly variables: Readonly<Record<string, string>>;
  };
  readonly saved: unknown;
}): void {
  const editor: FakeEditor = {
    posted: [],
    violations: [],
    saved: given.saved,
    nFramesAsked: 0,
  };
  const askForFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => {
    editor.nFramesAsked++;
    return askForFrame((timeMs) => {
      editor.nFramesAsked--;
      callback(timeMs);
    });
  };
  window.fakeEditor = editor;
  Object.assign(window, {
    acquireVsCodeApi: () => ({
      postMessage: (message: { readonly type: string }) => void editor.posted.push(message),
      getState: () => editor.saved,
      setState: (state: unknown) => {
        editor.saved = state;
      },
    }),
  });
  document.addEventListener("securitypolicyviolation", (event) => {
    editor.violations.push(
      `policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`,
    );
  });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`@layer vscode-default {
    html { background: var(--vscode-sideBar-background); scrollbar-color: var(--vscode-scrollbarSlider-background) transparent; }
    body { background-color: transparent; color: var(--vscode-editor-foreground); font-family: var(--vscode-font-family); font-weight: var(--vscode-font-weight); font-size: var(--vscode-font-size); margin: 0; padding: 0 20px; }
    a:focus, input:focus, select:focus, textarea:focus { outline: 1px solid -webkit-focus-ring-color; outline-offset: -1px; }
    code { font-family: var(--vscode-editor-font-family); color: var(--vscode-textPreformat-foreground); background-color: var(--vscode-textPreformat-background); padding: 1px 3px; border-radius: 4px; }
    pre code { padding: 0; }
    blockquote { background: var(--vscode-textBlockQuote-background); border-color: var(--vscode-textBlockQuote-border); }
    ::-webkit-scrollbar { width: 10px; height: 10px; }
    ::-webkit-scrollbar-thumb { background-color: var(--vscode-scrollbarSlider-background); }
  }`);
  document.adoptedStyleSheets.push(sheet);
  document.addEventListener("DOMContentLoaded", () => {
    document.body.className = given.theme.bodyClass;
    for (const [name, value] of Object.entries(given.theme.variables)) {
      document.documentElement.style.setProperty(`--vscode-${name}`, value);
    }
  });
}

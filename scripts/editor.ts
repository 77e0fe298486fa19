/** A real VS Code in the browser: code-server, installed from its package and started for one folder. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { isInstalled, npm, npmCi } from "./bootstrap.mjs";
import { inCheckout } from "./checkout.ts";
import { runNode } from "./processes.ts";

const packages = inCheckout("test/e2e");
const codeServer = path.join(packages, "node_modules/code-server");
const entry = path.join(codeServer, "out/node/entry.js");

/** True where code-server runs. */
export function isEditorAvailable(): boolean {
  return process.platform === "linux" || process.platform === "darwin";
}

/** Installs code-server and its editor's own packages when they are missing. */
export async function installEditor(): Promise<void> {
  if (!isInstalled(packages)) await npmCi(packages);
  const editor = path.join(codeServer, "lib/vscode");
  for (const folder of [editor, path.join(editor, "extensions")]) {
    // Its shrinkwrap misses a package, so `npm ci` refuses; the marker says that an install was not cut off.
    const marker = path.join(folder, "node_modules/.package-lock.json");
    if (existsSync(marker)) continue;
    await npm(
      ["install", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
      folder,
    );
  }
  // Links that code-server's install script would make.
  const system = process.platform === "darwin" ? "darwin" : "linux";
  link(path.join(editor, "bin/remote-cli"), `code-${system}.sh`, "code-server");
  link(path.join(editor, "bin/helpers"), `browser-${system}.sh`, "browser.sh");
}

/** How to start an editor. */
export interface EditorOptions {
  /** Absolute path for everything the editor writes. */
  readonly dir: string;
  /** User settings to write; those already there win unless `replaceSettings`. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly replaceSettings?: boolean;
  readonly extraArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command that starts it. */
  readonly prefix?: readonly string[];
}

/** A running editor. */
export interface Editor {
  /** Address of the editor on the loopback interface. */
  readonly url: string;
  readonly child: ChildProcess;
  /** Ends the editor with all its processes. */
  stop(): Promise<void>;
}

/** Settings of an editor that minds its own business. */
const quietSettings = {
  "workbench.startupEditor": "none",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "workbench.tips.enabled": false,
  "workbench.welcomePage.walkthroughs.openOnInstall": false,
  "git.openRepositoryInParentFolders": "never",
  "chat.disableAIFeatures": true,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
};

/** Installs a packaged extension into the editor's own folder. Rejects with the editor's message. */
export async function installVsix(dir: string, vsix: string): Promise<void> {
  const { code, output } = await runNode(
    [...baseArgs(dir), "--install-extension", vsix, "--force"],
    {
      env: editorEnv(dir),
    },
  );
  if (code !== 0) throw new Error(`The editor did not install ${vsix}:\n${output}`);
}

/** Starts the editor on a free port of the loopback interface and waits until it answers. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
  const { dir } = options;
  const settingsFile = path.join(dir, "user-data/User/settings.json");
  mkdirSync(path.dirname(settingsFile), { recursive: true });
  if (options.replaceSettings === true || !existsSync(settingsFile)) {
    const settings = { ...quietSettings, ...options.settings };
    writeFileSync(settingsFile, `${JSON.stringify(settings, undefined, 2)}\n`);
  }
  const port = await freePort();
  const log = openSync(path.join(dir, "editor.log"), "a");
  const [command, ...prefixed] = [...(options.prefix ?? []), process.execPath] as [string];
  const child = spawn(
    command,
    [
      ...prefixed,
      ...baseArgs(dir),
      ...["--bind-addr", `127.0.0.1:${port}`],
      ...["--auth", "none"],
      "--disable-telemetry",
      "--disable-update-check",
      "--disable-getting-started-override",
      ...(options.extraArgs ?? []),
    ],
    { stdio: ["ignore", log, log], detached: true, env: { ...editorEnv(dir), ...options.env } },
  );
  closeSync(log);
  endWithThisProcess(child);
  const editor: Editor = { url: `http://127.0.0.1:${port}`, child, stop: () => stop(child) };
  try {
    await untilHealthy(editor);
  } catch (error) {
    await editor.stop();
    throw error;
  }
  return editor;
}

function baseArgs(dir: string): readonly string[] {
  return [
    entry,
    ...["--config", path.join(dir, "config.yaml")],
    ...["--user-data-dir", path.join(dir, "user-data")],
    ...["--extensions-dir", path.join(dir, "extensions")],
  ];
}

/** Without the variables of an editor whose terminal may have started this: they would redirect ours to it. */
function editorEnv(dir: string): Record<string, string> {
  const own = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && !/^(VSCODE_|ELECTRON_|NODE_OPTIONS$|npm_)/.test(name),
  ) as [string, string][];
  // What the editor writes besides its user data: a heartbeat, logs, the id of the device.
  const folders = {
    XDG_DATA_HOME: path.join(dir, "data"),
    XDG_CACHE_HOME: path.join(dir, "cache"),
  };
  return { ...Object.fromEntries(own), ...folders };
}

async function untilHealthy({ url, child }: Editor): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (performance.now() < deadlineMs) {
    if (child.exitCode !== null) break;
    try {
      if ((await fetch(`${url}/healthz`)).ok) return;
    } catch (error) {
      // Refused until it listens.
      if (!(error instanceof TypeError)) throw error;
    }
    await delay(100);
  }
  throw new Error("The editor did not start; its log is editor.log in its folder.");
}

async function stop(child: ChildProcess): Promise<void> {
  const gone =
    child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
  signalGroup(child, "SIGTERM");
  if (gone !== undefined) await Promise.race([gone, delay(5000, undefined, { ref: false })]);
  // What outlived the main process, such as an extension host in its reconnection grace time.
  signalGroup(child, "SIGKILL");
  running.delete(child);
}

const running = new Set<ChildProcess>();
let isWatchingForEnd = false;

/** The editor has a process group of its own, which Ctrl-C does not reach. */
function endWithThisProcess(child: ChildProcess): void {
  if (!isWatchingForEnd) {
    isWatchingForEnd = true;
    process.on("exit", () => running.forEach((editor) => signalGroup(editor, "SIGKILL")));
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        // Whoever else listens ends the editor more gently.
        if (process.listenerCount(signal) === 1) process.exit(130);
      });
    }
  }
  running.add(child);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function link(folder: string, target: string, name: string): void {
  const file = path.join(folder, name);
  if (existsSync(file)) return;
  rmSync(file, { force: true });
  symlinkSync(target, file);
}

/** A command line in memory: what it writes, and the folder it works on. */
import { mkdtempSync, mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { RootStatus } from "../../../protocol/types.ts";
import { run } from "../../../server/cli/run.ts";
import type { Surroundings } from "../../../server/cli/openFolder.ts";
import { rootOf } from "../../../server/cli/storeLocation.ts";
import type { OutputStream } from "../../../server/cli/terminal.ts";
import type { Services } from "../../../server/handlers.ts";
import { inMemoryServices, type InMemoryServices } from "../../protocol/inMemoryServices.ts";

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Bench {
  /** Absolute path of a folder that exists. */
  readonly folder: string;
  readonly home: string;
  readonly services: InMemoryServices;
  /** The commands that answers were to name, one for each run. */
  readonly statusCommands: readonly string[];
  /** How often the services were closed. */
  readonly closed: () => number;
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
}

export interface RunOptions {
  readonly terminal?: boolean;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
  /** Called with each piece that is written to stdout. */
  readonly onOut?: (piece: string) => void;
}

export function rootStatus(folder: string, change: Partial<RootStatus> = {}): RootStatus {
  return {
    root: rootOf(folder),
    state: "ready",
    filesSeen: 3,
    remembered: 2,
    pending: 0,
    skipped: { binary: 1 },
    failed: {},
    ignoredEntries: 0,
    bytesKnown: 1_000,
    bytesDone: 1_000,
    nChunks: 12,
    nEmbedded: 12,
    filesSyntaxExact: 2,
    filesFallback: 0,
    filesToRefine: 0,
    storeBytes: 450,
    notices: [],
    ...change,
  };
}

/** A temporary folder and home with a memory that has the given status. */
export function cliBench(
  t: TestContext,
  change: Partial<RootStatus> = {},
  overrides: Partial<Services> = {},
): Bench {
  const base = realpathSync.native(mkdtempSync(path.join(os.tmpdir(), "lore-cli-")));
  t.after(() => rmSync(base, { recursive: true, force: true }));
  const folder = path.join(base, "project");
  const home = path.join(base, "home");
  mkdirSync(folder);
  mkdirSync(home);
  const services = inMemoryServices(overrides);
  const { memory } = services;
  let nClosed = 0;
  const statusCommands: string[] = [];
  const status = rootStatus(folder, change);
  memory.status = () => ({ roots: [status], paused: false, serverVersion: "test" });
  memory.open = (storeDir, roots, settings, trusted) => {
    memory.calls.push(["open", storeDir, roots, settings, trusted]);
    mkdirSync(storeDir, { recursive: true });
    writeFileSync(path.join(storeDir, "memory.sqlite"), "x".repeat(100));
    return Promise.resolve(memory.status());
  };
  memory.close = () => {
    nClosed++;
    return Promise.resolve();
  };
  return {
    folder,
    home,
    services,
    statusCommands,
    closed: () => nClosed,
    run: async (args, options = {}) => {
      const out = collector(options.terminal === true, options.onOut);
      const err = collector(options.terminal === true);
      const around: Surroundings = {
        cwd: base,
        out,
        err,
        env: options.env ?? {},
        homeDir: home,
        platform: "linux",
        signal: options.signal ?? new AbortController().signal,
        createServices: (statusCommand) => {
          statusCommands.push(statusCommand);
          return Promise.resolve(services);
        },
      };
      const code = await run(args, around);
      return { code, out: out.text(), err: err.text() };
    },
  };
}

function collector(
  isTTY: boolean,
  onPiece: (piece: string) => void = () => undefined,
): OutputStream & { text(): string } {
  let text = "";
  const write = (piece: string): void => {
    text += piece;
    onPiece(piece);
  };
  return { isTTY, columns: 80, write, text: () => text };
}

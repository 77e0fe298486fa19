/** A drive that does not answer: the status says what hangs, and the other roots go on. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, rmSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Notice } from "../../protocol/notices.ts";
import { temporaryFolder, writeTree } from "./ingest/treesOnDisk.ts";
import { functionText } from "./workspaceMemoryHarness.ts";

interface RootLine {
  readonly state: string;
  readonly remembered: number;
  readonly notices: readonly Notice[];
}
type Line = Readonly<Record<string, RootLine | undefined>> & {
  readonly found?: readonly string[];
  readonly opened?: true;
  readonly closed?: true;
};

const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/${name}.ts`, import.meta.url));

/** Longest wait for a line that must come; only a failing test waits so long. */
const patienceMs = 60_000;

/** A process with two roots, one of them on a drive that can be stopped. */
class TwoRoots implements Disposable {
  readonly #folder = temporaryFolder();
  readonly #pipe = path.join(this.#folder.path, "pipe");
  readonly #seen: Line[] = [];
  readonly #child;
  readonly #lines;

  constructor(hangsFromTheStart: boolean) {
    this.write({ "near/a.ts": functionText("computeGood") });
    this.write({ "far/sub/b.ts": functionText("computeFar"), "store/": "" });
    if (hangsFromTheStart) this.stopDrive();
    this.#child = spawn(
      process.execPath,
      ["--import", fixture("hangingDrive"), fixture("twoRoots"), this.#folder.path],
      {
        env: { ...process.env, LORE_TEST_HANG: this.#pipe },
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    this.#lines = createInterface(this.#child.stdout);
    this.#lines.on("line", (line) => this.#seen.push(JSON.parse(line) as Line));
  }

  get folder(): string {
    return this.#folder.path;
  }
  write(files: Readonly<Record<string, string>>): void {
    writeTree(this.#folder.path, files);
  }
  tell(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }
  stopDrive(): void {
    execFileSync("mkfifo", [this.#pipe]);
  }
  startDrive(): void {
    // Opened for both, which never waits; closing it is the end of the file for whoever reads.
    const writer = openSync(this.#pipe, "r+");
    rmSync(this.#pipe);
    closeSync(writer);
  }

  /** Resolves with the next line, counted from what was seen, for which this holds. */
  async next(holds: (line: Line) => boolean | undefined): Promise<Line> {
    let last: Line | undefined;
    for (;;) {
      for (let line = this.#seen.shift(); line !== undefined; line = this.#seen.shift()) {
        if (holds(line) === true) return line;
        last = line;
      }
      const signal = AbortSignal.timeout(patienceMs);
      await once(this.#lines, "line", { signal }).catch((error: unknown) => {
        throw new Error(`no such line; the last one: ${JSON.stringify(last)}`, { cause: error });
      });
    }
  }

  async ended(): Promise<void> {
    if (this.#child.exitCode === null)
      await once(this.#child, "exit", { signal: AbortSignal.timeout(patienceMs) });
  }

  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL");
    this.#folder[Symbol.dispose]();
  }
}

const isHanging = (line: Line): boolean => line["hangs"]?.notices[0]?.kind === "folderHangs";
const isReady = (root: string, remembered: number) => (line: Line) =>
  line[root]?.state === "ready" && line[root].remembered === remembered;

test("a drive that hangs while it is opened", async () => {
  using roots = new TwoRoots(true);
  const { hangs } = await roots.next(isHanging);
  assert.equal(hangs?.state, "failed");
  assert.deepEqual(hangs.notices, [
    { kind: "folderHangs", operation: "stat", path: path.join(roots.folder, "far") },
  ]);
  await roots.next((line) => line.opened);
  roots.tell("ask computeGood");
  assert.equal((await roots.next((line) => line.found !== undefined)).found?.[0], "good/a.ts");

  roots.startDrive();
  await roots.next(isReady("hangs", 1));
  roots.tell("ask computeFar");
  assert.equal((await roots.next((line) => line.found !== undefined)).found?.[0], "hangs/sub/b.ts");
  roots.tell("close");
  await roots.next((line) => line.closed);
  await roots.ended();
});

test("a drive that hangs later stops its own root alone", async () => {
  using roots = new TwoRoots(false);
  await roots.next((line) => isReady("good", 1)(line) && isReady("hangs", 1)(line));
  roots.stopDrive();
  roots.write({ "near/c.ts": functionText("computeLater") });
  roots.tell("near/c.ts");
  roots.tell("far/sub/b.ts");
  const { hangs } = await roots.next(isHanging);
  assert.equal(hangs?.remembered, 1, "what is remembered is kept");
  assert.deepEqual(hangs.notices, [
    { kind: "folderHangs", operation: "stat", path: path.join(roots.folder, "far/sub") },
  ]);
  roots.tell("ask computeLater");
  assert.equal((await roots.next((line) => line.found !== undefined)).found?.[0], "good/c.ts");
  // A question does not touch the drive either.
  roots.tell("ask computeFar");
  const { found } = await roots.next((line) => line.found !== undefined);
  assert.ok(!found?.includes("hangs/sub/b.ts"));

  roots.startDrive();
  await roots.next(isReady("hangs", 1));
  roots.tell("ask computeFar");
  assert.equal((await roots.next((line) => line.found !== undefined)).found?.[0], "hangs/sub/b.ts");
});

test("the memory closes while a drive hangs", async () => {
  using roots = new TwoRoots(true);
  await roots.next(isHanging);
  await roots.next((line) => line.opened);
  roots.tell("close");
  await roots.next((line) => line.closed);
  await roots.ended();
});

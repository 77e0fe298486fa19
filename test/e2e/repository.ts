/**
 * A real repository to ask about: the sources of `effect`, 235k lines of TypeScript that other people wrote, taken
 * from its package and put under git with a second branch.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";

const packageFolder = path.join(import.meta.dirname, "node_modules/effect");

/** A repository on disk. */
export class Repository {
  /** Absolute path. */
  readonly folder: string;

  /** Copies the sources into `folder`, which must not exist, and commits them. */
  constructor(folder: string) {
    this.folder = folder;
    cpSync(path.join(packageFolder, "src"), path.join(folder, "src"), { recursive: true });
    for (const name of ["README.md", "LICENSE"]) {
      cpSync(path.join(packageFolder, name), path.join(folder, name));
    }
    this.git("init", "--quiet", "--initial-branch=main");
    this.commit("The library");
  }

  /** Runs git in the repository and returns what it printed. */
  git(...args: readonly string[]): string {
    const who = ["-c", "user.name=Test", "-c", "user.email=test@example.invalid"];
    return execFileSync("git", [...who, ...args], { cwd: this.folder, encoding: "utf8" });
  }

  /** Commits everything. */
  commit(subject: string): void {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", subject);
  }

  /** The text of a file, its path relative to the repository. */
  read(file: string): string {
    return readFileSync(path.join(this.folder, file), "utf8");
  }

  /** Writes a file. */
  write(file: string, text: string): void {
    writeFileSync(path.join(this.folder, file), text);
  }

  /** Replaces text that must occur exactly once. */
  replace(file: string, before: string, after: string): void {
    const text = this.read(file);
    assert.equal(text.split(before).length, 2, `${before} must stand once in ${file}`);
    this.write(
      file,
      text.replace(before, () => after),
    );
  }

  /** Deletes a file. */
  delete(file: string): void {
    rmSync(path.join(this.folder, file));
  }

  /** One-based number of the only line that starts with `start`. */
  lineOf(file: string, start: string): number {
    const lines = this.read(file).split("\n");
    const index = lines.findIndex((line) => line.startsWith(start));
    assert.ok(index >= 0, `${file} has a line that starts with ${start}`);
    return index + 1;
  }

  /** Lines of all remembered files together. */
  countLines(): number {
    const files = this.git("ls-files", "-z").split("\0").filter(Boolean);
    return files.reduce((sum, file) => sum + this.read(file).split("\n").length, 0);
  }
}

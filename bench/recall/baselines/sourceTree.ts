import { readFileSync } from "node:fs";
import path from "node:path";
import type { EvalRepository } from "../evalSet.ts";

/** A file that a baseline searches in. */
export interface SourceFile {
  readonly path: string;
  /** Without line breaks; the file's text is the lines joined with `\n`. */
  readonly lines: readonly string[];
}

/** Part of a file. */
export interface TextUnit {
  readonly path: string;
  /** 1-based and inclusive, as in the evaluation set. */
  readonly startLine: number;
  readonly endLine: number;
}

const trees = new WeakMap<EvalRepository, readonly SourceFile[]>();

/** Returns the files of a repository that count, in the order of their paths. Every baseline sees the same ones. */
export function sourceTreeOf(repository: EvalRepository): readonly SourceFile[] {
  let files = trees.get(repository);
  if (files === undefined) {
    files = [...repository.knownFiles].toSorted().map((file) => ({
      path: file,
      lines: readFileSync(path.join(repository.treeDir, file), "utf8").split("\n"),
    }));
    trees.set(repository, files);
  }
  return files;
}

/** Returns the text of lines `startLine` to `endLine`, 1-based and inclusive. */
export function textOf(file: SourceFile, startLine: number, endLine: number): string {
  return file.lines.slice(startLine - 1, endLine).join("\n");
}

/** Returns windows of `nLines` lines that begin every `step` lines; the last one ends with the file. */
export function windowsOf(file: SourceFile, nLines: number, step: number): TextUnit[] {
  const units: TextUnit[] = [];
  for (let start = 0; start < file.lines.length; start += step) {
    const end = Math.min(file.lines.length, start + nLines);
    units.push({ path: file.path, startLine: start + 1, endLine: end });
    if (end === file.lines.length) break;
  }
  return units;
}

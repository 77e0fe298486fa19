/** What a line does with a name, and how sure it is that it means one definition and not another of that name. */
import { isDistinctive, receiverBefore } from "./callGuess.ts";
import { codeMaskOf } from "./codeMask.ts";
import { fitOf, importedFrom, mustImport, type Target } from "./imports.ts";
import type { SourceFile } from "../recall/sourceFile.ts";

/** `named`: in a string that is nothing but a name, as settings and registries hold them. */
export type UseKind = "calls" | "extends" | "imports" | "uses" | "named" | "mentions";

/**
 * How sure a use means the definition: `sure` by an import, an owner or the same file, `likely` by a name that
 * is hardly given twice, `name` by nothing but the name. `other` means something else.
 */
export type Sureness = "sure" | "likely" | "name" | "other";

/** Returns the first place on a line where a name stands as code, else as a whole string; -1 when there is none. */
export function useAt(file: SourceFile, line: number, name: string): number {
  const text = file.line(line);
  const start = file.offsetOf({ line, character: 0 });
  const mask = codeMaskOf(file);
  let inString = -1;
  for (const at of placesOf(text, name)) {
    const kind = mask.classAt(start + at);
    if (kind === "code") return at;
    const isPart =
      /[\s"'`.:#/@]/.test(text[at - 1] ?? "") && /["'`.:#/@]/.test(text[at + name.length] ?? "");
    if (kind === "string" && inString < 0 && isPart && isNameString(mask.stringAt(start + at)))
      inString = at;
  }
  return inString;
}

/** "scrapy.core.Scheduler" names something, "use strict" does not. */
function isNameString(quoted: string): boolean {
  return quoted.length > 2 && /^[bru]{0,2}["'`]+[\p{L}_$@#][^\s"'`]*["'`]+$/iu.test(quoted);
}

function placesOf(text: string, name: string): number[] {
  const found: number[] = [];
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1))
    if (!isNameUnit(text, at - 1) && !isNameUnit(text, at + name.length)) found.push(at);
  return found;
}

function isNameUnit(text: string, i: number): boolean {
  return i >= 0 && i < text.length && /[\p{L}\p{N}_$]/u.test(text[i] as string);
}

/** Returns what a line of code does with the name at a place of it. */
export function useKindOf(file: SourceFile, line: number, at: number, name: string): UseKind {
  const code = codeMaskOf(file).codeOf(line);
  if (code.slice(at, at + name.length) !== name) return "named";
  if (isImportLine(code)) return "imports";
  const before = code.slice(Math.max(0, at - 200), at);
  const after = code.slice(at + name.length, at + name.length + 120);
  if (
    /\b(?:extends|implements)\s[^={]*$/.test(before) ||
    /^\s*class\s+\w+\s*\([^)]*$/.test(before) ||
    /\b(?:class|struct)\s+\w+[^{(;]*:\s*(?:(?:public|private|protected|virtual)\s+)?[^{;]*$/.test(
      before,
    )
  )
    return "extends";
  return /^(?:::<[^>()]{0,80}>|<[^>()]{0,80}>)?!?\s{0,2}\(/.test(after) ? "calls" : "uses";
}

/** True for a line that imports. */
function isImportLine(text: string): boolean {
  return /^\s*(?:import\b|from\s.{1,200}\bimport\b|export .{0,200}\bfrom\b|\}\s*from\s|#\s{0,3}include\b|(?:pub(?:\([^)]*\))? )?use\s|using\s|require\b|(?:const|let|var)\s.{1,200}=\s{0,3}require\()/.test(
    text,
  );
}

/**
 * True when the name at a place of a line is declared or defined there instead of used: `int parse(int);`,
 * `bool Pool::find(x) {`, `load(): void {`.
 */
export function declaresAt(file: SourceFile, line: number, at: number, name: string): boolean {
  const code = codeMaskOf(file).codeOf(line).slice(0, 1000);
  const before = code.slice(0, at);
  const after = code.slice(at + name.length);
  if (
    /(?:^|\s)(?:def|function\*?|func|fn|fun|sub|class|interface|struct|enum|union|trait|type|typedef|record|module|mod|namespace|protocol|object|macro_rules!)\s+(?:\([^()]{0,80}\)\s*)?$/u.test(
      before,
    )
  )
    return true;
  // `impl Type` and `impl Trait for Type` belong to the type.
  if (
    file.language === "rust" &&
    /^\s*(?:unsafe\s+)?impl\b(?:<.*>)?\s(?:.*\sfor\s)?\s*(?:\w+::)*$/.test(before)
  )
    return true;
  if (!/^\s*(?:<[^>()]{0,80}>)?\s*\(/.test(after)) return false;
  if (/^(?:c|cpp|java|csharp|objective-c|objective-cpp|dart|cuda-cpp)$/.test(file.language)) {
    const words = before.match(/[\p{L}\p{N}_]+/gu) ?? [];
    const isTyped =
      /^[\s\p{L}\p{N}_:<>,*&[\]~]*[\p{L}\p{N}_>*&\]]\s+(?:[*&]\s*)*(?:[\p{L}\p{N}_]+::)*[*&~]?$/u;
    return (
      isTyped.test(before) &&
      words.length > 0 &&
      !words.some((word) =>
        /^(?:return|new|throw|else|delete|case|goto|co_await|co_return|await|yield|in)$/.test(word),
      )
    );
  }
  const isOwnLine =
    /^\s*(?:(?:async|static|public|private|protected|override|get|set|abstract|readonly|export|declare)\s+){0,6}$/.test(
      before,
    );
  return isOwnLine && opensBody(file, line, at + name.length);
}

/** True when the brackets after a name are followed by a body or a type. */
function opensBody(file: SourceFile, line: number, from: number): boolean {
  const mask = codeMaskOf(file);
  let depth = 0;
  for (let at = line; at < Math.min(file.nLines, line + maxSignatureLines); at++) {
    const code = mask.codeOf(at).slice(at === line ? from : 0, 1000);
    for (let i = 0; i < code.length; i++) {
      if (code[i] === "(") depth++;
      else if (code[i] === ")" && --depth === 0) return /^\s*[:{]/.test(code.slice(i + 1));
    }
  }
  return false;
}
const maxSignatureLines = 12;

/** Returns how sure it is that the name at a place of a line means the target. */
export function surenessOf(file: SourceFile, line: number, at: number, target: Target): Sureness {
  const { name } = target;
  const byName = isDistinctive(name) ? "likely" : "name";
  const whole = file.line(line);
  const before = whole.slice(Math.max(0, at - 120), at);
  if (/\b(?:std|core|alloc)::(?:\w+::)*$/.test(before)) return "other";
  const receiver = receiverBefore(before, before.length);
  const from = importedFrom(file, name);
  if (receiver.kind === "other") return ofReceiver(file, receiver.word, target, byName);
  if (file.path === target.path)
    return receiver.kind === "self" || target.container === "" ? "sure" : "likely";
  if (receiver.kind === "self") return byName;
  if (from !== undefined) {
    const fit = fitOf(from, target);
    return fit === "fits" ? "sure" : fit === "perhaps" ? "likely" : "other";
  }
  const isFolder = folderOf(file.path) === folderOf(target.path);
  if (isFolder && !mustImport(file.language)) return "likely";
  return byName;
}

/** `downloader.fetch()` means the `fetch` of a `Downloader`; `items.filter()` means nobody's in particular. */
function ofReceiver(
  file: SourceFile,
  word: string,
  target: Target,
  byName: "likely" | "name",
): Sureness {
  const from = word === "" ? undefined : importedFrom(file, word);
  if (from !== undefined) {
    const fit = fitOf(`${from}/${word}`, target);
    if (fit !== "perhaps") return fit === "fits" ? "sure" : "other";
  }
  const plain = word.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase();
  const owners = [...target.container.split("."), stemOf(target.path)].map((owner) =>
    owner.replace(/[^\p{L}\p{N}]/gu, "").toLowerCase(),
  );
  if (plain.length > 2 && owners.some((owner) => owner === plain)) return "sure";
  if (plain.length > 3 && owners.some((owner) => owner.includes(plain))) return "likely";
  return byName;
}

function stemOf(path: string): string {
  const parts = path.replace(/\.\w{1,5}$/, "").split("/");
  const last = parts.at(-1) ?? "";
  return /^(?:index|mod|lib|main|__init__)$/.test(last) ? (parts.at(-2) ?? last) : last;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** True for a line of Rust's `#[cfg(test)] mod tests`, which stands in the file that it tests. */
export function isInTestModule(file: SourceFile, line: number): boolean {
  if (file.language !== "rust") return false;
  const start = /^#\[cfg\((?:all\()?test\b[^\n]*\n(?:#\[[^\n]*\n)*(?:pub )?mod\s+\w+\s*\{/m.exec(
    file.text,
  );
  if (start === null) return false;
  return line >= file.rangeOf(start.index, start.index).start.line;
}

/** Which language a file is written in, and what comments look like there. */
import { languageFacts, type CommentForms, type LanguageId } from "./languageTable.ts";

export type { LanguageId } from "./languageTable.ts";

/**
 * The language of a file: by its name, else its extension, else its first line. Ids are VS Code's;
 * `plaintext` when nothing matches. `firstLine` is only looked at when the name leaves doubt.
 */
export function languageOf(path: string, firstLine?: string): LanguageId {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const byName = languagesByFileName.get(name) ?? languagesByFileName.get(name.toLowerCase());
  if (byName !== undefined) return byName;
  let dot = name.indexOf(".", 1);
  while (dot !== -1) {
    const language = languagesByExtension.get(name.slice(dot + 1).toLowerCase());
    if (language !== undefined) return refineByFirstLine(language, firstLine);
    dot = name.indexOf(".", dot + 1);
  }
  for (const [prefix, language] of languagesByFilePrefix) {
    if (name.startsWith(prefix)) return language;
  }
  const template = templateSuffix.exec(name);
  if (template !== null) return languageOf(name.slice(0, template.index), firstLine);
  return (firstLine && languageOfFirstLine(firstLine)) || "plaintext";
}

/** `config.yaml.j2` and `module.py.in` are read as what they produce. */
const templateSuffix = /\.(in|j2|tmpl|tpl|template|dist|example|sample|orig)$/i;

/** True for code, markup and build scripts that people write; false for data, prose and plain text. */
export function isSourceLanguage(language: LanguageId): boolean {
  return !dataAndProse.has(language);
}

/** What starts a comment that ends with its line; the usual form first. Empty when there is none. */
export function lineComments(language: LanguageId): readonly string[] {
  return commentsOf(language).line;
}

/** What opens and closes a comment that may span lines. Empty when there is none. */
export function blockComments(language: LanguageId): readonly (readonly [string, string])[] {
  return commentsOf(language).block;
}

/** Rare markers in the first line overrule an extension that two formats share. */
function refineByFirstLine(language: LanguageId, firstLine: string | undefined): LanguageId {
  if (firstLine === undefined) return language;
  // Qt's translation files are XML named *.ts.
  if (language === "typescript" && firstLine.startsWith("<?xml")) return "xml";
  // *.config, *.launch and *.manifest are XML in some ecosystems and lists of settings in others.
  if (language === "xml" && !/^\s*(<|$)/.test(firstLine)) return "plaintext";
  if (language === "objective-c" && /^\s*(%|function\b|classdef\b)/.test(firstLine))
    return "matlab";
  return language;
}

function languageOfFirstLine(firstLine: string): LanguageId | undefined {
  if (firstLine.startsWith("#!")) {
    for (const word of firstLine.slice(2, 200).split(/[\s/]+/)) {
      // Versions such as python3.11 and flags such as `env -S` stand around the interpreter's name.
      const language = languagesByInterpreter.get(word.replace(/[\d.]+$/, ""));
      if (language !== undefined) return language;
    }
    return undefined;
  }
  if (firstLine.startsWith("<?xml")) return "xml";
  if (firstLine.startsWith("<?php")) return "php";
  if (/^<!doctype html/i.test(firstLine)) return "html";
  return undefined;
}

/** True when `id` is one of the ids this table knows, for ids that come from a store or an editor. */
export function isLanguageId(id: string): id is LanguageId {
  return Object.hasOwn(languageFacts, id);
}

function commentsOf(language: LanguageId): CommentForms {
  return languageFacts[language].comments;
}

function indexBy(
  column: "extensions" | "names" | "prefixes" | "interpreters",
): Map<string, LanguageId> {
  const index = new Map<string, LanguageId>();
  for (const language of Object.keys(languageFacts).filter(isLanguageId)) {
    for (const word of languageFacts[language][column]?.split(" ") ?? []) {
      if (!index.has(word)) index.set(word, language);
    }
  }
  return index;
}

const languagesByExtension = indexBy("extensions");
const languagesByFileName = indexBy("names");
const languagesByFilePrefix = indexBy("prefixes");
const languagesByInterpreter = indexBy("interpreters");

const dataAndProse: ReadonlySet<LanguageId> = new Set<LanguageId>([
  "asciidoc",
  "bibtex",
  "csv",
  "diff",
  "dotenv",
  "gitignore",
  "ini",
  "json",
  "json5",
  "jsonc",
  "jsonl",
  "latex",
  "log",
  "markdown",
  "plaintext",
  "properties",
  "restructuredtext",
  "toml",
  "typst",
  "xml",
  "yaml",
]);

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  blockComments,
  isLanguageId,
  isSourceLanguage,
  languageOf,
  lineComments,
  type LanguageId,
} from "../../../server/ingest/languages.ts";
import { languageFacts } from "../../../server/ingest/languageTable.ts";

function check(expected: Readonly<Record<string, LanguageId>>): void {
  for (const [path, language] of Object.entries(expected))
    assert.equal(languageOf(path), language, path);
}

test("languages are told by extension", () => {
  check({
    "a.ts": "typescript",
    "a.d.mts": "typescript",
    "x/y.tsx": "typescriptreact",
    "a.cjs": "javascript",
    "A.JAVA": "java",
    "linux/sched.h": "c",
    "a.hpp": "cpp",
    "config.h.in": "cpp",
    "a.py": "python",
    "b.pyi": "python",
    "a.kts": "kotlin",
    "a.rs": "rust",
    "a.md": "markdown",
    "a.yml": "yaml",
    "a.csproj": "xml",
    "a.ps1": "powershell",
    "a.tar.gz": "plaintext",
    "a.min.js": "javascript",
  });
});

test("languages are told by file name, also where the extension says otherwise", () => {
  check({
    Makefile: "makefile",
    "sub/Makefile.am": "makefile",
    "drivers/Kbuild": "makefile",
    Dockerfile: "dockerfile",
    "Dockerfile.dev": "dockerfile",
    "CMakeLists.txt": "cmake",
    "tsconfig.json": "jsonc",
    "Cargo.lock": "toml",
    "go.mod": "go.mod",
    ".env.local": "dotenv",
    "docker-compose.yml": "dockercompose",
    Gemfile: "ruby",
    BUILD: "starlark",
    README: "plaintext",
    ".gitignore": "gitignore",
  });
});

test("templates are read as what they produce", () => {
  check({
    "a.yaml.j2": "yaml",
    "version.py.in": "python",
    "settings.ini.example": "ini",
    "x.tmpl": "plaintext",
  });
});

test("the first line decides where the name says nothing", () => {
  assert.equal(languageOf("bin/run", "#!/usr/bin/env python3.11"), "python");
  assert.equal(languageOf("bin/run", "#!/bin/sh -e"), "shellscript");
  assert.equal(languageOf("bin/run", "#!/usr/bin/env -S node --no-warnings"), "javascript");
  assert.equal(languageOf("bin/run", "#!/opt/odd"), "plaintext");
  assert.equal(languageOf("page", "<!DOCTYPE html>"), "html");
  assert.equal(languageOf("a.ts", '<?xml version="1.0"?>'), "xml");
  assert.equal(languageOf("a.ts", "#!/usr/bin/env python"), "typescript");
  assert.equal(languageOf("kernel.config", "CONFIG_X=y"), "plaintext");
  assert.equal(languageOf("app.config", "<configuration>"), "xml");
});

test("odd paths have a language too", () => {
  for (const path of [
    "",
    "/",
    ".",
    "..",
    "a/",
    ".x",
    "__proto__",
    "constructor",
    "a.constructor",
    "\u202e.ts",
  ]) {
    assert.ok(isLanguageId(languageOf(path)), path);
  }
});

test("no name is claimed by two languages", () => {
  for (const column of ["extensions", "names", "prefixes", "interpreters"] as const) {
    const owners = new Map<string, string>();
    for (const [language, facts] of Object.entries(languageFacts)) {
      for (const word of facts[column]?.split(" ") ?? []) {
        assert.equal(
          owners.get(word),
          undefined,
          `${column} ${word}: ${language} and ${owners.get(word)}`,
        );
        owners.set(word, language);
      }
    }
  }
});

test("comments are known for each language", () => {
  assert.deepEqual(lineComments("python"), ["#"]);
  assert.deepEqual(blockComments("typescript"), [["/*", "*/"]]);
  assert.deepEqual(lineComments("html"), []);
  assert.deepEqual(blockComments("html"), [["<!--", "-->"]]);
  assert.deepEqual(lineComments("plaintext"), []);
});

test("code differs from data and prose", () => {
  for (const language of ["typescript", "sql", "css", "dockerfile", "proto"] as const) {
    assert.ok(isSourceLanguage(language), language);
  }
  for (const language of ["json", "yaml", "markdown", "plaintext", "csv", "xml"] as const) {
    assert.ok(!isSourceLanguage(language), language);
  }
});

test("ids that are no language are refused", () => {
  assert.ok(isLanguageId("go.mod"));
  assert.ok(!isLanguageId("toString"));
  assert.ok(!isLanguageId(""));
});

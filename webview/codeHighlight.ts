import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import clojure from "highlight.js/lib/languages/clojure";
import cmake from "highlight.js/lib/languages/cmake";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import dart from "highlight.js/lib/languages/dart";
import diff from "highlight.js/lib/languages/diff";
import dockerfile from "highlight.js/lib/languages/dockerfile";
import elixir from "highlight.js/lib/languages/elixir";
import erlang from "highlight.js/lib/languages/erlang";
import go from "highlight.js/lib/languages/go";
import graphql from "highlight.js/lib/languages/graphql";
import groovy from "highlight.js/lib/languages/groovy";
import haskell from "highlight.js/lib/languages/haskell";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import lua from "highlight.js/lib/languages/lua";
import makefile from "highlight.js/lib/languages/makefile";
import markdown from "highlight.js/lib/languages/markdown";
import nix from "highlight.js/lib/languages/nix";
import objectivec from "highlight.js/lib/languages/objectivec";
import perl from "highlight.js/lib/languages/perl";
import php from "highlight.js/lib/languages/php";
import powershell from "highlight.js/lib/languages/powershell";
import properties from "highlight.js/lib/languages/properties";
import protobuf from "highlight.js/lib/languages/protobuf";
import python from "highlight.js/lib/languages/python";
import r from "highlight.js/lib/languages/r";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import scala from "highlight.js/lib/languages/scala";
import scss from "highlight.js/lib/languages/scss";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

const grammars = {
  bash,
  c,
  clojure,
  cmake,
  cpp,
  csharp,
  css,
  dart,
  diff,
  dockerfile,
  elixir,
  erlang,
  go,
  graphql,
  groovy,
  haskell,
  ini,
  java,
  javascript,
  json,
  kotlin,
  lua,
  makefile,
  markdown,
  nix,
  objectivec,
  perl,
  php,
  powershell,
  properties,
  protobuf,
  python,
  r,
  ruby,
  rust,
  scala,
  scss,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};
for (const [name, grammar] of Object.entries(grammars)) hljs.registerLanguage(name, grammar);

/* The editor's language ids that the highlighter knows under another name. */
hljs.registerAliases(["shellscript", "fish"], { languageName: "bash" });
hljs.registerAliases(["cuda-cpp", "cuda"], { languageName: "cpp" });
hljs.registerAliases(["objective-c", "objective-cpp"], { languageName: "objectivec" });
hljs.registerAliases(["typescriptreact"], { languageName: "typescript" });
hljs.registerAliases(["javascriptreact"], { languageName: "javascript" });
hljs.registerAliases(["jsonl"], { languageName: "json" });
hljs.registerAliases(["vue", "svelte", "astro"], { languageName: "xml" });
hljs.registerAliases(["less"], { languageName: "scss" });
hljs.registerAliases(["proto3", "proto"], { languageName: "protobuf" });

/** Longer code is shown without colours: the highlighter's time grows faster than the text. */
const maxHighlighted = 30_000;

/** Returns the code as escaped HTML with a class for each token; plain when the language is unknown. */
export function highlight(code: string, language: string): string {
  if (code.length > maxHighlighted || hljs.getLanguage(language) === undefined)
    return escapeHtml(code);
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}

/** Returns what people call the language, `undefined` when there is nothing to call it. */
export function languageLabel(language: string): string | undefined {
  if (language === "" || language === "plaintext" || language === "text") return undefined;
  return (
    properNames.get(language) ?? hljs.getLanguage(language)?.name?.replace(/,.*/, "") ?? language
  );
}

/* Where the grammar that colours a language is named after another one. */
const properNames = new Map([
  ["typescriptreact", "TypeScript JSX"],
  ["javascriptreact", "JavaScript JSX"],
  ["tsx", "TypeScript JSX"],
  ["jsx", "JavaScript JSX"],
  ["html", "HTML"],
  ["svg", "SVG"],
  ["toml", "TOML"],
  ["vue", "Vue"],
  ["svelte", "Svelte"],
  ["astro", "Astro"],
  ["less", "Less"],
  ["cuda-cpp", "CUDA"],
  ["shellscript", "Shell"],
  ["jsonc", "JSON with Comments"],
]);

/** Returns the text with the five characters that mean something in HTML replaced. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}
const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

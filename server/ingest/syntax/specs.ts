/** Which specification chunks which language. */
import type { LanguageId } from "../languages.ts";
import type { LanguageSpec } from "./languageSpec.ts";
import { c } from "./specs/c.ts";
import { cpp } from "./specs/cpp.ts";
import { csharp } from "./specs/csharp.ts";
import { css, html, ini, json, toml, yaml } from "./specs/data.ts";
import { elixir, zig } from "./specs/elixir.ts";
import { go } from "./specs/go.ts";
import { javascript, typescript, typescriptReact } from "./specs/javascript.ts";
import { java, kotlin, scala } from "./specs/jvm.ts";
import { php } from "./specs/php.ts";
import { python } from "./specs/python.ts";
import { ruby } from "./specs/ruby.ts";
import { rust } from "./specs/rust.ts";
import { lua, powershell, shell } from "./specs/scripting.ts";
import { dart, swift } from "./specs/swift.ts";

/** `undefined` for a language without a grammar. */
export function specOf(language: LanguageId): LanguageSpec | undefined {
  return specs[language];
}

const specs: Readonly<Partial<Record<LanguageId, LanguageSpec>>> = {
  c,
  cpp,
  csharp,
  css,
  "cuda-cpp": cpp,
  dart,
  dockercompose: yaml,
  elixir,
  go,
  html,
  ini,
  java,
  javascript,
  javascriptreact: javascript,
  json,
  jsonc: json,
  kotlin,
  lua,
  php,
  powershell,
  properties: ini,
  python,
  ruby,
  rust,
  scala,
  shellscript: shell,
  starlark: python,
  swift,
  toml,
  typescript,
  typescriptreact: typescriptReact,
  yaml,
  zig,
};

/** Which specification chunks which language. */
import type { LanguageId } from "../languages.ts";
import type { LanguageSpec } from "./languageSpec.ts";
import { c } from "./specs/c.ts";
import { cpp } from "./specs/cpp.ts";
import { go } from "./specs/go.ts";
import { javascript, typescript, typescriptReact } from "./specs/javascript.ts";
import { python } from "./specs/python.ts";
import { rust } from "./specs/rust.ts";

/** `undefined` for a language without a grammar. */
export function specOf(language: LanguageId): LanguageSpec | undefined {
  return specs[language];
}

const specs: Readonly<Partial<Record<LanguageId, LanguageSpec>>> = {
  c,
  cpp,
  "cuda-cpp": cpp,
  go,
  javascript,
  javascriptreact: javascript,
  python,
  rust,
  starlark: python,
  typescript,
  typescriptreact: typescriptReact,
};

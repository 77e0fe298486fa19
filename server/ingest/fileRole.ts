/** What sort of file a path names: source, test, documentation or configuration. */
import type { FileRole } from "../../protocol/types.ts";
import type { LanguageId } from "./languages.ts";

/**
 * The role of a file by its path alone. Tests are told by the conventions of their ecosystem, so that
 * `latest/`, `contest.ts` or a `testing` library stay source. Data that nobody tests with counts as `config`.
 */
export function fileRoleOf(path: string, language: LanguageId): FileRole {
  const slash = path.lastIndexOf("/");
  const folder = path.slice(0, slash + 1);
  const name = path.slice(slash + 1);
  const isProse = proseLanguages.has(language);
  if (fixtureFolder.test(folder)) return "test";
  if (isProse || isDocumentName(name, language)) return "docs";
  if (testFolder.test(folder) || isTestName(name, language)) return "test";
  if (specFolder.test(folder) && specLanguages.has(language)) return "test";
  if (language === "plaintext") return plaintextRole(name);
  return configLanguages.has(language) || configName.test(name) ? "config" : "source";
}

/** What lies here is input or expected output of tests, whatever its language. */
const fixtureFolder =
  /(?:^|\/)(?:test[-_]?data|(?:test[-_]?)?fixtures?|__fixtures__|__mocks__|__snapshots__|testFixtures|golden)\//;

const testFolder =
  /(?:^|\/)(?:tests?|__tests?__|Tests?|unit[-_]?tests?|(?:integration|functional|regression|acceptance|e2e|smoke|system|stress|unit|ui)[-_]?[Tt]ests?|tests[-_][\w-]+|[\w.]+[._-][Tt]ests|[A-Z]\w*Tests|test[-_]?(?:cases?|suites?)|e2e|cypress|selftests?|kunit|androidTest|bench(?:es|marks?)?|t)\//;

/** `spec/` holds tests where specs are tests, and specifications elsewhere. */
const specFolder = /(?:^|\/)specs?\//;
const specLanguages: ReadonlySet<LanguageId> = new Set<LanguageId>([
  "coffeescript",
  "crystal",
  "javascript",
  "javascriptreact",
  "lua",
  "ruby",
  "typescript",
  "typescriptreact",
]);

function isTestName(name: string, language: LanguageId): boolean {
  if (!mayBeTestName.test(name)) return false;
  return (testNames[language] ?? snakeTest).test(name);
}

/** Cheap first look, which most names fail. */
const mayBeTestName = /test|spec|e2e|\.cy\.|IT\.|Suite|bench|\.t$|\.bats$/i;

/** `Test` must begin a word of its own: `FooTest`, not `Contest` or `Latest`. */
const camelTest = /(?:^|[a-z0-9_])(?:Tests?|TestCase|Specs?|Suite)\.\w+$|^Tests?[A-Z]|^Tests?\./;
const javaTest =
  /(?:^|[a-z0-9_])(?:Tests?|TestCase|Specs?|Suite|Benchmark)\.\w+$|[a-z0-9]IT\.\w+$|^Test[A-Z]/;
const scriptTest =
  /[._](?:tests?|specs?|e2e|cy|bench)(?:[-.]\w+)?\.[cm]?[jt]sx?$|-tests?\.[cm]?[jt]sx?$|^tests?\.[cm]?[jt]sx?$/;
const snakeTest =
  /(?:^|[_-])(?:unit)?tests?\.\w+$|^test_|_(?:spec|unittests?|bench(?:mark)?)\.\w+$/;
const cTest =
  /(?:^|[_-])(?:unit)?tests?\.\w+$|^tests?[_-]|_(?:unittests?|bench(?:mark)?|kunit)\.\w+$|[a-z]Tests?\.\w+$/;
const pythonTest = /^tests?_|_tests?\.pyi?$|^(?:conftest|tests?)\.py$/;

const testNames: Readonly<Partial<Record<LanguageId, RegExp>>> = {
  c: cTest,
  cpp: cTest,
  csharp: camelTest,
  dart: /_test\.dart$/,
  elixir: /_test\.exs$/,
  go: /_test\.go$/,
  groovy: javaTest,
  haskell: camelTest,
  java: javaTest,
  javascript: scriptTest,
  javascriptreact: scriptTest,
  json: /(?!)/,
  kotlin: javaTest,
  "objective-c": camelTest,
  perl: /\.t$/,
  php: camelTest,
  powershell: /\.Tests\.ps1$/i,
  python: pythonTest,
  ruby: /^test_|_(?:test|spec)\.rb$|^spec_helper\.rb$|^test_helper\.rb$/,
  rust: /(?:^|_)tests?\.rs$|^test_/,
  scala: javaTest,
  shellscript: /\.bats$|^tests?[_-]|[_-]tests?\.\w+$|^tests?\.\w+$/,
  svelte: scriptTest,
  swift: camelTest,
  typescript: scriptTest,
  typescriptreact: scriptTest,
  yaml: /(?!)/,
};

const proseLanguages: ReadonlySet<LanguageId> = new Set<LanguageId>([
  "asciidoc",
  "bibtex",
  "latex",
  "markdown",
  "restructuredtext",
  "typst",
]);

/** Files that every project carries, with or without an extension. */
function isDocumentName(name: string, language: LanguageId): boolean {
  return language === "plaintext" && documentName.test(name);
}

const documentName =
  /^(?:README|LICEN[CS]E|COPYING|COPYRIGHT|CHANGE(?:S|LOG)|HISTORY|NEWS|AUTHORS|CONTRIBUT(?:ING|ORS)|MAINTAINERS|CREDITS|NOTICE|INSTALL|TODO|SECURITY|THANKS|HACKING|FAQ)(?:[._-].*)?$/i;

/** An extension nobody knows may well be a rare language, so it counts as source. */
function plaintextRole(name: string): FileRole {
  if (/^(?:requirements|constraints)\b.*\.txt$|^\./.test(name) || !name.includes("."))
    return "config";
  return /\.(?:txt|text)$/i.test(name) ? "docs" : "source";
}

const configLanguages: ReadonlySet<LanguageId> = new Set<LanguageId>([
  "cmake",
  "csv",
  "diff",
  "dockercompose",
  "dockerfile",
  "dotenv",
  "gitignore",
  "go.mod",
  "ini",
  "json",
  "json5",
  "jsonc",
  "jsonl",
  "kconfig",
  "log",
  "makefile",
  "meson",
  "nix",
  "properties",
  "starlark",
  "terraform",
  "toml",
  "xml",
  "yaml",
]);

/** Configuration that is written as code. */
const configName =
  /[\w-]+\.config\.[cm]?[jt]s$|^\.\w+rc\.[cm]?js$|^(?:gulpfile|Gruntfile)\.\w+$|^(?:karma|jest|webpack|rollup|vite|vitest|babel|protractor)\.[\w.]*\b(?:conf|config|base|common|dev|prod)\.[cm]?[jt]s$|^(?:setup|noxfile|fabfile)\.py$|\.gradle(?:\.kts)?$|^(?:Gemfile|Podfile|Vagrantfile|Brewfile|Fastfile|Rakefile)$|\.gemspec$|\.sbt$|^Package\.swift$|^mix\.exs$/;

/** The facts about each language that file names and comments are judged by. */

/** What comments look like; the usual form of each kind first. */
export interface CommentForms {
  readonly line: readonly string[];
  readonly block: readonly (readonly [string, string])[];
}

const noComments: CommentForms = { line: [], block: [] };
const cLike: CommentForms = { line: ["//"], block: [["/*", "*/"]] };
const blockOnly: CommentForms = { line: [], block: [["/*", "*/"]] };
const hash: CommentForms = { line: ["#"], block: [] };
const markup: CommentForms = { line: [], block: [["<!--", "-->"]] };
const percent: CommentForms = { line: ["%"], block: [] };
const semicolon: CommentForms = { line: [";"], block: [] };
const dashDash: CommentForms = { line: ["--"], block: [] };
const haskellLike: CommentForms = { line: ["--"], block: [["{-", "-}"]] };
const mlLike: CommentForms = { line: [], block: [["(*", "*)"]] };

const languageTable = {
  abap: { extensions: "abap", comments: { line: ['"', "*"], block: [] } },
  ada: { extensions: "adb ads", comments: dashDash },
  apex: { extensions: "apex trigger", comments: cLike },
  asciidoc: { extensions: "adoc asciidoc asc", comments: { line: ["//"], block: [] } },
  asm: { extensions: "s asm nasm", comments: { line: ["#", ";", "//"], block: [["/*", "*/"]] } },
  astro: {
    extensions: "astro",
    comments: {
      line: ["//"],
      block: [
        ["/*", "*/"],
        ["<!--", "-->"],
      ],
    },
  },
  awk: { extensions: "awk gawk", interpreters: "awk gawk mawk", comments: hash },
  bat: { extensions: "bat cmd", comments: { line: ["rem", "REM", "::"], block: [] } },
  bibtex: { extensions: "bib", comments: percent },
  c: { extensions: "c h i cl", comments: cLike },
  clojure: { extensions: "clj cljs cljc edn", interpreters: "bb clojure", comments: semicolon },
  cmake: {
    extensions: "cmake cmake.in",
    names: "CMakeLists.txt",
    comments: { line: ["#"], block: [["#[[", "]]"]] },
  },
  cobol: { extensions: "cob cbl cpy", comments: { line: ["*>"], block: [] } },
  coffeescript: {
    extensions: "coffee cson iced",
    comments: { line: ["#"], block: [["###", "###"]] },
  },
  cpp: {
    extensions:
      "cpp cppm cc ccm cxx cxxm c++ c++m hpp hh hxx h++ ii ino inl ipp ixx tpp txx tcc hpp.in h.in",
    comments: cLike,
  },
  crystal: { extensions: "cr", comments: hash },
  csharp: { extensions: "cs csx cake", comments: cLike },
  css: { extensions: "css", comments: blockOnly },
  csv: { extensions: "csv tsv", comments: noComments },
  "cuda-cpp": { extensions: "cu cuh", comments: cLike },
  d: {
    extensions: "d di",
    comments: {
      line: ["//"],
      block: [
        ["/*", "*/"],
        ["/+", "+/"],
      ],
    },
  },
  dart: { extensions: "dart", comments: cLike },
  diff: { extensions: "diff patch rej", comments: noComments },
  dockercompose: {
    names: "docker-compose.yml docker-compose.yaml compose.yml compose.yaml",
    comments: hash,
  },
  dockerfile: {
    extensions: "dockerfile containerfile",
    names: "Dockerfile Containerfile",
    prefixes: "Dockerfile. Containerfile.",
    comments: hash,
  },
  dotenv: { extensions: "env", names: ".env", prefixes: ".env.", comments: hash },
  dts: { extensions: "dts dtsi dtso", comments: cLike },
  elixir: { extensions: "ex exs eex heex leex", interpreters: "elixir", comments: hash },
  elm: { extensions: "elm", comments: haskellLike },
  erlang: { extensions: "erl hrl xrl yrl", interpreters: "escript", comments: percent },
  "fortran-modern": {
    extensions: "f f77 f90 f95 f03 f08 for ftn fpp",
    comments: { line: ["!"], block: [] },
  },
  fsharp: { extensions: "fs fsi fsx", comments: { line: ["//"], block: [["(*", "*)"]] } },
  gitignore: {
    extensions:
      "gitignore dockerignore npmignore eslintignore prettierignore loreignore vscodeignore",
    names:
      ".gitignore .dockerignore .npmignore .eslintignore .prettierignore .loreignore .vscodeignore",
    comments: hash,
  },
  gleam: { extensions: "gleam", comments: { line: ["//"], block: [] } },
  glsl: { extensions: "glsl vert frag geom tesc tese comp vs fsh vsh", comments: cLike },
  go: { extensions: "go", comments: cLike },
  "go.mod": { names: "go.mod go.work", comments: { line: ["//"], block: [] } },
  graphql: { extensions: "graphql gql graphqls", comments: hash },
  groovy: {
    extensions: "groovy gvy gradle jenkinsfile nf",
    names: "Jenkinsfile",
    interpreters: "groovy",
    comments: cLike,
  },
  hack: { extensions: "hack", interpreters: "hhvm", comments: cLike },
  handlebars: {
    extensions: "handlebars hbs hjs mustache",
    comments: {
      line: [],
      block: [
        ["{{!--", "--}}"],
        ["<!--", "-->"],
      ],
    },
  },
  haskell: { extensions: "hs lhs hsc", interpreters: "runhaskell", comments: haskellLike },
  hlsl: { extensions: "hlsl hlsli fx fxh cginc compute shader usf ush", comments: cLike },
  html: {
    extensions: "html htm shtml xhtml mdoc jsp jspf ejs njk jinja jinja2 liquid",
    comments: markup,
  },
  idl: { extensions: "idl webidl odl", comments: cLike },
  ini: {
    extensions: "ini cfg conf service socket timer desktop inf editorconfig gitconfig",
    names:
      ".editorconfig .gitconfig .gitmodules .npmrc .pylintrc .flake8 .coveragerc tox.ini setup.cfg",
    comments: { line: [";", "#"], block: [] },
  },
  java: { extensions: "java jav", comments: cLike },
  javascript: {
    extensions: "js mjs cjs es6 pac",
    names: "jakefile",
    interpreters: "node nodejs deno bun",
    comments: cLike,
  },
  javascriptreact: { extensions: "jsx", comments: cLike },
  json: {
    extensions: "json webmanifest har geojson ipynb avsc jsonld topojson",
    names: ".watchmanconfig composer.lock .prettierrc .swcrc",
    comments: noComments,
  },
  json5: { extensions: "json5", comments: cLike },
  jsonc: {
    extensions: "jsonc code-workspace code-snippets eslintrc jshintrc babelrc jscsrc hintrc",
    names:
      "tsconfig.json jsconfig.json .eslintrc .eslintrc.json .babelrc .jshintrc devcontainer.json launch.json tasks.json settings.json extensions.json keybindings.json",
    comments: cLike,
  },
  jsonl: { extensions: "jsonl ndjson", comments: noComments },
  julia: {
    extensions: "jl",
    interpreters: "julia",
    comments: { line: ["#"], block: [["#=", "=#"]] },
  },
  kconfig: { names: "Kconfig", prefixes: "Kconfig.", comments: hash },
  kotlin: { extensions: "kt kts", interpreters: "kotlin", comments: cLike },
  latex: { extensions: "tex ltx sty dtx", comments: percent },
  less: { extensions: "less", comments: cLike },
  lex: { extensions: "l ll", comments: cLike },
  linkerscript: { extensions: "ld lds", comments: blockOnly },
  lisp: { extensions: "lisp lsp el", comments: { line: [";"], block: [["#|", "|#"]] } },
  log: { extensions: "log", comments: noComments },
  lua: {
    extensions: "lua rockspec luau",
    interpreters: "lua luajit",
    comments: { line: ["--"], block: [["--[[", "]]"]] },
  },
  makefile: {
    extensions: "mk mak make am",
    names: "Makefile makefile GNUmakefile OCamlMakefile Kbuild Justfile justfile",
    prefixes: "Makefile. Kbuild.",
    interpreters: "make",
    comments: hash,
  },
  markdown: {
    extensions: "md mkd mdown markdown markdn mdwn mdtxt mdtext workbook mdx mdc qmd rmd",
    comments: markup,
  },
  matlab: { extensions: "matlab mlx", comments: { line: ["%"], block: [["%{", "%}"]] } },
  meson: { names: "meson.build meson_options.txt meson.options", comments: hash },
  mojo: { extensions: "mojo", comments: hash },
  nim: { extensions: "nim nims nimble", comments: { line: ["#"], block: [["#[", "]#"]] } },
  nix: { extensions: "nix", comments: { line: ["#"], block: [["/*", "*/"]] } },
  "objective-c": { extensions: "m", comments: cLike },
  "objective-cpp": { extensions: "mm", comments: cLike },
  ocaml: { extensions: "ml mli mll mly", interpreters: "ocaml", comments: mlLike },
  pascal: {
    extensions: "pas dpr lpr",
    comments: {
      line: ["//"],
      block: [
        ["{", "}"],
        ["(*", "*)"],
      ],
    },
  },
  perl: {
    extensions: "pl pm pod t psgi p6 pl6 pm6 raku",
    interpreters: "perl raku",
    comments: { line: ["#"], block: [["=pod", "=cut"]] },
  },
  php: {
    extensions: "php php4 php5 phtml ctp phpt",
    interpreters: "php",
    comments: { line: ["//", "#"], block: [["/*", "*/"]] },
  },
  plaintext: { extensions: "txt text", comments: noComments },
  powershell: {
    extensions: "ps1 psm1 psd1 pssc psrc",
    interpreters: "pwsh powershell",
    comments: { line: ["#"], block: [["<#", "#>"]] },
  },
  prisma: { extensions: "prisma", comments: { line: ["//"], block: [] } },
  prolog: { extensions: "prolog", comments: { line: ["%"], block: [["/*", "*/"]] } },
  properties: { extensions: "properties", comments: { line: ["#", "!"], block: [] } },
  proto: { extensions: "proto proto3 protodevel", comments: cLike },
  pug: { extensions: "pug jade", comments: { line: ["//"], block: [] } },
  puppet: { extensions: "pp", comments: hash },
  python: {
    extensions: "py pyi pyw pyx pxd pxi rpy gyp gypi ipy",
    names: "SConstruct SConscript wscript",
    interpreters: "python pypy ipython",
    comments: hash,
  },
  r: { extensions: "r rhistory rprofile rt", interpreters: "Rscript", comments: hash },
  racket: { extensions: "rkt rktd rktl", comments: { line: [";"], block: [["#|", "|#"]] } },
  razor: {
    extensions: "cshtml razor",
    comments: {
      line: [],
      block: [
        ["@*", "*@"],
        ["<!--", "-->"],
      ],
    },
  },
  restructuredtext: { extensions: "rst rest", comments: { line: [".."], block: [] } },
  ruby: {
    extensions: "rb rbx rjs gemspec rake ru erb podspec rbi jbuilder rabl",
    names:
      "Rakefile rakefile Gemfile Guardfile Podfile Capfile Cheffile Vagrantfile Berksfile Fastfile Appfile Brewfile Dangerfile",
    interpreters: "ruby jruby rake",
    comments: { line: ["#"], block: [["=begin", "=end"]] },
  },
  rust: { extensions: "rs rs.in", interpreters: "rust-script", comments: cLike },
  sass: { extensions: "sass", comments: { line: ["//"], block: [["/*", "*/"]] } },
  scala: { extensions: "scala sbt sc mill", interpreters: "scala", comments: cLike },
  scheme: { extensions: "scm ss sld", comments: { line: [";"], block: [["#|", "|#"]] } },
  scss: { extensions: "scss", comments: cLike },
  shellscript: {
    extensions:
      "sh bash bashrc bash_aliases bash_profile bash_login ebuild profile zsh zshrc zprofile ksh csh tcsh fish bats command",
    names:
      "APKBUILD PKGBUILD .envrc .profile .bashrc .bash_profile .bash_aliases .zshrc .zshenv .zprofile configure configure.ac",
    interpreters: "sh bash dash ash zsh ksh mksh csh tcsh fish bats",
    comments: hash,
  },
  smithy: { extensions: "smithy", comments: { line: ["//"], block: [] } },
  solidity: { extensions: "sol", comments: cLike },
  sql: {
    extensions: "sql dsql ddl dml pgsql psql plsql pls plb pks pkb tsql mysql hql",
    comments: { line: ["--"], block: [["/*", "*/"]] },
  },
  starlark: {
    extensions: "bzl bazel star",
    names: "BUILD WORKSPACE BUILD.bazel WORKSPACE.bazel MODULE.bazel Tiltfile BUCK",
    comments: hash,
  },
  stylus: { extensions: "styl", comments: cLike },
  svelte: {
    extensions: "svelte",
    comments: {
      line: ["//"],
      block: [
        ["<!--", "-->"],
        ["/*", "*/"],
      ],
    },
  },
  swift: { extensions: "swift swiftinterface", interpreters: "swift", comments: cLike },
  systemverilog: { extensions: "sv svh", comments: cLike },
  tcl: { extensions: "tcl tk exp", interpreters: "tclsh wish expect", comments: hash },
  terraform: {
    extensions: "tf tfvars hcl tofu nomad",
    comments: { line: ["#", "//"], block: [["/*", "*/"]] },
  },
  thrift: { extensions: "thrift", comments: { line: ["//", "#"], block: [["/*", "*/"]] } },
  toml: {
    extensions: "toml",
    names: "Cargo.lock Pipfile poetry.lock uv.lock pdm.lock Gopkg.lock",
    comments: hash,
  },
  typescript: { extensions: "ts mts cts", interpreters: "ts-node tsx", comments: cLike },
  typescriptreact: { extensions: "tsx", comments: cLike },
  typst: { extensions: "typ", comments: cLike },
  vala: { extensions: "vala vapi", comments: cLike },
  vb: { extensions: "vb vbs bas cls vba frm", comments: { line: ["'", "REM"], block: [] } },
  verilog: { extensions: "v vh", comments: cLike },
  vhdl: { extensions: "vhd vhdl", comments: dashDash },
  viml: { extensions: "vim", names: ".vimrc _vimrc vimrc", comments: { line: ['"'], block: [] } },
  vue: {
    extensions: "vue",
    comments: {
      line: ["//"],
      block: [
        ["<!--", "-->"],
        ["/*", "*/"],
      ],
    },
  },
  wat: { extensions: "wat wast", comments: { line: [";;"], block: [["(;", ";)"]] } },
  wgsl: { extensions: "wgsl", comments: cLike },
  xml: {
    extensions:
      "xml xsd xsl xslt wsdl dtd ascx atom axml axaml bpmn cpt csl csproj vbproj fsproj vcxproj vcxproj.filters sqlproj shproj props targets nuspec resx xaml xib storyboard svg plist rss tmx xlf xliff xul ui qrc wxs dita ditamap rng iml pom launch config manifest mdpolicy entitlements opf ncx tld jelly",
    names: ".classpath .project",
    comments: markup,
  },
  yacc: { extensions: "y yy ypp", comments: cLike },
  yaml: {
    extensions: "yaml yml eyaml eyml cff clang-format clang-tidy yaml-tmlanguage",
    names: ".clang-format .clang-tidy .clangd _clang-format glide.lock pubspec.lock .yamllint",
    comments: hash,
  },
  zig: { extensions: "zig zon", comments: { line: ["//"], block: [] } },
} as const satisfies Readonly<Record<string, LanguageFacts>>;

/** One row of the table: space-separated words that name the language. */
export interface LanguageFacts {
  /** Lower-case, without the first dot. */
  readonly extensions?: string;
  /** Whole file names. */
  readonly names?: string;
  /** What file names start with. */
  readonly prefixes?: string;
  /** Programs in a `#!` line, without version digits. */
  readonly interpreters?: string;
  readonly comments: CommentForms;
}

/** A VS Code language id, or the id that a widespread extension registered for that language. */
export type LanguageId = keyof typeof languageTable;

/** Every language by id. The literal types are forgotten so that absent columns can be read. */
export const languageFacts: Readonly<Record<LanguageId, LanguageFacts>> = languageTable;

import assert from "node:assert/strict";
import { test } from "node:test";
import { functionAround } from "../../../server/answer/holder.ts";
import { fitOf, importedFrom, type Target } from "../../../server/answer/imports.ts";
import { useLinesOf, type UseLine } from "../../../server/answer/useLines.ts";
import { SourceFile } from "../../../server/recall/sourceFile.ts";
import { placeOf } from "./places.ts";

const load: Target = { name: "load", path: "src/config/loader.ts", container: "" };

function uses(text: string, target: Target, language = "typescript", path = "src/a.ts"): UseLine[] {
  return useLinesOf(placeOf(text, { language, path }), target);
}

/** One word for each use: what it does and how sure that is. */
function told(text: string, target: Target, language = "typescript", path = "src/a.ts"): string[] {
  return uses(text, target, language, path).map(({ kind, sureness }) => `${kind} ${sureness}`);
}

test("comments, longer strings and definitions are no uses", () => {
  const text = [
    "// load() reads it",
    "/* load() */ x();",
    "log('cannot load it');",
    "const s = `load ${load(1)}`;",
    "function load() {",
    "  load(): void {",
    "}",
  ].join("\n");
  assert.deepEqual(
    uses(text, load).map(({ line }) => line),
    [3],
  );
  const docstring = 'def f():\n    """Calls ``load``\n    or load() again."""\n    load()\n';
  assert.deepEqual(
    uses(docstring, load, "python", "a.py").map(({ line }) => line),
    [3],
  );
});

test("a name as a whole string is named: settings and registries hold names so", () => {
  assert.deepEqual(told("get('load'); x('use load', 'load-only')", load), ["named name"]);
  assert.deepEqual(told("A = 'scrapy.core.Load'", { ...load, name: "Load" }, "python", "s.py"), [
    "named name",
  ]);
});

test("declarations in headers and interfaces are no calls", () => {
  const parse = { name: "Parse", path: "src/parser.cc", container: "pb" };
  const text = [
    "  bool Parse(const string& data);",
    "void Parser::Parse(int x) const {",
    "  return Parse(x);",
    "  auto y = pool->Parse(x);",
    "  if (!Parse(x)) {",
  ].join("\n");
  assert.deepEqual(
    uses(text, parse, "cpp", "src/parser.h").map(({ line }) => line),
    [2, 3, 4],
  );
  assert.deepEqual(told("interface A {\n  load(\n    url: string,\n  ): void\n}", load), []);
});

test("an import, an owner or the same file makes a use sure; another import makes it another name", () => {
  const imports = (from: string): string => `import { load } from "${from}";\nload(1);\n`;
  assert.deepEqual(told(imports("../config/loader.js"), load), ["imports sure", "calls sure"]);
  assert.deepEqual(told(imports("js-yaml"), load), []);
  assert.deepEqual(told(imports("../index.js"), load), ["imports likely", "calls likely"]);
  assert.deepEqual(told("load(1)", load), ["calls name"]);
  assert.deepEqual(told("load(1)", load, "typescript", load.path), ["calls sure"]);
  const fetch = { name: "fetch", path: "net/download.py", container: "Downloader" };
  assert.deepEqual(told("self.downloader.fetch(x)\nhttp.fetch(y)", fetch, "python", "b.py"), [
    "calls sure",
    "calls name",
  ]);
  const spawn = { name: "spawn", path: "tokio/src/task/spawn.rs", container: "" };
  assert.deepEqual(told("std::thread::spawn(f);\ntokio::spawn(g);", spawn, "rust", "x.rs"), [
    "calls name",
  ]);
});

test("a name of several words is hardly given twice", () => {
  const retry = { name: "retryWithDelay", path: "src/retry.ts", container: "" };
  assert.deepEqual(told("x.retryWithDelay()", retry), ["calls likely"]);
});

test("who extends a class is told from who makes one", () => {
  const spider = { name: "Spider", path: "spiders/__init__.py", container: "" };
  assert.deepEqual(
    told("class InitSpider(Spider):\n  x = Spider()\n", spider, "python", "b.py").map(
      (word) => word.split(" ")[0],
    ),
    ["extends", "calls"],
  );
  const base = { name: "BaseShop", path: "a.ts", container: "" };
  assert.equal(told("class Shop extends BaseShop {", base)[0]?.split(" ")[0], "extends");
});

test("tests that stand in a Rust source file are tests, and an impl block of the type is no use", () => {
  const text =
    "fn a() { go(); }\n#[cfg(test)]\nmod tests {\n    fn b() { go(); }\n}\nimpl Read for go {\n";
  const lines = uses(text, { name: "go", path: "y.rs", container: "" }, "rust", "x.rs");
  assert.deepEqual(
    lines.map(({ role }) => role),
    ["source", "test"],
  );
});

test("the function around a line is found by indentation, a signature of several lines included", () => {
  const around = (text: string, line: number, language = "typescript"): string | undefined =>
    functionAround(new SourceFile("root", "a", text, language), line);
  const text = [
    "class A {",
    "  async load(",
    "    url: string,",
    "  ): Promise<void> {",
    "    warn(",
    "      1,",
    "    );",
    "    if (url) {",
    "      go(url);",
    "    }",
    "  }",
    "}",
  ].join("\n");
  assert.equal(around(text, 8), "load");
  assert.equal(around(text, 2), "load");
  assert.equal(around(text, 1), undefined);
  assert.equal(around("def f():\n    with open(x) as y:\n        go()", 2, "python"), "f");
  assert.equal(around("fn f() {\n    match x {\n        Some(y) => go(y),\n", 2, "rust"), "f");
  assert.equal(around("const f = async (x) => {\n  go(x);\n};", 1), "f");
  assert.equal(around("go();", 0), undefined);
});

test("what a file imports a name from is read in each language's way", () => {
  const from = (text: string, name: string, language: string): string | undefined =>
    importedFrom(new SourceFile("root", "a", text, language), name);
  assert.equal(
    from("import {\n  a,\n  load,\n} from './x/loader'\n", "load", "typescript"),
    "./x/loader",
  );
  assert.equal(
    from("import loads from './y'; import { load } from './x'", "load", "typescript"),
    "./x",
  );
  assert.equal(from("const { load } = require('./x')", "load", "javascript"), "./x");
  assert.equal(from("from a.b import (\n  x,\n  load,\n)", "load", "python"), "a.b");
  assert.equal(from("import os.path\n", "path", "python"), "os.path");
  assert.equal(from("use crate::task::{a, spawn};", "spawn", "rust"), "crate::task");
  assert.equal(
    from("use tokio::sync::Semaphore;\nuse a::b as c;", "Semaphore", "rust"),
    "tokio::sync",
  );
  assert.equal(from("import com.shop.Cart;", "Cart", "java"), "com.shop.Cart");
  assert.equal(from("load(1)", "load", "typescript"), undefined);
  const target = { name: "load", path: "scrapy/utils/misc.py", container: "" };
  assert.equal(fitOf("scrapy.utils.misc", target), "fits");
  assert.equal(fitOf("scrapy.utils", target), "perhaps");
  assert.equal(fitOf("yaml", target), "other");
});

for (const [language, unit] of [
  ["typescript", "import load "],
  ["typescript", "const load = "],
  ["python", "from load import (load\n"],
  ["rust", "use load::{load\n"],
] as const) {
  test(`many lines of ${JSON.stringify(unit)} are read in bounded time`, () => {
    const file = new SourceFile("root", "a", unit.repeat(20_000), language);
    const start = process.cpuUsage().user;
    importedFrom(file, "loader");
    assert.ok(process.cpuUsage().user - start < 2_000_000);
  });
}

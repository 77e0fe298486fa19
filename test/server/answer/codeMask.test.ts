import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { codeMaskOf } from "../../../server/answer/codeMask.ts";
import { SourceFile } from "../../../server/recall/sourceFile.ts";

/** Returns the text with everything that is not code replaced by `·`. */
function codeIn(text: string, language: string): string {
  const mask = codeMaskOf(new SourceFile("root", "file", text, language));
  return [...text]
    .map((unit, at) => (unit === "\n" || mask.classAt(at) === "code" ? unit : "·"))
    .join("");
}

const examples: readonly (readonly [language: string, text: string, code: string])[] = [
  ["typescript", "a(); // load()\nb('x'); /* c() */ d()", "a(); ·········\nb(···); ········· d()"],
  ["typescript", "f(`x ${g(`y${h}`)} z`, i)", "f(·····g(····h··)····, i)"],
  ["typescript", "`${{ a: 1 }.a}`; b()", "···{ a: 1 }.a··; b()"],
  [
    "javascript",
    "x = /['\"`]/; y('a')\nz = a / b; w = c / d",
    "x = ·······; y(···)\nz = a / b; w = c / d",
  ],
  ["typescript", 'let s = "open\nnext()', "let s = ·····\nnext()"],
  [
    "python",
    'def f():\n  """calls g()\n  h()"""\n  g("x") # g()',
    "def f():\n  ············\n········\n  g(···) ·····",
  ],
  ["python", "x = 'it''s'; y()", "x = ·······; y()"],
  [
    "rust",
    "fn f<'a>(x: &'a str) { g('\\'', '\"'); h(\"a\nb\") }",
    "fn f<'a>(x: &'a str) { g(····, ···); h(··\n··) }",
  ],
  ["rust", 'x(r#"a "b" c"#); y()', "x(············); y()"],
  [
    "cpp",
    "p(R\"cc(\n  call();\n)cc\"); n = 1'000'000; q('c')",
    "p(·····\n·········\n····); n = 1'000'000; q(···)",
  ],
  ["go", 'a(`raw\nb()`, "s")', "a(····\n····, ···)"],
  ["shellscript", "if [ $# -gt 1 ]; then a; fi # b", "if [ $# -gt 1 ]; then a; fi ···"],
];
for (const [language, text, code] of examples) {
  test(`what is code in ${language}: ${JSON.stringify(text).slice(0, 40)}`, () => {
    assert.equal(codeIn(text, language), code);
  });
}

test("a line of code is as long as the line, and a string is told whole", () => {
  const file = new SourceFile("root", "a.ts", "x\n  load('vite.load') // load\n", "typescript");
  const mask = codeMaskOf(file);
  assert.equal(mask.codeOf(1), "  load(           )        ");
  assert.equal(mask.stringAt(file.text.indexOf("vite")), "'vite.load'");
  assert.equal(mask.stringAt(0), "");
});

test("any text in any language has a class for each character, in linear time", () => {
  const languages = ["typescript", "python", "rust", "cpp", "go", "markdown", "plaintext", "vue"];
  const piece = fc.constantFrom(
    "`",
    "${",
    "}",
    "{",
    '"',
    "'",
    "/",
    "*/",
    "/*",
    "#",
    "\\",
    "\n",
    "a",
    'R"(',
    ')"',
    '"""',
    'r#"',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 60 }),
      fc.constantFrom(...languages),
      (pieces, language) => {
        const text = pieces.join("");
        assert.equal(codeIn(text, language).length, text.length);
      },
    ),
  );
});

for (const unit of ["`", "${", "/", "/[", "\"'", 'r#"', "/*", "#", "{", 'R"a(']) {
  test(`a long run of ${unit} is classified in linear time`, () => {
    const time = (n: number): number => {
      const file = new SourceFile(
        "root",
        "a",
        unit.repeat(n),
        unit.includes("r#") ? "rust" : unit.startsWith("R") ? "cpp" : "typescript",
      );
      const start = process.cpuUsage().user;
      codeMaskOf(file).codeOf(0);
      return process.cpuUsage().user - start;
    };
    time(2_000);
    const small = Math.max(time(20_000), 2_000);
    assert.ok(
      time(200_000) < small * 100,
      "ten times the text takes far more than ten times as long",
    );
  });
}

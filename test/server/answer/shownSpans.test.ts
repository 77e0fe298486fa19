import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { definitionAt } from "../../../server/answer/definition.ts";
import type { Place } from "../../../server/answer/reading.ts";
import { shownSpansOf } from "../../../server/answer/shownSpans.ts";
import { placeOf, termsOf } from "./places.ts";

/** What is shown of a place, one text for each span. */
function shown(place: Place, question: string): string[] {
  const { spans } = shownSpansOf(place, definitionAt(place), termsOf(question));
  return spans.map((range) => place.file.textOf(range));
}

const filler = (n: number, indent: string): string[] =>
  Array.from({ length: n }, (_, i) => `${indent}step${i}();`);

const shop = [
  "export class Shop {",
  "  readonly #stock = new Map();",
  ...filler(20, "  // "),
  "  open() {",
  ...filler(12, "    "),
  "  }",
  "",
  "  /** Takes money back. */",
  "  refund(order) {",
  "    if (order.isPaid) {",
  "      this.payments.send(",
  "        order.customer,",
  "        -order.amount,",
  "      );",
  "    }",
  "  }",
  "",
  "  close() {",
  ...filler(12, "    "),
  "  }",
  "}",
].join("\n");

test("of a class the signature and the method that answers are shown, whole and with its comment", () => {
  const spans = shown(
    placeOf(shop, { name: "Shop", kind: "class" }),
    "how does a refund reach the customer?",
  );
  assert.equal(spans.length, 2);
  assert.equal(spans[0], "export class Shop {");
  assert.equal(
    spans[1],
    [
      "  /** Takes money back. */",
      "  refund(order) {",
      "    if (order.isPaid) {",
      "      this.payments.send(",
      "        order.customer,",
      "        -order.amount,",
      "      );",
      "    }",
      "  }",
    ].join("\n"),
  );
});

test("a class's own name in the question chooses no lines: its beginning is shown", () => {
  const text = shop.replace("step9();\n  }\n\n  /**", "new Shop(); Shop.all();\n  }\n\n  /**");
  const [first = ""] = shown(placeOf(text, { name: "Shop", kind: "class" }), "what is Shop?");
  assert.ok(first.startsWith("export class Shop {\n  readonly #stock = new Map();"), first);
});

test("the word for what sort of definition is meant chooses no lines", () => {
  const text = shop.replace("step9();\n  }\n\n  /**", "this.class = 1;\n  }\n\n  /**");
  const [first = ""] = shown(
    placeOf(text, { name: "Shop", kind: "class" }),
    "what is the class Shop?",
  );
  assert.ok(first.startsWith("export class Shop {\n  readonly #stock"), first);
});

test("a statement is not cut where its end is near", () => {
  const body = [
    ...filler(15, "  "),
    "  const limit = readLimit(",
    "    settings,",
    "    quota,",
    "  );",
    ...filler(30, "  "),
  ];
  const text = `function run(user) {\n${body.join("\n")}\n}`;
  const [, lines = ""] = shown(placeOf(text, { name: "run" }), "where is the limit read?");
  assert.ok(lines.includes("  const limit = readLimit(\n    settings,\n    quota,\n  );"), lines);
  assert.match(lines.split("\n")[0] ?? "", /^ {2}(?:const|step)/);
});

test("a comment that answers is shown with what it speaks of", () => {
  const body = [
    ...filler(20, "  "),
    "  // Choose a fair branch first.",
    "  const start = random();",
  ];
  const text = `function run() {\n${[...body, ...filler(20, "  ")].join("\n")}\n}`;
  const [, lines = ""] = shown(placeOf(text, { name: "run" }), "how is a fair branch chosen?");
  assert.ok(lines.includes("  // Choose a fair branch first.\n  const start = random();"), lines);
});

test("examples in documentation count less than the code that does it", () => {
  const docs = [
    "    /// Takes a permit:",
    "    /// let permit = semaphore.acquire();",
    "    /// permit.release(); semaphore.acquire();",
  ];
  const text = [
    "impl Semaphore {",
    ...docs,
    "    pub fn first(&self) {}",
    ...Array.from({ length: 25 }, (_, i) => `    pub fn f${i}(&self) {}`),
    "    pub fn acquire(&self) -> Permit {",
    "        self.permit.release();",
    "    }",
    "}",
  ].join("\n");
  const place = placeOf(text, {
    name: "Semaphore",
    kind: "module",
    language: "rust",
    path: "a.rs",
  });
  assert.ok(shown(place, "how is a permit released on acquire?").at(-1)?.includes("self.permit"));
});

test("a python function is shown with the block that answers", () => {
  const text = [
    "def crawl(self):",
    ...filler(24, "    "),
    "    if self.slot.is_idle():",
    "        self.signals.send(",
    "            spider_idle,",
    "        )",
    "    return None",
  ].join("\n");
  const place = placeOf(text, { name: "crawl", language: "python", path: "a.py" });
  const last = shown(place, "when is the idle signal sent?").at(-1) ?? "";
  assert.ok(
    last.includes(
      "    if self.slot.is_idle():\n        self.signals.send(\n            spider_idle,\n        )",
    ),
    last,
  );
});

test("of a comment of many pages the beginning is told", () => {
  const comment = ["/// A handle to a task.", "///", ...filler(120, "/// ")];
  const text = [...comment, "pub struct Handle {", "}"].join("\n");
  const place = placeOf(text, { name: "Handle", kind: "struct", language: "rust" });
  assert.ok(
    definitionAt({ ...place, symbol: handle(place) })?.doc?.text.startsWith("A handle to a"),
  );
});

/** The definition without the comment, as a file's symbols have it when the comment is far away. */
function handle(place: Place): NonNullable<Place["symbol"]> {
  const symbol = place.symbol as NonNullable<Place["symbol"]>;
  return { ...symbol, range: place.file.linesRange(122, 123) };
}

test("a short definition is shown whole, and no first answer is longer than 30 lines", () => {
  const short = `function run() {\n${filler(18, "  ").join("\n")}\n}`;
  assert.deepEqual(shown(placeOf(short, { name: "run" }), "where is step3?"), [short]);
  const line = fc.constantFrom(
    "  if (a) {",
    "  }",
    "",
    "    load(",
    "    );",
    "// load",
    "x = `",
    "  /*",
    "*/",
    "load();",
    "\tload([",
    "])",
    "def f():",
  );
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 90 }),
      fc.constantFrom("typescript", "python", "rust", "plaintext"),
      (lines, language) => {
        const place = placeOf(`function run() {\n${lines.join("\n")}`, { name: "run", language });
        const definition = definitionAt(place);
        const { spans } = shownSpansOf(place, definition, termsOf("where is load?"));
        let last = -1;
        let n = 0;
        for (const { start, end } of spans) {
          assert.ok(start.line > last, "spans are in order and apart");
          last = end.line;
          n += end.line - start.line + 1;
        }
        assert.ok(n <= 30 && last < place.file.nLines, `${n} lines`);
      },
    ),
  );
});

test("of a place that begins before what it is named for only that is shown", () => {
  const help = ["# Streams", "Words about streams.", "", "# Levels", "Words about levels.", ""];
  const whole = placeOf(help.join("\n"), { name: "Levels", kind: "section" });
  const start = { line: 3, character: 0 };
  const place = { ...whole, symbol: { ...whole.symbol, range: { start, end: whole.range.end } } };
  assert.deepEqual(shown(place as Place, "what are levels?"), ["# Levels\nWords about levels."]);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Place } from "../../../server/answer/reading.ts";
import type { Ask } from "../../../server/answer/ask.ts";
import { inOrderOfAnswer, isSamePlace, withoutRepeats } from "../../../server/answer/mainPlace.ts";
import { typeOfBlock } from "../../../server/answer/typeOfBlock.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { parseQuestion } from "../../../server/recall/question.ts";
import { placeOf, termsOf } from "./places.ts";

const hashText = await createHashText();

/** The names of the definitions in the order in which they answer. */
function order(question: string, places: readonly Place[]): (string | undefined)[] {
  const ask = {
    question: parseQuestion(question),
    terms: termsOf(question),
    result: { recalls: places.map(({ recall }) => recall) },
  } as unknown as Ask;
  return inOrderOfAnswer(ask).map(({ citation }) => citation.symbol?.name);
}

const constant = placeOf("const CONFIG_LOADED = 1", {
  name: "CONFIG_LOADED",
  kind: "constant",
  score: 1.1,
});
const load = placeOf("function loadConfigFromFile() {}", {
  name: "loadConfigFromFile",
  path: "src/b.ts",
});

test("how something is done is answered by a function before a constant that is a little nearer", () => {
  assert.deepEqual(order("how is the config loaded?", [constant, load])[0], "loadConfigFromFile");
  assert.deepEqual(order("where is the config loaded?", [constant, load])[0], "CONFIG_LOADED");
});

test("a constant that is far nearer stays first", () => {
  const near = placeOf("const x = 1", { name: "x", kind: "constant", score: 3 });
  assert.equal(order("how is the config loaded?", [near, load])[0], "x");
});

test("what something is is answered by the definition of that name, in words or in code", () => {
  const method = placeOf("_getModuleGraph() {}", {
    name: "_getModuleGraph",
    kind: "method",
    score: 1.3,
  });
  const graph = placeOf("class ModuleGraph {}", { name: "ModuleGraph", kind: "class" });
  assert.equal(order("what is the module graph?", [method, graph])[0], "ModuleGraph");
  assert.equal(order("what is `ModuleGraph`?", [method, graph])[0], "ModuleGraph");
});

test("code in a sample comes after the code that it shows", () => {
  const sample = placeOf("function load() {}", {
    name: "load",
    path: "playground/a/main.ts",
    score: 1.1,
  });
  assert.equal(order("how is the file loaded?", [sample, load])[0], "loadConfigFromFile");
});

test("a definition that was found besides the recalled places comes first when it has the name", () => {
  const chip = placeOf("function citationChip() {}", { name: "citationChip", score: 3 });
  const citation = placeOf("interface Citation {}", { name: "Citation", kind: "interface" });
  const question = "what is a citation?";
  const ask = {
    question: parseQuestion(question),
    terms: termsOf(question),
    result: { recalls: [chip.recall] },
  } as unknown as Ask;
  const [first] = inOrderOfAnswer(ask, [citation.recall]);
  assert.equal(first?.citation.symbol?.name, "Citation");
});

test("two chunks of one definition are one place", () => {
  const whole = placeOf("class A {\n a() {}\n b() {}\n}", { name: "A", kind: "class" });
  const part = {
    ...whole.recall,
    citation: { ...whole.recall.citation, range: whole.file.linesRange(2, 2) },
  };
  const other = placeOf("class A {\n}", { name: "A", kind: "class", path: "src/b.ts" });
  assert.ok(isSamePlace(whole.recall, part));
  assert.deepEqual(withoutRepeats([whole.recall, part, other.recall]), [
    whole.recall,
    other.recall,
  ]);
});

test("an impl block leads to its type in the same file", () => {
  const text = "/// struct Permit is held\npub struct Permit {\n    n: u32,\n}\n\nimpl Permit {\n}";
  const block = placeOf(text, {
    language: "rust",
    name: "Permit",
    kind: "module",
    first: 5,
    last: 6,
  });
  const type = typeOfBlock(block, hashText);
  assert.equal(type?.symbol?.kind, "struct");
  assert.deepEqual([type?.range.start.line, type?.range.end.line], [1, 3]);
  assert.equal(
    typeOfBlock(placeOf("struct P {}", { language: "rust", name: "P", kind: "struct" }), hashText),
    undefined,
  );
});

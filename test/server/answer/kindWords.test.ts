import assert from "node:assert/strict";
import { test } from "node:test";
import type { SymbolKind } from "../../../protocol/types.ts";
import { kindOf, nameOf } from "../../../server/answer/kindWords.ts";
import { placeOf } from "./places.ts";

const examples: readonly (readonly [
  language: string,
  text: string,
  name: string,
  kind: SymbolKind,
  says: string,
])[] = [
  ["rust", "unsafe impl<T> Send for Arena<T> {}", "Arena", "module", "an `impl` block"],
  ["rust", "/// A type.\npub(crate) struct Wheel {\n}", "Wheel", "struct", "a struct"],
  ["rust", "pub trait Read {}", "Read", "interface", "a trait"],
  ["rust", "mod tests {}", "tests", "module", "a module"],
  ["rust", "union Bits {}", "Bits", "struct", "a union"],
  ["swift", "protocol Shape {}", "Shape", "interface", "a protocol"],
  ["go", "type Reader interface {", "Reader", "interface", "an interface"],
  ["go", "type Shop struct {", "Shop", "struct", "a struct"],
  ["kotlin", "enum class Color { RED }", "Color", "enum", "an enum"],
  ["kotlin", "object Registry {}", "Registry", "class", "an object"],
  ["cpp", "namespace google {", "google", "module", "a namespace"],
  ["c", "typedef struct upb_Arena upb_Arena;", "upb_Arena", "type", "a struct"],
  ["typescript", "export default class Shop {}", "Shop", "class", "a class"],
  ["typescript", "type Id = string; // class", "Id", "type", "a type"],
  ["csharp", "public record Point(int X);", "Point", "class", "a record"],
];
for (const [language, text, name, kind, says] of examples) {
  test(`${text.split("\n").at(-1) ?? ""} is ${says} in ${language}`, () => {
    assert.equal(kindOf(placeOf(text, { language, name, kind })), says);
  });
}

test("a field is called what its language calls it, and a function in a namespace is no method", () => {
  const field = { name: "port", kind: "field", container: "Options" } as const;
  assert.equal(kindOf(placeOf("port: number;", field)), "a property of `Options`");
  assert.equal(
    kindOf(placeOf("port = 1", { ...field, language: "python" })),
    "an attribute of `Options`",
  );
  assert.equal(
    kindOf(placeOf("int Parse() {}", { name: "Parse", container: "google", language: "cpp" })),
    "a function in `google`",
  );
});

test("an impl block is called by what it says of itself", () => {
  const text = "impl AsyncRead for TcpStream {\n}";
  const options = { language: "rust", name: "TcpStream", kind: "module" } as const;
  assert.equal(nameOf(placeOf(text, options)), "impl AsyncRead for TcpStream");
  assert.equal(nameOf(placeOf("mod TcpStream {}", options)), "TcpStream");
});

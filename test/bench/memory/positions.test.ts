import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { definedOnce, definitionsIn } from "../../../bench/memory/definitions.ts";
import { choosePositions, type PositionWish } from "../../../bench/memory/positions.ts";

const files = [
  { path: "lib.ts", text: "export function openLedger(path) {\n}\nconst localOnly = 1;\n" },
  {
    path: "use.ts",
    text: 'import { openLedger } from "./lib";\n\n// openLedger is a comment\nfoo(openLedger(  ));  \nlocalOnly;\n',
  },
  { path: "both.ts", text: "class Shared {}\n" },
  { path: "twice.ts", text: "class Shared {}\nnew Shared();\n" },
];

function wish(change: Partial<PositionWish> = {}): PositionWish {
  return {
    files,
    definitions: definedOnce(files),
    n: 100,
    seed: 1,
    isSeen: (_path, prefix, name) => prefix.includes(name),
    ...change,
  };
}

describe("definitions", () => {
  for (const [line, name] of [
    ["export default async function readAll() {", "readAll"],
    ["    def parse_line(self, text):", "parse_line"],
    ["pub(crate) struct Frame<'a> {", "Frame"],
    ["func (s *Server) Listen(addr string) error {", "Listen"],
    ["#define MAX_WIDTH 80", "MAX_WIDTH"],
    ["DEFAULT_PORT = 80", "DEFAULT_PORT"],
    ["  public static List<String> namesOf(Item item) {", "namesOf"],
    ["static int *find_slot(struct table *t) {", "find_slot"],
    ["export const limits = {", "limits"],
  ] as const) {
    it(`knows ${name} in “${line.trim()}”`, () => {
      assert.deepEqual(definitionsIn({ path: "a", text: `\n${line}` }), [
        { name, path: "a", line: 1 },
      ]);
    });
  }

  for (const line of [
    "  return makeThing(a) {",
    "callThing(a);",
    "  const inner = 1;",
    "if (ready) {",
  ])
    it(`sees none in “${line.trim()}”`, () => {
      assert.deepEqual(definitionsIn({ path: "a", text: line }), []);
    });

  it("leaves out names that several files define", () => {
    assert.deepEqual([...definedOnce(files).keys()].sort(), ["localOnly", "openLedger"]);
  });
});

describe("places to complete", () => {
  it("end a line with a name of another file that was not to be seen", () => {
    for (let seed = 1; seed <= 30; seed++) {
      for (const { path, prefix, answer, definition } of choosePositions(wish({ seed }))) {
        const { text } = files.find((file) => file.path === path) ?? { text: "" };
        assert.ok(text.startsWith(prefix + answer));
        assert.match(text.slice(prefix.length + answer.length), /^ *\n/);
        assert.ok(answer.includes(definition.name));
        assert.ok(!prefix.includes(definition.name));
        assert.notEqual(definition.path, path);
      }
    }
  });

  it("are cut at the borders of words, at all of them in time", () => {
    const definition = { name: "openLedger", path: "lib.ts", line: 0 };
    const only = { definitions: new Map([["openLedger", definition]]) };
    const answers = new Set<string>();
    for (let seed = 1; seed <= 60; seed++)
      for (const { answer } of choosePositions(wish({ ...only, seed }))) answers.add(answer);
    assert.deepEqual([...answers].sort(), [
      ' { openLedger } from "./lib";',
      'openLedger } from "./lib";',
    ]);
  });

  it("leave comments out and say which lines import", () => {
    const places = choosePositions(wish({ isSeen: () => false, seed: 3 }));
    assert.equal(places.length, 3);
    assert.ok(places.every(({ prefix }) => !(prefix.split("\n").at(-1) ?? "").startsWith("//")));
    for (const { prefix, isImport } of places)
      assert.equal(isImport, (prefix.split("\n").at(-1) ?? "").startsWith("import"));
  });

  it("have each name twice at most", () => {
    const text = "openLedger();\nopenLedger();\nopenLedger();\n";
    const more = [...files, { path: "more.ts", text }];
    const places = choosePositions(wish({ files: more, isSeen: () => false }));
    const names = places.map(({ definition }) => definition.name);
    assert.equal(names.filter((name) => name === "openLedger").length, 2);
  });

  it("are the same for the same seed, and at most so many", () => {
    assert.deepEqual(choosePositions(wish()), choosePositions(wish()));
    assert.equal(choosePositions(wish({ n: 1 })).length, 1);
    assert.deepEqual(choosePositions(wish({ n: 0 })), []);
  });
});

import assert from "node:assert/strict";
import path from "node:path";
import { describe, it } from "node:test";
import { folderAddress, wishOf, type Wish } from "../../scripts/startWish.ts";

const cwd = path.resolve("/home/u");
const folders = [path.resolve("/home/u/my project"), path.resolve("/home/u/app")];
const files = [path.resolve("/home/u/notes and plans.txt")];

function wish(...args: string[]): Wish {
  return wishOf(args, {
    cwd,
    ownFolder: path.resolve("/lore"),
    kindOf: (absolute) =>
      folders.includes(absolute) ? "folder" : files.includes(absolute) ? "other" : undefined,
  });
}

describe("npm start", () => {
  it("opens the editor on the named folder, or on Lore's own source", () => {
    assert.deepEqual(wish(), { kind: "editor", folder: path.resolve("/lore") });
    assert.deepEqual(wish("app"), { kind: "editor", folder: folders[1] });
    assert.deepEqual(wish("my project"), { kind: "editor", folder: folders[0] });
  });

  it("answers a question about the named folder, or about Lore's own source", () => {
    assert.deepEqual(wish("app", "-1 as result?"), {
      kind: "answer",
      folder: folders[1],
      question: "-1 as result?",
    });
    const question = "where is the cache cleared?";
    assert.deepEqual(wish(question), { kind: "answer", folder: path.resolve("/lore"), question });
  });

  for (const [args, sentence] of [
    [["ap"], /There is no folder .*ap\. Check/],
    [["ap", "where is it?"], /There is no folder .*ap\. Check/],
    [["app", "where", "is", "it?"], /put it in quotes/],
    [["app", " "], /The question is empty/],
    [["notes and plans.txt"], /is not a folder/],
    [["notes and plans.txt", "q"], /is not a folder/],
    [["--jsn"], /has no option --jsn/],
  ] as const) {
    it(`says what is wrong with: ${args.join(" ")}`, () => {
      const found = wish(...args);
      assert.ok(found.kind === "wrong", found.kind);
      assert.match(found.sentence, sentence);
    });
  }

  it("shows its usage", () => assert.deepEqual(wish("--help"), { kind: "help" }));
});

describe("the address of a folder", () => {
  it("leads back to the folder, whatever its name", () => {
    for (const folder of ["/home/u/a b", "/tmp/ü#?&%41+=\u{1f600}", "C:\\Users\\u\\x y"]) {
      const address = new URL(folderAddress("http://127.0.0.1:8080", folder));
      assert.equal(address.origin, "http://127.0.0.1:8080");
      assert.equal(address.pathname, "/");
      assert.equal(address.searchParams.get("folder"), folder);
    }
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { codeStopWords, englishStopWords, termsOfWord } from "../../../server/ingest/terms.ts";
import { TermScanner, type CommentMarks } from "../../../server/ingest/termScanner.ts";

const slash: CommentMarks = { line: ["//"], block: [["/*", "*/"]], prose: false };
const prose: CommentMarks = { line: [], block: [], prose: true };

function scan(text: string, marks = slash): { comment: string[]; body: string[] } {
  const [column] = new TermScanner().scan(text, [0, text.length], marks);
  const words = (terms: string): string[] => terms.split(" ").filter(Boolean);
  return { comment: words(column?.comment ?? ""), body: words(column?.body ?? "") };
}

test("comments and code go to their own columns", () => {
  const { comment, body } = scan("// retries twice\nsend(packet); /* then waits */ done();");
  assert.deepEqual(comment, ["retri", "twice", "wait"]);
  assert.deepEqual(body, ["send", "packet", "done"]);
});

test("a comment mark inside a string is code", () => {
  assert.deepEqual(scan('open("http://host"); // note').comment, ["note"]);
});

test("an apostrophe does not hide the rest of the file", () => {
  assert.deepEqual(scan("// don't\nfn f<'a>() {}\n// after").comment, ["don", "after"]);
});

test("a block comment goes on in the next chunk", () => {
  const text = "/* first\nsecond */ code";
  const columns = new TermScanner().scan(text, [0, 9, 9, text.length], slash);
  assert.equal(columns[1]?.comment.trim(), "second");
  assert.equal(columns[1]?.body.trim(), "code");
});

test("keywords are kept in comments and dropped in code", () => {
  const { comment, body } = scan("static void go(); // static files");
  assert.deepEqual(body, ["go"]);
  assert.deepEqual(comment, ["static", "file"]);
});

test("prose has no comments", () => {
  assert.deepEqual(scan("see http://host // there", prose).comment, []);
});

test("a term is written once for a chunk, and again for the next", () => {
  const text = "alpha ".repeat(50);
  const columns = new TermScanner().scan(text, [0, 150, 150, 300], slash);
  const counts = columns.map((column) => column.body.trim().split(" ").length);
  assert.deepEqual(counts, [1, 1]);
});

test("the scanner finds exactly the terms of each word", () => {
  const word = fc.oneof(
    fc.stringMatching(/^[A-Za-z_$][A-Za-z0-9_$]{0,30}$/),
    fc.constantFrom("数据库", "größe", "x", "é", "🙂🙂", "déjàVu", "日本語コード"),
  );
  const scanner = new TermScanner();
  fc.assert(
    fc.property(fc.array(word, { maxLength: 40 }), (words) => {
      const text = words.join(" ; ");
      const [column] = scanner.scan(text, [0, text.length], prose);
      const found = new Set((column?.body ?? "").split(" ").filter(Boolean));
      const expected = new Set(
        words
          .filter(
            (each) =>
              !englishStopWords.has(each.toLowerCase()) && !codeStopWords.has(each.toLowerCase()),
          )
          .flatMap(termsOfWord),
      );
      assert.deepEqual([...found].sort(), [...expected].sort());
    }),
    { numRuns: 300 },
  );
});

test("the table of words can be emptied in the middle of a chunk", () => {
  const scanner = new TermScanner();
  const names = Array.from({ length: 450_000 }, (_, i) => `name${i.toString(36)}q`);
  const text = names.join(" ");
  const [column] = scanner.scan(text, [0, text.length], prose);
  const found = new Set((column?.body ?? "").split(" "));
  for (const name of ["name0q", `name${(449_999).toString(36)}q`]) {
    for (const term of termsOfWord(name)) assert.ok(found.has(term), term);
  }
});

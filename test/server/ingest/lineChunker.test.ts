import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { chunkByLines } from "../../../server/ingest/lineChunker.ts";
import type { LanguageId } from "../../../server/ingest/languages.ts";
import { lineStarts } from "../../../server/ingest/lineIndex.ts";

const languages: readonly LanguageId[] = [
  "typescript",
  "python",
  "go",
  "rust",
  "c",
  "cpp",
  "java",
  "markdown",
  "plaintext",
  "json",
];

/** A chunk's text equals the file at its range; chunks are in order and cover what is not blank. */
function check(text: string, language: LanguageId): void {
  const { chunks, symbols } = chunkByLines(text, language);
  const starts = lineStarts(text);
  const at = (position: { line: number; character: number }): number =>
    (starts[position.line] ?? text.length) + position.character;
  let previous = 0;
  for (const chunk of chunks) {
    assert.equal(at(chunk.range.start), chunk.startOffset);
    assert.equal(at(chunk.range.end), chunk.endOffset);
    assert.ok(chunk.startOffset >= previous && chunk.endOffset > chunk.startOffset);
    assert.equal(text.slice(previous, chunk.startOffset).trim(), "");
    previous = chunk.endOffset;
  }
  assert.equal(text.slice(previous).trim(), "");
  const listed = chunks.flatMap((chunk) => chunk.symbolIdxs);
  assert.deepEqual(
    listed,
    symbols.map((_, i) => i),
  );
}

test("any text is covered exactly", () => {
  const fragment = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(
      "\n",
      "\r\n",
      "\r",
      "  ",
      "\t",
      "function f() {\n",
      "class A:\n",
      "fn main() {}\n",
      "# title\n",
      "static int f(void)\n{\n",
      "}\n\n",
      "x".repeat(9_000),
    ),
  );
  fc.assert(
    fc.property(
      fc.array(fragment, { maxLength: 60 }),
      fc.constantFrom(...languages),
      (parts, language) => check(parts.join(""), language),
    ),
    { numRuns: 1_000 },
  );
});

test("a line of a megabyte is cut inside the line, never inside a surrogate pair", () => {
  const text = `${"🙂".repeat(300_000)}\nend`;
  check(text, "plaintext");
  for (const chunk of chunkByLines(text, "plaintext").chunks) {
    assert.ok(chunk.endOffset - chunk.startOffset <= 4_001);
    const code = text.charCodeAt(chunk.startOffset);
    assert.ok(code < 0xdc00 || code > 0xdfff);
  }
});

const definitions: readonly [LanguageId, line: string, name: string | undefined][] = [
  ["typescript", "export async function loadConfig(path: string) {", "loadConfig"],
  ["typescript", "export default class Server extends Base {", "Server"],
  ["typescript", "export const retryLimit = 3;", "retryLimit"],
  ["typescript", "  if (ready) {", undefined],
  ["typescript", "  async fetchAll(urls: string[]): Promise<void> {", "fetchAll"],
  ["python", "    def parse(self, text):", "parse"],
  ["go", "func (s *Server) Serve(l net.Listener) error {", "Serve"],
  ["rust", "pub(crate) async fn poll_read(&mut self) {", "poll_read"],
  ["rust", "impl<T> Future for Join<T> {", "Future"],
  ["c", "static int tcp_sendmsg(struct sock *sk, struct msghdr *msg)", "tcp_sendmsg"],
  ["c", "struct sk_buff {", "sk_buff"],
  ["c", "struct foo *bar;", undefined],
  ["c", "\tfoo(bar);", undefined],
  ["c", "#define min(a, b) ((a) < (b) ? (a) : (b))", "min"],
  ["java", "    public void run(String[] args) throws IOException {", "run"],
  ["markdown", "## Getting started", "Getting started"],
  ["plaintext", "function of the committee", undefined],
];
for (const [language, line, name] of definitions) {
  test(`${language}: ${line.trim()}`, () =>
    assert.equal(chunkByLines(line, language).symbols[0]?.name, name));
}

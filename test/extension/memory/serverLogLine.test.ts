import assert from "node:assert/strict";
import { test } from "node:test";
import { parseServerLogLine } from "../../../extension/memory/serverLogLine.ts";

test("a structured line goes to its level with its facts", () => {
  const line = JSON.stringify({
    level: "info",
    tag: "ingest",
    message: "filled",
    facts: { files: 12, ms: 3.5, ok: true },
  });
  assert.deepEqual(parseServerLogLine(line), {
    level: "info",
    text: "[ingest] filled files=12 ms=3.5 ok=true",
  });
});

for (const line of [
  "terminate called after throwing an instance of 'std::bad_alloc'",
  "{not json",
  '{"level":"fatal","message":"unknown level"}',
  '{"level":"__proto__","message":"x"}',
  '{"level":"info","message":7}',
  "{}",
  "",
]) {
  test(`a line that is not structured becomes a warning: ${line}`, () => {
    assert.deepEqual(parseServerLogLine(line), { level: "warn", text: line });
  });
}

test("a very long line is cut", () => {
  assert.ok(parseServerLogLine("x".repeat(1_000_000)).text.length <= 4_000);
  const structured = JSON.stringify({ level: "debug", message: "y".repeat(100_000) });
  assert.ok(parseServerLogLine(structured).text.length <= 4_000);
});

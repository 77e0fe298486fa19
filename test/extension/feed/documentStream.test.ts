import assert from "node:assert/strict";
import { test } from "node:test";
import {
  DocumentStream,
  maxStreamedLength,
  type StreamedDocument,
} from "../../../extension/feed/documentStream.ts";
import { ManualSchedule } from "../manualSchedule.ts";

class Document implements StreamedDocument {
  readonly file = "/work/a.ts";
  version = 1;
  isDirty = true;
  content = "text";
  nReads = 0;
  length(): number {
    return this.content.length;
  }
  text(): string {
    this.nReads++;
    return this.content;
  }
}

function build() {
  const clock = new ManualSchedule();
  const sent: unknown[] = [];
  const stream = new DocumentStream(
    { changed: (params) => sent.push(params), closed: (file) => sent.push({ closed: file }) },
    clock.schedule,
    () => clock.nowMs,
  );
  return { clock, sent, stream, document: new Document() };
}

test("the text is sent once, after a pause in typing", () => {
  const { clock, sent, stream, document } = build();
  for (let i = 0; i < 5; i++) {
    document.version++;
    document.content += "x";
    stream.changed(document);
    clock.advance(100);
  }
  assert.deepEqual(sent, []);
  clock.advance(50);
  assert.deepEqual(sent, [{ file: "/work/a.ts", version: 6, text: "textxxxxx" }]);
  assert.equal(document.nReads, 1);
});

test("steady typing is sent at least once a second", () => {
  const { clock, sent, stream, document } = build();
  for (let i = 0; i < 50; i++) {
    stream.changed(document);
    clock.advance(100);
  }
  assert.ok(sent.length >= 4 && sent.length <= 6, `${sent.length} messages in 5 s`);
});

test("a document that was saved before it was sent is not sent", () => {
  const { clock, sent, stream, document } = build();
  stream.changed(document);
  document.isDirty = false;
  clock.advance(1_000);
  assert.deepEqual(sent, []);
});

test("saving, reverting or closing withdraws the text once", () => {
  const { clock, sent, stream, document } = build();
  stream.changed(document);
  clock.advance(150);
  document.isDirty = false;
  stream.changed(document);
  stream.closed(document.file);
  clock.advance(1_000);
  assert.deepEqual(sent.slice(1), [{ closed: "/work/a.ts" }]);
});

test("a document that grows too long is withdrawn and its text never built again", () => {
  const { clock, sent, stream, document } = build();
  stream.changed(document);
  clock.advance(150);
  document.content = "x".repeat(maxStreamedLength + 1);
  stream.changed(document);
  clock.advance(150);
  assert.deepEqual(sent.slice(1), [{ closed: "/work/a.ts" }]);
  assert.equal(document.nReads, 1);
  document.content = "short";
  stream.changed(document);
  clock.advance(150);
  assert.equal(sent.length, 3);
});

test("for a new server nothing counts as sent", () => {
  const { clock, sent, stream, document } = build();
  stream.changed(document);
  clock.advance(150);
  stream.changed(document);
  stream.restart();
  clock.advance(1_000);
  stream.closed(document.file);
  assert.equal(sent.length, 1);
});

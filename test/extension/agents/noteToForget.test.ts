import assert from "node:assert/strict";
import { test } from "node:test";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { noteToForget } from "../../../extension/agents/noteToForget.ts";
import { announce } from "../../../extension/agents/toolInvocation.ts";
import { MemoryClient } from "../../../extension/memory/memoryClient.ts";
import { MemoryError } from "../../../protocol/errors.ts";
import * as methods from "../../../protocol/methods.ts";
import type { Note } from "../../../protocol/notes.ts";
import { failure, InMemoryServer } from "../inMemoryServer.ts";
import { RecordingLog } from "../recordingLog.ts";
import { translate } from "../translate.ts";

const { token } = new CancellationTokenSource();

const longText = "we use tabs because make wants them ".repeat(200);

/** A memory that holds the note `7`, which was replaced by `8`. */
function build() {
  const server = new InMemoryServer();
  const client = new MemoryClient(new RecordingLog());
  server.onUp((connection) => client.attach(connection));
  server.start();
  server.on(methods.listNotes, ({ all }) => {
    const notes = [
      { id: "8", text: "we use spaces\u202E" },
      { id: "7", text: "we use tabs" },
      { id: "6", text: longText },
    ] as Note[];
    return { notes: all === true ? notes : notes.slice(0, 1) };
  });
  return { server, memory: { client, whenOpen: () => Promise.resolve() } };
}

const rows: readonly [name: string, input: unknown, shown: string][] = [
  ["forget_note", { id: "8" }, "we use spaces\\u{202e}"],
  ["forget_note", { id: "7" }, "we use tabs"],
  ["forget_note", { id: "6" }, longText],
  ["forget_note", { id: "9" }, "9"],
  ["forget_note", undefined, ""],
  ["remember", { text: "we use bytes", id: "7" }, "we use bytes"],
];
for (const [name, input, shown] of rows) {
  test(`before ${name} with ${JSON.stringify(input)} the user is shown “${shown.slice(0, 40)}”`, async () => {
    const { memory } = build();
    const note = await noteToForget(name, input, memory, token);
    assert.equal(announce(name, input, translate, note).ask?.text, shown);
  });
}

test("the id alone is shown while the memory cannot be asked", async () => {
  const { server, memory } = build();
  const input = { id: "7" };
  const closed = () => Promise.reject(new MemoryError("rootNotOpen"));
  const inClosed = { ...memory, whenOpen: closed };
  assert.equal(await noteToForget("forget_note", input, inClosed, token), undefined);
  server.on(methods.listNotes, () => failure("storeUnavailable"));
  assert.equal(await noteToForget("forget_note", input, memory, token), undefined);
  assert.match(announce("forget_note", input, translate).ask?.question ?? "", /Its id is/);
});

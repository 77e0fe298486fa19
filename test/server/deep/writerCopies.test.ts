/** What another bank of the store holds is copied and not encoded. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { openBankIn } from "./hostHarness.ts";
import { code, idOf, openWriter, workspaceOf } from "./writerHarness.ts";

test("another working tree encodes only what the first one does not have, though another process has that open", async () => {
  await using opened = await openWriter();
  const names = ["one", "two", "three"];
  const first = names.map((name) => opened.file(`${name}.ts`, code(name, 60)));
  opened.writer.follow(workspaceOf(first));
  await opened.done();
  const nEncoded = opened.nEncoded;
  assert.ok(nEncoded > 3);
  await opened.stop();
  const other = await openBankIn(opened.bankFolder, opened.model.parts, 1e9);

  await opened.start("second");
  const second = names.map((name) => opened.file(`${name}.ts`, code(name, 60), { rootId: "b" }));
  opened.writer.follow(workspaceOf(second));
  await opened.done();
  assert.equal(opened.nEncoded, nEncoded);
  assert.deepEqual(opened.told(), second.map(idOf).sort());
  const own = opened.file("own.ts", code("own"), { rootId: "b" });
  opened.writer.follow(workspaceOf([...second, own]));
  await opened.done();
  assert.equal(opened.nEncoded, nEncoded + 1);
  assert.equal(other?.files().length, 3);
  other?.close();
});

/**
 * The product in a real editor on a machine whose only interface is the loopback one: it answers, quotes, remembers and
 * shows its memory, and its server process tries to reach nothing.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { openSession } from "../e2e/chatDriver.ts";
import { readTrace, tracer } from "./traced.ts";

test("the editor's interfaces are those of the test", () => {
  const other = Object.keys(os.networkInterfaces()).filter((name) => name !== "lo");
  assert.deepEqual(other, []);
});

test("Lore works in an editor without a network, and tries to reach none", async (t) => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "lore-privacy-editor-"));
  t.after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }));
  const folder = path.join(dir, "project");
  const traceFile = path.join(dir, "trace");
  mkdirSync(path.join(folder, "src"), { recursive: true });
  writeFileSync(
    path.join(folder, "src/tides.ts"),
    "/** How high the water stands at an hour. */\nexport function tideHeight(hour: number): number {\n  return 4.2 * Math.cos(hour);\n}\n",
  );
  const editorDir = path.join(dir, "editor");
  mkdirSync(editorDir);
  const session = await openSession(folder, {
    dir: editorDir,
    prefix: [...tracer(traceFile), "--"],
    env: { CI: "", GITHUB_ACTIONS: "", TF_BUILD: "" },
  });
  t.after(() => session.close());
  await session.untilReady();
  const answer = await session.ask("how high does the water stand?");
  assert.ok(answer.sources.some((place) => place.path === "src/tides.ts"));
  await answer.sources[0]?.button.click();
  await session.page.locator(".view-line", { hasText: "Math.cos" }).first().waitFor();
  await session.command("Lore: Remember This");
  await session.page.getByPlaceholder(/For example: we retry/).waitFor();
  await session.page.keyboard.insertText("we use a cosine because tides repeat");
  await session.page.keyboard.press("Enter");
  await session.page.getByText("Noted: we use a cosine").first().waitFor();
  const why = await session.ask("why do we use a cosine?");
  assert.match(why.text, /tides repeat/);
  await session.close();

  const trace = readFileSync(traceFile, "utf8");
  assert.ok(readTrace(trace).attempts.length > 0, "the trace shows the editor's own address");
  assert.deepEqual(readTrace(trace, "dist/server.mjs").attempts, []);
  // What native libraries of the server keep of their own, such as the number of a device.
  const kept = readdirSync(path.join(editorDir, "cache"), { recursive: true, encoding: "utf8" });
  assert.deepEqual(
    kept.filter((file) => /onnxruntime/i.test(file)),
    [],
  );
});

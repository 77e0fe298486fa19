/** The server as the extension starts it: a child process with an IPC channel. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import { describe, it } from "node:test";
import * as methods from "../../protocol/methods.ts";
import type { SearchResult } from "../../protocol/types.ts";
import { entry, start, workspace } from "./startedServer.ts";

describe("the server process", () => {
  it("remembers a folder, finds a place, and ends when its parent closes the channel", async (t) => {
    const { child, connection, exited, stdout, stderr } = start(t);
    await connection.sendRequest(methods.open.method, workspace(t));
    await connection.sendRequest(methods.settled.method, { refined: false });
    const found = await connection.sendRequest<SearchResult>(methods.search.method, {
      query: "how often is a failed request sent again",
      limit: 5,
    });
    assert.equal(found.recalls[0]?.citation.path, "retry.ts");
    child.disconnect();
    assert.equal(await exited, 0);
    assert.equal(stdout(), "", "stdout stays empty");
    for (const line of stderr().trimEnd().split("\n")) {
      const { level, tag, message } = JSON.parse(line) as Record<string, unknown>;
      assert.ok(level !== undefined && tag !== undefined && message !== undefined, line);
    }
    assert.doesNotMatch(stderr(), /failed request|retryPolicy/, "no user text in the log");
    assert.doesNotMatch(stderr(), /"level":"(warn|error)"/);
  });

  it("ends in order when the channel closes in the middle of requests", async (t) => {
    const { child, connection, exited, stderr } = start(t);
    connection.onClose(() => connection.dispose());
    const opening = connection.sendRequest(methods.open.method, workspace(t));
    await opening;
    const pending = [methods.rescan, methods.settled, methods.status].map(({ method }) =>
      connection.sendRequest(method, { refined: true }).catch(() => "lost"),
    );
    child.disconnect();
    assert.equal(await exited, 0);
    assert.doesNotMatch(stderr(), /"level":"error"/);
    connection.dispose();
    await Promise.all(pending);
  });

  it("says so when it is started by hand", async () => {
    const child = spawn(process.execPath, [entry], { stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (data: Buffer) => (stderr += data.toString()));
    const [code] = (await once(child, "close")) as [number];
    assert.equal(code, 2);
    assert.match(stderr, /started by the extension/);
  });

  it("runs at a lower priority", { skip: process.platform === "win32" }, async (t) => {
    const { child, connection } = start(t);
    await connection.sendRequest(methods.open.method, workspace(t));
    assert.ok(child.pid !== undefined);
    assert.ok(os.getPriority(child.pid) > os.getPriority());
  });
});

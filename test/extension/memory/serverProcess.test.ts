import assert from "node:assert/strict";
import path from "node:path";
import { afterEach, test } from "node:test";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { isMemoryError, MemoryClient } from "../../../extension/memory/memoryClient.ts";
import { serverEnvironment, ServerProcess } from "../../../extension/memory/serverProcess.ts";
import { errorCatalogue, MemoryError } from "../../../protocol/errors.ts";
import { RecordingLog } from "../recordingLog.ts";

const modulePath = path.resolve(import.meta.dirname, "../../fixtures/loreServer.mjs");
const self = { method: "fixture/self" };
const die = { method: "fixture/die" };

interface Running {
  readonly server: ServerProcess;
  readonly client: MemoryClient;
  readonly log: RecordingLog;
}

let stopLast: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stopLast?.();
  stopLast = undefined;
  delete process.env["LORE_FIXTURE_DEAF"];
  delete process.env["LORE_FIXTURE_DIES"];
  delete process.env["VSCODE_FIXTURE"];
  delete process.env["NODE_OPTIONS"];
});

function build(): Running {
  const log = new RecordingLog();
  const server = new ServerProcess({
    modulePath,
    log,
    nowMs: () => performance.now(),
    restartDelayMs: 1,
    stopTimeoutMs: 300,
  });
  const client = new MemoryClient(log);
  server.onUp((connection) => client.attach(connection));
  server.onDown(() => client.detach());
  stopLast = () => server.stop();
  return { server, client, log };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return false;
    throw error;
  }
}

test("the server is plain Node without what the editor set for itself", async () => {
  process.env["VSCODE_FIXTURE"] = "1";
  process.env["NODE_OPTIONS"] = "--no-warnings";
  const { server, client } = build();
  server.start();
  const answer = (await client.request(self, {})) as { execArgv: string[]; variables: string[] };
  assert.deepEqual(answer.execArgv, []);
  assert.ok(answer.variables.includes("ELECTRON_RUN_AS_NODE"));
  assert.ok(answer.variables.includes("PATH"));
  assert.ok(!answer.variables.includes("NODE_OPTIONS"));
  assert.ok(!answer.variables.some((name) => name.startsWith("VSCODE_")));
});

test("the environment of the editor itself is not changed", () => {
  const editor = { PATH: "/bin", VSCODE_PID: "1", NODE_OPTIONS: "--x" };
  assert.deepEqual(serverEnvironment(editor), { PATH: "/bin", ELECTRON_RUN_AS_NODE: "1" });
  assert.equal(Object.keys(editor).length, 3);
});

test("stopping lets the server end by itself", async () => {
  const { server, client, log } = build();
  server.start();
  const { pid } = (await client.request(self, {})) as { pid: number };
  await server.stop();
  assert.equal(isRunning(pid), false);
  assert.equal(server.active, false);
  assert.ok(!log.lines.some(({ text }) => text.includes("killed")));
});

test("a server that does not stop in time is killed", async () => {
  process.env["LORE_FIXTURE_DEAF"] = "1";
  const { server, client, log } = build();
  server.start();
  const { pid } = (await client.request(self, {})) as { pid: number };
  await server.stop();
  assert.equal(isRunning(pid), false);
  assert.ok(log.lines.some(({ text }) => text.includes("killed")));
});

test("a server that dies is started again, and a request under way ends with serverLost", async () => {
  const { server, client } = build();
  server.start();
  const first = (await client.request(self, {})) as { pid: number };
  const upAgain = new Promise<void>((resolve) => server.onUp(() => resolve()));
  await assert.rejects(client.request(die, { code: 5 }), (e) => isMemoryError(e, "serverLost"));
  await upAgain;
  const second = (await client.request(self, {})) as { pid: number };
  assert.notEqual(second.pid, first.pid);
});

test("a server that keeps dying is given up after four restarts", async () => {
  process.env["LORE_FIXTURE_DIES"] = "1";
  const { server, client } = build();
  let nUp = 0;
  server.onUp(() => nUp++);
  const gaveUp = new Promise<void>((resolve) =>
    server.onDown(({ willRestart }) => {
      if (!willRestart) resolve();
    }),
  );
  server.start();
  await gaveUp;
  assert.equal(nUp, 5);
  assert.equal(server.active, false);
  await assert.rejects(client.request(self, {}), (e) => isMemoryError(e, "serverLost"));
  delete process.env["LORE_FIXTURE_DIES"];
  server.start();
  assert.ok(await client.request(self, {}));
});

test("a server that cannot be found is given up too", async () => {
  const log = new RecordingLog();
  const server = new ServerProcess({
    modulePath: "/nowhere/server.mjs",
    log,
    nowMs: () => performance.now(),
    restartDelayMs: 1,
    stopTimeoutMs: 300,
  });
  const gaveUp = new Promise<void>((resolve) =>
    server.onDown(({ willRestart }) => {
      if (!willRestart) resolve();
    }),
  );
  server.start();
  await gaveUp;
  assert.equal(log.lines.filter(({ text }) => text.includes("stopped by itself")).length, 5);
});

test("every failure of the catalogue arrives under its name", async () => {
  const { server, client } = build();
  server.start();
  for (const [name, { code }] of Object.entries(errorCatalogue)) {
    const data = { errorName: name, detail: "why" };
    await assert.rejects(client.request({ method: "fixture/fail" }, { code, data }), (error) => {
      assert.ok(error instanceof MemoryError);
      assert.equal(error.errorName, name);
      assert.equal(error.detail, "why");
      return true;
    });
  }
});

test("an unknown method and an unknown code are internal failures", async () => {
  const { server, client } = build();
  server.start();
  const internal = (error: unknown): boolean => isMemoryError(error, "internal");
  await assert.rejects(client.request({ method: "fixture/nothing" }, {}), internal);
  await assert.rejects(client.request({ method: "fixture/fail" }, { code: 4242 }), internal);
});

test("cancelling reaches the server and ends the request as cancelled", async () => {
  const { server, client } = build();
  server.start();
  const source = new CancellationTokenSource();
  const asked = client.request({ method: "fixture/untilCancelled" }, {}, source.token);
  source.cancel();
  await assert.rejects(asked, (error) => isMemoryError(error, "cancelled"));
});

test("listeners hear a server that was started after they were added, and after a restart", async () => {
  const { server, client } = build();
  const heard: unknown[] = [];
  let resume = (): void => undefined;
  client.onNotification({ method: "fixture/echoed" }, (params) => {
    heard.push(params);
    resume();
  });
  const echo = async (value: number): Promise<void> => {
    const arrived = new Promise<void>((resolve) => (resume = resolve));
    client.notify({ method: "fixture/echo" }, { value });
    await arrived;
  };
  server.start();
  await echo(1);
  const upAgain = new Promise<void>((resolve) => server.onUp(() => resolve()));
  await assert.rejects(client.request(die, { code: 1 }));
  await upAgain;
  await echo(2);
  assert.deepEqual(heard, [{ value: 1 }, { value: 2 }]);
});

test("lines of the server's standard error reach the log at their level", async () => {
  const { server, client, log } = build();
  server.start();
  const line = JSON.stringify({ level: "info", tag: "memory", message: "opened" });
  await client.request({ method: "fixture/log" }, { line });
  assert.equal((await log.find("[memory] opened")).level, "info");
  await client.request({ method: "fixture/log" }, { line: "native noise" });
  assert.equal((await log.find("native noise")).level, "warn");
});

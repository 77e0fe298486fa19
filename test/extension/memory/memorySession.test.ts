import assert from "node:assert/strict";
import { test } from "node:test";
import { CancellationTokenSource } from "vscode-jsonrpc/node";
import { isMemoryError, MemoryClient } from "../../../extension/memory/memoryClient.ts";
import { MemorySession, type WindowFacts } from "../../../extension/memory/memorySession.ts";
import { stateName } from "../../../extension/memory/memoryState.ts";
import * as methods from "../../../protocol/methods.ts";
import type { Root } from "../../../protocol/types.ts";
import { failure, InMemoryServer, memoryStatus, rootStatus, testRoot } from "../inMemoryServer.ts";
import { RecordingLog } from "../recordingLog.ts";

const one = testRoot("one");
const two = testRoot("two");
const settings = { exclude: [], include: [], threads: 0, maxFileBytes: 1_000_000 };

function build(change: Partial<WindowFacts> = {}) {
  let facts: WindowFacts = {
    storeDir: "/store",
    roots: [one],
    settings,
    enabled: true,
    trusted: true,
    onlyVirtualFolders: false,
    hasSqlite: true,
    ...change,
  };
  const server = new InMemoryServer();
  const statusOf = (roots: readonly Root[]) => memoryStatus(roots.map((root) => rootStatus(root)));
  server.on(methods.open, ({ roots }) => ({ serverVersion: "1", status: statusOf(roots) }));
  server.on(methods.setRoots, ({ roots }) => statusOf(roots));
  server.on(methods.configure, () => statusOf(facts.roots));
  const log = new RecordingLog();
  const memory = new MemorySession(server, new MemoryClient(log), () => facts, log);
  const set = async (next: Partial<WindowFacts>): Promise<void> => {
    facts = { ...facts, ...next };
    await memory.refresh();
  };
  return { server, memory, log, set };
}

test("the memory opens on the window's folders, settings and trust", async () => {
  const { server, memory } = build();
  await memory.refresh();
  await memory.whenOpen();
  assert.deepEqual(server.paramsOf(methods.open), [
    { protocolVersion: 1, storeDir: "/store", roots: [one], settings, trusted: true },
  ]);
  assert.equal(stateName(memory.state), "ready");
});

for (const [kind, facts] of [
  ["noFolder", { roots: [] }],
  ["virtual", { roots: [], onlyVirtualFolders: true }],
  ["off", { enabled: false }],
  ["restricted", { trusted: false }],
  ["failed", { hasSqlite: false }],
] as const) {
  test(`no server runs while the window is ${kind}, and one starts when that ends`, async () => {
    const { server, memory, set } = build(facts);
    await memory.refresh();
    assert.equal(memory.state.kind, kind);
    assert.equal(server.nStarts, 0);
    await assert.rejects(memory.whenOpen(), (error) =>
      isMemoryError(error, kind === "failed" ? "sqliteMissing" : "rootNotOpen"),
    );
    await set({
      roots: [one],
      onlyVirtualFolders: false,
      enabled: true,
      trusted: true,
      hasSqlite: true,
    });
    await memory.whenOpen();
    assert.equal(server.nStarts, 1);
    await set(facts);
    assert.equal(memory.state.kind, kind);
    assert.equal(server.active, false);
  });
}

test("changed folders and settings are told, unchanged ones are not", async () => {
  const { server, memory, set } = build();
  await memory.refresh();
  await memory.whenOpen();
  await set({});
  assert.deepEqual(server.received.length, 1);
  await set({ roots: [one, two] });
  assert.deepEqual(server.paramsOf(methods.setRoots), [{ roots: [one, two] }]);
  assert.deepEqual(server.paramsOf(methods.configure), []);
  const more = { ...settings, threads: 3 };
  await set({ settings: more });
  assert.deepEqual(server.paramsOf(methods.configure), [{ settings: more, trusted: true }]);
  assert.equal(server.paramsOf(methods.setRoots).length, 1);
});

test("a new server after a crash is told everything again", async () => {
  const { server, memory, set } = build();
  let nOpened = 0;
  memory.onDidOpen(() => nOpened++);
  await memory.refresh();
  await memory.whenOpen();
  await set({ roots: [two] });
  await server.die(true);
  assert.equal(memory.state.kind, "starting");
  await memory.whenOpen();
  assert.equal(nOpened, 2);
  const [, second] = server.paramsOf(methods.open) as { roots: Root[] }[];
  assert.deepEqual(second?.roots, [two]);
});

test("a server that is given up is a failure until it is restarted", async () => {
  const { server, memory } = build();
  await memory.refresh();
  await memory.whenOpen();
  await server.die(false);
  assert.deepEqual(memory.state, { kind: "failed", errorName: "serverLost", detail: "" });
  await assert.rejects(memory.pause(), (error) => isMemoryError(error, "serverLost"));
  await memory.restart();
  await memory.whenOpen();
});

test("why the memory cannot be opened is the state, and a restart tries again", async () => {
  const { server, memory } = build();
  let broken = true;
  server.on(methods.open, ({ roots }) =>
    broken
      ? failure("storeUnavailable", "EACCES")
      : { serverVersion: "1", status: memoryStatus(roots.map((r) => rootStatus(r))) },
  );
  await memory.refresh();
  await assert.rejects(memory.whenOpen(), (error) => isMemoryError(error, "storeUnavailable"));
  assert.deepEqual(memory.state, {
    kind: "failed",
    errorName: "storeUnavailable",
    detail: "EACCES",
  });
  broken = false;
  await memory.restart();
  await memory.whenOpen();
});

test("counts of the server replace the state, but only while the memory is open", async () => {
  const { server, memory } = build();
  await memory.refresh();
  await memory.whenOpen();
  const filling = memoryStatus([rootStatus(one, { state: "filling", pending: 3 })]);
  const changed = new Promise((resolve) => memory.onDidChange(resolve));
  await server.notify(methods.statusChanged, { status: filling });
  await changed;
  assert.deepEqual(memory.state, { kind: "open", status: filling });
});

test("a forgotten folder stays out through restarts until it is rebuilt", async () => {
  const { server, memory } = build({ roots: [one, two] });
  server.on(methods.forget, () => memoryStatus([rootStatus(two)]));
  server.on(methods.rebuild, () => memoryStatus([rootStatus(one), rootStatus(two)]));
  await memory.refresh();
  await memory.whenOpen();
  await memory.forget(one.id);
  assert.deepEqual(memory.roots, [two]);
  assert.deepEqual(server.paramsOf(methods.setRoots), [{ roots: [two] }]);
  await server.die(true);
  await memory.whenOpen();
  assert.deepEqual((server.paramsOf(methods.open).at(-1) as { roots: Root[] }).roots, [two]);
  await memory.rebuild(one.id);
  assert.deepEqual(server.paramsOf(methods.setRoots).at(-1), { roots: [one, two] });
  assert.deepEqual(server.paramsOf(methods.rebuild), []);
  await memory.rebuild(undefined);
  assert.deepEqual(server.paramsOf(methods.rebuild), [{}]);
});

test("a folder whose memory could not be deleted is not treated as forgotten", async () => {
  const { server, memory } = build();
  server.on(methods.forget, () => failure("storeUnavailable"));
  await memory.refresh();
  await memory.whenOpen();
  await assert.rejects(memory.forget(one.id), (error) => isMemoryError(error, "storeUnavailable"));
  assert.deepEqual(memory.roots, [one]);
});

test("pausing and resuming show at once", async () => {
  const { server, memory } = build();
  server.on(methods.pause, () => memoryStatus([rootStatus(one)], true));
  server.on(methods.resume, () => memoryStatus([rootStatus(one)], false));
  await memory.refresh();
  await memory.pause();
  assert.equal(stateName(memory.state), "paused");
  await memory.resume();
  assert.equal(stateName(memory.state), "ready");
});

test("waiting for the memory can be cancelled", async () => {
  const { server, memory } = build();
  let finish = (): void => undefined;
  server.on(methods.open, async ({ roots }) => {
    await new Promise<void>((resolve) => (finish = resolve));
    return { serverVersion: "1", status: memoryStatus(roots.map((r) => rootStatus(r))) };
  });
  await memory.refresh();
  const source = new CancellationTokenSource();
  const waiting = memory.whenOpen(source.token);
  source.cancel();
  await assert.rejects(waiting, (error) => isMemoryError(error, "cancelled"));
  await assert.rejects(memory.whenOpen(source.token), (e) => isMemoryError(e, "cancelled"));
  await server.hasReceived(methods.open);
  finish();
  await memory.whenOpen();
});

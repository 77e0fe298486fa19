import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { createJsonLogger, createNodeFileSystem } from "../../server/nodePorts.ts";
import { temporaryFolder, writeTree } from "./ingest/treesOnDisk.ts";

const oneMiB = 1024 * 1024;

/** Replaces `readSync` while `act` runs. `before` is called ahead of each read. */
function whileReading<T>(before: () => void, act: () => T): T {
  const original = fs.readSync;
  fs.readSync = ((...args: Parameters<typeof fs.readSync>) => {
    before();
    return original(...args);
  }) as typeof fs.readSync;
  syncBuiltinESMExports();
  try {
    return act();
  } finally {
    fs.readSync = original;
    syncBuiltinESMExports();
  }
}

test("a file is read whole, whatever its size", () => {
  using folder = temporaryFolder();
  const files = createNodeFileSystem();
  for (const nBytes of [0, 1, 4096, 256 * 1024, 256 * 1024 + 1, oneMiB]) {
    const file = join(folder.path, `file-${nBytes}`);
    const content = Buffer.alloc(nBytes, "abcdefg");
    fs.writeFileSync(file, content);
    const read = files.readFile(file, oneMiB);
    assert.equal(read.kind, "read");
    if (read.kind !== "read") return;
    assert.equal(Buffer.compare(read.bytes, content), 0);
    assert.deepEqual(read.stat, files.stat(file, true));
    assert.equal(read.stat.sizeBytes, nBytes);
  }
});

test("what cannot be read as a file says why", () => {
  using folder = temporaryFolder();
  const files = createNodeFileSystem();
  writeTree(folder.path, { "a.txt": "four", "folder/": "" });
  const at = (name: string) => files.readFile(join(folder.path, name), 3);
  assert.deepEqual(at("a.txt"), { kind: "tooLarge", sizeBytes: 4 });
  assert.deepEqual(at("nothing"), { kind: "missing" });
  assert.deepEqual(at("a.txt/below"), { kind: "missing" });
  assert.deepEqual(at("nul\0name"), { kind: "missing" });
  assert.deepEqual(at("folder"), { kind: "notRegularFile" });
  assert.deepEqual(at("x".repeat(300)), { kind: "unreadable", code: "ENAMETOOLONG" });
  assert.deepEqual(files.readFile("/dev/zero", 3), { kind: "notRegularFile" });
});

test("an error of the medium is an outcome", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "a.txt": "text" });
  const broken = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
  const read = whileReading(
    () => {
      throw broken;
    },
    () => createNodeFileSystem().readFile(join(folder.path, "a.txt"), oneMiB),
  );
  assert.deepEqual(read, { kind: "unreadable", code: "EIO" });
});

test("a mistake in the program is not taken for an error of the medium", () => {
  using folder = temporaryFolder();
  writeTree(folder.path, { "a.txt": "text" });
  assert.throws(
    () =>
      whileReading(
        () => {
          throw new TypeError("a mistake");
        },
        () => createNodeFileSystem().readFile(join(folder.path, "a.txt"), oneMiB),
      ),
    TypeError,
  );
});

test("FIFOs and sockets are not opened and do not block", async () => {
  using folder = temporaryFolder();
  const files = createNodeFileSystem();
  const fifo = join(folder.path, "fifo");
  assert.equal(spawnSync("mkfifo", [fifo]).status, 0);
  const server = createServer().listen(join(folder.path, "socket"));
  await once(server, "listening");
  try {
    assert.deepEqual(files.readFile(fifo, oneMiB), { kind: "notRegularFile" });
    assert.deepEqual(files.readFile(join(folder.path, "socket"), oneMiB), {
      kind: "notRegularFile",
    });
    const kinds = new Map(files.list(folder.path)?.map(({ name, kind }) => [name, kind]));
    assert.equal(kinds.get("fifo"), "other");
    assert.equal(kinds.get("socket"), "other");
  } finally {
    server.close();
  }
});

test("a FIFO that takes a file's place while it is opened does not block", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "a.txt");
  fs.writeFileSync(file, "text");
  const original = fs.openSync;
  fs.openSync = (...args: Parameters<typeof fs.openSync>) => {
    fs.rmSync(file);
    assert.equal(spawnSync("mkfifo", [file]).status, 0);
    return original(...args);
  };
  syncBuiltinESMExports();
  try {
    assert.deepEqual(createNodeFileSystem().readFile(file, oneMiB), { kind: "notRegularFile" });
  } finally {
    fs.openSync = original;
    syncBuiltinESMExports();
  }
});

test("a file that changes while it is read is read again", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "a.txt");
  fs.writeFileSync(file, "before");
  let nReads = 0;
  const read = whileReading(
    () => {
      if (nReads++ === 0) fs.writeFileSync(file, "after the change");
    },
    () => createNodeFileSystem().readFile(file, oneMiB),
  );
  assert.equal(read.kind, "read");
  if (read.kind === "read") assert.equal(Buffer.from(read.bytes).toString(), "after the change");
});

test("a file that is replaced while it is read is read again", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "a.txt");
  fs.writeFileSync(file, "before");
  fs.writeFileSync(`${file}.new`, "after!");
  let nReads = 0;
  const read = whileReading(
    () => {
      if (nReads++ === 0) fs.renameSync(`${file}.new`, file);
    },
    () => createNodeFileSystem().readFile(file, oneMiB),
  );
  // The old file was opened before the rename: either version is whole.
  assert.equal(read.kind, "read");
  if (read.kind === "read") assert.match(Buffer.from(read.bytes).toString(), /^(before|after!)$/);
});

test("a file that changes at every attempt is reported as changing", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "a.txt");
  fs.writeFileSync(file, "0");
  const read = whileReading(
    () => fs.appendFileSync(file, "more"),
    () => createNodeFileSystem().readFile(file, oneMiB),
  );
  assert.deepEqual(read, { kind: "changing" });
});

test("a file that outgrows the limit while it is read is not cut short", () => {
  using folder = temporaryFolder();
  const file = join(folder.path, "a.txt");
  fs.writeFileSync(file, "0123");
  const read = whileReading(
    () => fs.appendFileSync(file, "0123456789"),
    () => createNodeFileSystem().readFile(file, 8),
  );
  assert.deepEqual(read, { kind: "tooLarge", sizeBytes: 14 });
});

test("links are followed only on request", () => {
  using folder = temporaryFolder();
  const files = createNodeFileSystem();
  writeTree(folder.path, { "real/a.txt": "text" });
  fs.symlinkSync("real", join(folder.path, "link"));
  fs.symlinkSync("loop", join(folder.path, "loop"));
  const at = (name: string) => join(folder.path, name);
  assert.equal(files.stat(at("link"), true)?.kind, "folder");
  assert.equal(files.stat(at("link"), false)?.kind, "symlink");
  assert.equal(files.stat(at("loop"), true), undefined);
  assert.equal(files.realPath(at("link/a.txt")), at("real/a.txt"));
  assert.equal(files.realPath(at("loop")), undefined);
  assert.equal(files.list(at("loop")), undefined);
  assert.equal(files.list(at("nothing")), undefined);
  assert.deepEqual(files.readFile(at("loop"), 1), { kind: "unreadable", code: "ELOOP" });
});

test("log lines hold one message each and nothing that a terminal obeys", () => {
  const lines: string[] = [];
  const clock = { nowMs: () => 5, elapsedMs: () => 0 };
  const stream = { write: (line: string) => lines.push(line) };
  const log = createJsonLogger(stream, "info", clock);
  log.log("debug", "ingest", "not shown");
  log.log("warn", "ingest", "look", { path: "a\n\u001b[31m\u202eb", n: 2 });
  assert.equal(lines.length, 1);
  const line = lines[0] ?? "";
  assert.match(line, /^[\x20-\x7e]+\n$/);
  assert.deepEqual(JSON.parse(line), {
    time: 5,
    level: "warn",
    tag: "ingest",
    message: "look",
    facts: { path: "a\n\u001b[31m\u202eb", n: 2 },
  });
});

/** The channel between processes: who may connect, what arrives, and how either side learns that the other is gone. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { describe, it, mock } from "node:test";
import { OwnerLink } from "../../../server/channel/ownerLink.ts";
import { newAddress, publishAddress, readAddress } from "../../../server/channel/ownerAddress.ts";
import { OwnerServer, type OwnerServerEvents } from "../../../server/channel/ownerServer.ts";
import { serverVersion } from "../../../server/version.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";

const silent: OwnerServerEvents = {
  joined: () => undefined,
  said: (_follower, said) => ({ heard: said }),
  failed: (error) => assert.fail(error as Error),
  left: () => undefined,
};
const deaf = { told: () => undefined, lost: () => undefined };

async function linked(folder: string, events: Parameters<typeof OwnerLink.connect>[1] = deaf) {
  const outcome = await OwnerLink.connect(folder, events);
  assert.ok(outcome.kind === "linked", outcome.kind);
  return outcome.link;
}

/** Says something as the first line, and returns what comes back until the connection ends. */
async function refused(folder: string, line: string): Promise<string> {
  const socket: Socket = connect(readAddress(folder)?.path ?? "");
  let answer = "";
  socket.setEncoding("utf8").on("data", (text: string) => (answer += text));
  socket.write(line);
  await once(socket, "close");
  return answer;
}

/** An owner that says a word of life as long as it is told to, and never answers. */
async function workingOwner(folder: string) {
  const looks: (() => void)[] = [];
  const owner = { isAlive: true, looked: () => new Promise<void>((done) => looks.push(done)) };
  const address = newAddress();
  const server = createServer((socket) => {
    // The link breaks the connection off.
    const lines = createInterface(socket).on("error", () => undefined);
    lines.on("line", (line) => {
      if (line.includes("token")) socket.write('{"kind":"welcome"}\n');
      if (!line.includes("isAlive")) return;
      if (owner.isAlive) socket.write('{"isAlive":"!"}\n');
      looks.shift()?.();
    });
  });
  server.listen(address.path);
  await once(server, "listening");
  publishAddress(folder, address);
  return {
    owner,
    [Symbol.asyncDispose]: () => new Promise<void>((done) => server.close(() => done())),
  };
}

/** As the link looks; see `lookMs` there. */
const lookMs = 3_000;

describe("the owner of a store", () => {
  it("answers in order, tells its followers, and hears of those that leave", async () => {
    using folder = temporaryFolder();
    const left = Promise.withResolvers<void>();
    const heard: unknown[] = [];
    const owner = await OwnerServer.open(folder.path, {
      ...silent,
      joined: (follower) => follower.tell({ hello: "you" }),
      said: (_follower, said) => (heard.push(said), { heard: said }),
      left: () => left.resolve(),
    });
    const told: unknown[] = [];
    const lost = Promise.withResolvers<void>();
    const link = await linked(folder.path, {
      told: (news) => told.push(news),
      lost: () => lost.resolve(),
    });
    link.say({ text: "zeile\n\u2028" });
    assert.deepEqual(await link.ask({ n: 1 }), { heard: { n: 1 } });
    assert.deepEqual(heard, [{ text: "zeile\n\u2028" }, { n: 1 }]);
    assert.deepEqual(told, [{ hello: "you" }]);
    const other = await linked(folder.path);
    other.close();
    await left.promise;
    assert.equal(owner.nFollowers, 1);
    owner.tell({ last: true });
    owner.close();
    await lost.promise;
    assert.deepEqual(told.at(-1), { last: true });
    assert.equal(await link.ask({ n: 2 }), undefined);
  });

  it("talks to nobody who cannot read its file, or is of another version", async () => {
    using folder = temporaryFolder();
    const joined: unknown[] = [];
    const owner = await OwnerServer.open(folder.path, {
      ...silent,
      joined: (follower) => joined.push(follower),
    });
    const address = readAddress(folder.path);
    assert.ok(address !== undefined);
    assert.equal(statSync(path.join(folder.path, "owner.json")).mode & 0o077, 0);
    assert.equal(statSync(path.dirname(address.path)).mode & 0o077, 0);
    const { token } = address;
    for (const line of ["no json\n", "null\n", `{"token":"${"0".repeat(64)}"}\n`, '{"token":1}\n'])
      assert.equal(await refused(folder.path, line), "", line);
    const otherVersion = `{"version":"0.0.0","token":"${token}"}\n`;
    assert.equal(await refused(folder.path, otherVersion), '{"kind":"otherVersion"}\n');
    assert.deepEqual(joined, []);
    owner.close();
    assert.deepEqual(await OwnerLink.connect(folder.path, deaf), { kind: "absent" });
  });

  it("leaves nothing behind, and what a killed one left goes with the next", async () => {
    using folder = temporaryFolder();
    const server = path.resolve(import.meta.dirname, "../../../server/channel/ownerServer.ts");
    const script = `const { OwnerServer } = await import(${JSON.stringify(server)});
      const none = () => ({});
      await OwnerServer.open(process.argv[1], { joined: none, said: none, failed: none, left: none });
      process.kill(process.pid, "SIGKILL");`;
    spawnSync(process.execPath, ["--input-type=module", "-e", script, folder.path]);
    const before = readAddress(folder.path);
    assert.ok(before !== undefined && existsSync(before.path));
    assert.deepEqual(await OwnerLink.connect(folder.path, deaf), { kind: "absent" });
    const owner = await OwnerServer.open(folder.path, silent);
    assert.ok(!existsSync(path.dirname(before.path)));
    const after = readAddress(folder.path);
    (await linked(folder.path)).close();
    owner.close();
    assert.ok(after !== undefined && !existsSync(path.dirname(after.path)));
    assert.ok(!existsSync(path.join(folder.path, "owner.json")));
  });

  it("may work as long as it wants while it lives, and is given up when it says nothing", async () => {
    using folder = temporaryFolder();
    await using working = await workingOwner(folder.path);
    mock.timers.enable({ apis: ["setInterval"] });
    try {
      const lost = Promise.withResolvers<string>();
      const link = await linked(folder.path, { told: () => undefined, lost: lost.resolve });
      const answer = link.ask({ long: true });
      for (let n = 0; n < 40; n++) {
        const looked = working.owner.looked();
        mock.timers.tick(lookMs);
        await looked;
      }
      working.owner.isAlive = false;
      for (let n = 0; n < 6; n++) mock.timers.tick(lookMs);
      assert.equal(await lost.promise, "silent");
      assert.equal(await answer, undefined);
    } finally {
      mock.timers.reset();
    }
  });

  const expecting: readonly (readonly [string, (link: OwnerLink) => void])[] = [
    ["it is known to be at work", (link) => link.watch(true)],
    ["it was told something", (link) => link.say({ news: true })],
  ];
  for (const [what, expect] of expecting)
    it(`is given up when it says nothing although ${what}, and is left alone before`, async () => {
      using folder = temporaryFolder();
      await using working = await workingOwner(folder.path);
      mock.timers.enable({ apis: ["setInterval"] });
      try {
        let how: string | undefined;
        const { promise: lost, resolve } = Promise.withResolvers<void>();
        const link = await linked(folder.path, {
          told: () => undefined,
          lost: (loss) => ((how = loss), resolve()),
        });
        working.owner.isAlive = false;
        for (let n = 0; n < 40; n++) mock.timers.tick(lookMs);
        assert.equal(how, undefined);
        expect(link);
        for (let n = 0; n < 6; n++) mock.timers.tick(lookMs);
        await lost;
        assert.equal(how, "silent");
      } finally {
        mock.timers.reset();
      }
    });

  it("says that it is alive while somebody waits for an answer, and lives on when it fails at one", async () => {
    using folder = temporaryFolder();
    const failures: unknown[] = [];
    const owner = await OwnerServer.open(folder.path, {
      ...silent,
      said: (_follower, said) => {
        const { kind } = said as { readonly kind: string };
        if (kind === "never") return new Promise(() => undefined);
        if (kind === "reject") return Promise.reject(new TypeError("a defect"));
        if (kind === "throw") throw new TypeError("a defect");
        return { heard: said };
      },
      failed: (error) => (failures.push(error), { errorName: "internal" }),
    });
    const address = readAddress(folder.path);
    const socket = connect(address?.path ?? "");
    const lines = createInterface(socket)[Symbol.asyncIterator]();
    const greeting = { version: serverVersion, token: address?.token };
    for (const message of [greeting, { id: 1, said: { kind: "never" } }, { isAlive: "?" }])
      socket.write(`${JSON.stringify(message)}\n`);
    assert.deepEqual(JSON.parse((await lines.next()).value as string), { kind: "welcome" });
    assert.deepEqual(JSON.parse((await lines.next()).value as string), { isAlive: "!" });
    socket.destroy();

    const link = await linked(folder.path);
    for (const kind of ["reject", "throw"]) {
      link.say({ kind });
      assert.deepEqual(await link.ask({ kind }), { errorName: "internal" });
    }
    assert.equal(failures.length, 4);
    assert.deepEqual(await link.ask({ kind: "echo" }), { heard: { kind: "echo" } });
    owner.close();
  });

  it("drops whoever takes nothing of what it is told", async () => {
    using folder = temporaryFolder();
    const left = Promise.withResolvers<void>();
    const owner = await OwnerServer.open(folder.path, { ...silent, left: () => left.resolve() });
    const address = readAddress(folder.path);
    const socket = connect(address?.path ?? "").on("error", () => undefined);
    const greeting = { version: serverVersion, token: address?.token };
    socket.write(`${JSON.stringify(greeting)}\n`);
    await once(socket, "readable");
    const news = "n".repeat(8 * 1024 * 1024);
    for (let n = 0; n < 20; n++) owner.tell({ news });
    await left.promise;
    socket.destroy();
    owner.close();
  });

  it("removes nothing else, whatever the file names", async () => {
    using folder = temporaryFolder();
    const mine = path.join(folder.path, "socket");
    writeFileSync(mine, "mine");
    writeFileSync(path.join(folder.path, "owner.json"), JSON.stringify({ path: mine, token: "t" }));
    (await OwnerServer.open(folder.path, silent)).close();
    assert.equal(readFileSync(mine, "utf8"), "mine");
  });
});

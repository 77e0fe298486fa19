/** `lore mcp` as a process, spoken to by a real client of the protocol, and by a broken one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it, type TestContext } from "node:test";
import * as methods from "../../../protocol/methods.ts";
import type { JsonSchema } from "../../../protocol/tools.ts";
import type { Note, NotesState } from "../../../protocol/notes.ts";
import { rootOf } from "../../../server/cli/storeLocation.ts";
import { toolDescriptions } from "../../../server/tools/toolBox.ts";
import { start } from "../../protocol/startedServer.ts";
import { settings } from "../../protocol/inMemoryServices.ts";
import { git, writeTree } from "../ingest/treesOnDisk.ts";
import { files } from "../tools/toolWorkspace.ts";
import {
  agent,
  entry,
  environment,
  exitCode,
  initialize,
  makeHome,
  patienceMs,
  rawServer,
  type Agent,
  type Home,
} from "./agent.ts";

const tideQuestion = "where is the tide height computed?";

function storeOf({ home, folder }: Home): string {
  return path.join(home, "data", "lore", rootOf(folder).id);
}

interface FolderStatus {
  readonly state: string;
  readonly readOnly: boolean;
}

async function folderStatus({ client }: Agent): Promise<FolderStatus | undefined> {
  const { contents } = await client.readResource({ uri: "lore://status" }, { timeout: patienceMs });
  const [content] = contents as { text: string }[];
  const status = JSON.parse(content?.text ?? "{}") as { folders?: FolderStatus[] };
  return status.folders?.[0];
}

/** Asks for the status until it is as wanted. */
async function untilStatus(
  one: Agent,
  isWanted: (status: FolderStatus) => boolean,
): Promise<FolderStatus> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const status = await folderStatus(one);
    if (status !== undefined && isWanted(status)) return status;
    assert.ok(
      performance.now() < deadlineMs,
      `the status became as wanted: ${JSON.stringify(status)}`,
    );
  }
}

/** Here each folder has a memory of its own, so that one has to be named. */
function withOwnMemories(input: JsonSchema): JsonSchema {
  const { properties = {} } = input;
  if (properties["folder"] === undefined) return input;
  const description = "Name of one workspace folder; needed where several are open.";
  const folder = { ...properties["folder"], description };
  return { ...input, properties: { ...properties, folder } };
}

/** The texts of notes as an agent recalls them. */
async function notesOf(one: Agent): Promise<string[]> {
  const { data } = await one.call("recall_notes");
  return (data as { notes: { text: string }[] }).notes.map(({ text }) => text);
}

describe("lore mcp", () => {
  it("answers before it opens the memory", async (t) => {
    const home = makeHome(t, files);
    const { send, next } = rawServer(t, home, [home.folder]);
    send(JSON.stringify(initialize));
    const { id, result } = await next();
    assert.equal(id, 1);
    assert.equal((result as { serverInfo: { name: string } }).serverInfo.name, "lore");
    assert.ok(!existsSync(storeOf(home)), "nothing is opened yet");
  });

  it("offers the tools of its permission, and every one of them works", async (t) => {
    const home = makeHome(t, files);
    git(home.folder, ["init", "-q", "-b", "main"]);
    git(home.folder, ["add", "."]);
    git(home.folder, ["commit", "-q", "-m", "first"]);
    const one = await agent(t, home, [home.folder, "--allow", "forget"]);
    const { tools } = await one.client.listTools();
    assert.deepEqual(
      tools.map(({ name, title, description, inputSchema }) => ({
        ...{ name, title, description, inputSchema },
      })),
      toolDescriptions.map(({ name, title, description, input }) => ({
        ...{ name, title, description, inputSchema: withOwnMemories(input) },
      })),
    );
    for (const { name, annotations } of tools) {
      assert.equal(annotations?.readOnlyHint, !["remember", "forget_note"].includes(name), name);
      assert.equal(annotations.destructiveHint, name === "forget_note");
    }
    // The client holds each result against the schema that the tool declares.
    const found = await one.call("search_memory", { question: tideQuestion });
    assert.match(found.text, /`src\/tides\.ts:/);
    const read = await one.call("read_memory", { path: "src/plan.ts" });
    assert.match(read.text, /planArrival/);
    const used = await one.call("find_usages", { name: "tideHeight" });
    assert.match(used.text, /`src\/plan\.ts:/);
    writeFileSync(path.join(home.folder, "src/plan.ts"), "export const plan = 1;\n");
    git(home.folder, ["commit", "-q", "-am", "second"]);
    assert.match((await one.call("what_changed", { since: "HEAD~1" })).text, /`planArrival`/);
    const kept = await one.call("remember", { text: "we sail at high tide" });
    const { note } = kept.data as { note: { id: string; who: string } };
    assert.equal(note.who, "test client (agent)");
    assert.deepEqual(await notesOf(one), ["we sail at high tide"]);
    assert.equal((await one.call("forget_note", { id: note.id })).isError, false);
    assert.deepEqual(await notesOf(one), []);
  });

  it("has resources and prompts", async (t) => {
    const home = makeHome(t, { ...files, "long.md": `${"wave ".repeat(60_000)}\nend\n` });
    const { client, call } = await agent(t, home, [home.folder, "--allow", "remember"]);
    const listed = await client.listResources();
    assert.deepEqual(
      listed.resources.map(({ uri }) => uri),
      ["lore://status", "lore://notes"],
    );
    await call("remember", { text: "we sail at high tide" });
    const textOf = async (uri: string): Promise<string> => {
      const { contents } = await client.readResource({ uri }, { timeout: patienceMs });
      return (contents as { text: string }[])[0]?.text ?? "";
    };
    assert.match(await textOf("lore://notes"), /we sail at high tide/);
    assert.equal(`${await textOf("lore://file/src/plan.ts")}\n`, files["src/plan.ts"]);
    assert.match(
      await textOf("lore://file/long.md"),
      /\n\[Lore: the rest of line 1 is left out\.\]\nend$/,
    );
    for (const uri of ["lore://file/../x", "lore://file/%", "lore://other", "file:///etc/passwd"])
      await assert.rejects(client.readResource({ uri }), { code: -32002 }, uri);
    const { prompts } = await client.listPrompts();
    assert.deepEqual(
      prompts.map(({ name }) => name),
      ["explain", "what_changed", "onboard"],
    );
    const { messages } = await client.getPrompt({ name: "explain", arguments: { what: "tides" } });
    assert.match(JSON.stringify(messages), /search_memory/);
    await assert.rejects(client.getPrompt({ name: "explain" }), { code: -32602 });
  });

  it("lets agents read and no more unless somebody says so, and writes down what they did", async (t) => {
    const home = makeHome(t, files);
    const one = await agent(t, home, [home.folder]);
    const names = (await one.client.listTools()).tools.map(({ name }) => name);
    assert.ok(!names.includes("remember") && !names.includes("forget_note"));
    const question = "where are sounding leads kept?";
    await one.call("search_memory", { question });
    const refused = await one.call("remember", { text: "sounding leads are gone" });
    assert.ok(refused.isError);
    assert.match(refused.text, /has not allowed/);
    const log = readFileSync(
      path.join(storeOf(home), rootOf(home.folder).id, "agents.jsonl"),
      "utf8",
    );
    assert.ok(!log.includes("sounding"), "no word of what was asked");
    const { stdout } = spawnSync(
      process.execPath,
      [entry, "mcp", home.folder, "--audit", "--json"],
      { env: environment(home), encoding: "utf8" },
    );
    const { calls } = JSON.parse(stdout) as {
      calls: { client: string; tool: string; outcome: string }[];
    };
    assert.deepEqual(
      calls.map(({ client, tool, outcome }) => [client, tool, outcome]),
      [
        ["test client", "search_memory", "ok"],
        ["test client", "remember", "notAllowed"],
      ],
    );
  });

  it("says of each call that it refuses what happened, what it means and what to do", async (t) => {
    const home = makeHome(t, files);
    const one = await agent(t, home, [home.folder]);
    const refusals: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
      ["search", {}, /^There is no tool .* so nothing was done\. Call one of search_memory, /],
      ["search_memory", {}, /^Nothing was done: input\.question is missing\. Call .* again/],
      [
        "search_memory",
        { query: "q" },
        /^Nothing was done: input has a field that is not known; the fields are question,/,
      ],
      [
        "remember",
        { text: "t" },
        /nothing was done\. .* ask the user, .*“lore mcp --allow remember”/,
      ],
      ["read_memory", { path: "../x" }, /is not in memory: .* Take paths from the results/],
    ];
    for (const [name, input, told] of refusals) {
      const { text, isError } = await one.call(name, input);
      assert.ok(isError, name);
      assert.match(text, told);
    }
    const { client } = one;
    await assert.rejects(
      client.readResource({ uri: "lore://none" }),
      /nothing was read\. The lists/,
    );
    await assert.rejects(client.getPrompt({ name: "sum" }), /no prompt .* Choose one of explain,/);
    await assert.rejects(client.getPrompt({ name: "explain" }), /“what”, which is missing\. Fill/);
  });

  it("says why a memory cannot be opened, and what helps", async (t) => {
    const home = makeHome(t, files);
    writeTree(home.home, { data: "a file where the memories should be" });
    const { text, isError } = await (
      await agent(t, home, [home.folder])
    ).call("search_memory", { question: tideQuestion });
    assert.ok(isError);
    assert.match(
      text,
      /^No memory can be kept in .*: there is a file in its place\. Name a folder/,
    );
  });

  it("takes the folders that the client has when none is named, and asks which of several is meant", async (t) => {
    const home = makeHome(t, files);
    const other = makeHome(t, { "other.ts": "export const moonPhase = 1;\n" });
    const one = await agent(t, home, [], [home.folder]);
    assert.match((await one.call("search_memory", { question: tideQuestion })).text, /tides\.ts/);
    const none = await agent(t, home, []);
    const closed = await none.call("search_memory", { question: tideQuestion });
    assert.ok(closed.isError, "a home is not remembered as a whole");
    const two = await agent(t, home, [home.folder, other.folder]);
    const input = { question: "moonPhase" };
    assert.match((await two.call("search_memory", input)).text, /Several folders are open/);
    const folder = other.folder;
    assert.match((await two.call("search_memory", { ...input, folder })).text, /other\.ts/);
  });

  it("remembers no home and no disk, whoever names it", async (t) => {
    const home = makeHome(t, files);
    const link = path.join(home.folder, "link");
    symlinkSync(home.home, link);
    for (const folder of [home.home, path.dirname(home.home), "/", link]) {
      const one = await agent(t, home, [], [folder]);
      const { text } = await one.call("search_memory", { question: tideQuestion });
      assert.match(text, /No folder is open/, folder);
    }
  });

  it("has the resources of each of several folders, and writes down what it refused", async (t) => {
    const home = makeHome(t, files);
    const other = path.join(home.home, "other place");
    writeTree(other, { "other.ts": "export const moonPhase = 1;\n" });
    const { client, call } = await agent(t, home, [], [home.folder, other]);
    const { resources } = await client.listResources();
    assert.deepEqual(
      resources.map(({ uri }) => uri),
      ["lore://status", "lore://project/notes", "lore://other%20place/notes"],
    );
    const { resourceTemplates } = await client.listResourceTemplates();
    assert.deepEqual(
      resourceTemplates.map(({ uriTemplate }) => uriTemplate),
      ["lore://project/file/{+path}", "lore://other%20place/file/{+path}"],
    );
    const textOf = async (uri: string): Promise<string> => {
      const { contents } = await client.readResource({ uri }, { timeout: patienceMs });
      return (contents as { text: string }[])[0]?.text ?? "";
    };
    assert.match(await textOf("lore://other%20place/file/other.ts"), /moonPhase/);
    assert.match(await textOf("lore://project/file/src/plan.ts"), /planArrival/);
    assert.match(await textOf("lore://project/notes"), /note/);
    for (const uri of ["lore://notes", "lore://file/other.ts", "lore://project/other"])
      await assert.rejects(client.readResource({ uri }), { code: -32002 }, uri);
    await call("search_memory", { question: "moonPhase" });
    await call("tell-of-sounding", { folder: "project" });
    await textOf("lore://status");
    const { stdout } = spawnSync(
      process.execPath,
      [entry, "mcp", home.folder, "--audit", "--json"],
      {
        env: environment(home),
        encoding: "utf8",
      },
    );
    const { calls } = JSON.parse(stdout) as { calls: { tool: string; outcome: string }[] };
    assert.deepEqual(
      calls.map(({ tool, outcome }) => [tool, outcome]),
      [
        ["read_memory", "ok"],
        ["recall_notes", "ok"],
        ["search_memory", "ambiguous"],
        ["unknown", "unknownTool"],
        ["status", "ok"],
      ],
    );
  });

  it("finds what changed on the disk while no editor runs", async (t) => {
    const home = makeHome(t, files);
    const { call } = await agent(t, home, [home.folder]);
    await call("search_memory", { question: tideQuestion });
    writeFileSync(path.join(home.folder, "buoy.ts"), "export function paintBuoy() {}\n");
    const deadlineMs = performance.now() + patienceMs;
    for (;;) {
      const { text } = await call("search_memory", { question: "paintBuoy" });
      if (text.includes("`buoy.ts:")) break;
      assert.ok(performance.now() < deadlineMs, text);
    }
  });

  it("goes on after a call was cancelled, and after what is no message", async (t) => {
    const home = makeHome(t, files);
    const one = await agent(t, home, [home.folder]);
    const cancel = new AbortController();
    const call = one.call("search_memory", { question: tideQuestion }, cancel.signal);
    cancel.abort();
    await assert.rejects(call);
    const found = await one.call("search_memory", { question: tideQuestion });
    assert.match(found.text, /tides\.ts/);
    const wrong = await one.call("search_memory", { question: 7 });
    assert.ok(wrong.isError);
    assert.match(wrong.text, /input\.question must be a string/);

    const { send, next } = rawServer(t, home, [home.folder]);
    send("this is no message");
    send('{"jsonrpc":"2.0","id":"x","method":');
    send("[1,2,3]");
    send(JSON.stringify(initialize));
    assert.equal((await next()).id, 1);
    send(JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: 5 } }));
    const { id, error } = await next();
    assert.equal(id, 2);
    assert.ok(error !== undefined);
  });

  it("answers a thousand calls at once", async (t) => {
    const home = makeHome(t, files);
    const { call } = await agent(t, home, [home.folder]);
    await call("search_memory", { question: tideQuestion });
    const results = await Promise.all(
      Array.from({ length: 1_000 }, (_, n) =>
        n % 2 === 0
          ? call("read_memory", { path: "src/tides.ts", startLine: 1 + (n % 5) })
          : call("search_memory", { question: tideQuestion, limit: 1, maxTokens: 200 }),
      ),
    );
    assert.ok(results.every(({ isError, text }) => !isError && text.includes("tides.ts")));
  });

  it("ends when the client is gone", async (t) => {
    const home = makeHome(t, files);
    const { child, send, next } = rawServer(t, home, [home.folder]);
    send(JSON.stringify(initialize));
    await next();
    send(JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }));
    const ended = exitCode(child);
    child.stdin?.end();
    assert.equal(await ended, 0);
  });
});

describe("a memory that an editor and an agent share", () => {
  it("shows each what the other one noted, and goes on when the editor's server is killed", async (t) => {
    const home = makeHome(t, files);
    const storeDir = path.join(home.home, "store");
    // The editor keeps the path with which a folder was opened.
    const link = path.join(home.home, "link");
    symlinkSync(home.folder, link);
    const root = rootOf(link);
    const { child, connection } = start(t);
    const request = <P, R>({ method }: methods.RequestMethod<P, R>, params: P): Promise<R> =>
      connection.sendRequest<R>(method, params);
    await request(methods.open, {
      ...{ protocolVersion: methods.protocolVersion, storeDir, settings, trusted: true },
      roots: [root],
    });
    await request(methods.settled, { refined: true });
    const one = await agent(t, home, [link, "--store", storeDir, "--allow", "remember"]);
    const status = await folderStatus(one);
    assert.equal(status?.readOnly, true, "the editor keeps the memory");
    assert.match((await one.call("search_memory", { question: tideQuestion })).text, /tides\.ts/);

    const told = new Promise<void>((resolve) =>
      connection.onNotification(methods.notesChanged.method, (state: NotesState) => {
        if (state.nNotes === 1) resolve();
      }),
    );
    await one.call("remember", { text: "agents sail at low tide" });
    await told;
    const notes = async (): Promise<readonly Note[]> =>
      (await request(methods.listNotes, {})).notes;
    assert.deepEqual(
      (await notes()).map(({ text, who }) => [text, who]),
      [["agents sail at low tide", "test client (agent)"]],
    );
    await request(methods.remember, { text: "people sail at high tide" });
    assert.deepEqual((await notesOf(one)).toSorted(), [
      "agents sail at low tide",
      "people sail at high tide",
    ]);

    child.kill("SIGKILL");
    const taken = await untilStatus(one, ({ readOnly }) => !readOnly);
    assert.equal(taken.readOnly, false);
    assert.match((await one.call("search_memory", { question: tideQuestion })).text, /tides\.ts/);
    assert.equal((await notesOf(one)).length, 2);
  });

  it("leaves nothing of what agents did when the folder is forgotten", (t: TestContext) => {
    const home = makeHome(t, files);
    const lore = (...args: string[]): number | null =>
      spawnSync(process.execPath, [entry, ...args], { env: environment(home) }).status;
    const store = path.join(home.home, "store");
    assert.equal(lore("index", home.folder, "--store", store), 0);
    const own = path.join(store, rootOf(home.folder).id);
    writeFileSync(path.join(own, "agents.jsonl"), "{}\n");
    assert.equal(lore("forget", home.folder, "--store", store), 0);
    const left = readdirSync(store, { recursive: true, encoding: "utf8" });
    assert.ok(!left.some((name) => name.includes("agents.jsonl")), left.join(" "));
  });
});

/** `lore` as a process, with its real parts, on a small folder. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import type { SearchTurnsResult } from "../../../protocol/turns.ts";
import { rootOf } from "../../../server/cli/storeLocation.ts";
import { openConversationStore } from "../../../server/memory/conversationStore.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { entry, lore, project } from "./loreProcess.ts";
import { git } from "../ingest/treesOnDisk.ts";
import { makeTurn } from "../memory/conversationTurns.ts";

describe("lore on a real folder", () => {
  it("keeps a decision, quotes it with its code, and marks it when that has changed", async (t) => {
    const { home, folder } = project(t);
    const why = "why do we throw away the oldest answers?";
    const text = "we throw away the oldest answers because they are \u001b[31mseldom asked again";
    const noted = await lore(home, ["remember", folder, text, "--at", "src/cache.py:4-6"]);
    assert.equal(noted.code, 0, noted.err);
    assert.match(noted.out, /^Noted as decision:/);
    assert.ok(!noted.out.includes("\u001b[31m"), "no text commands the terminal");
    const answer = await lore(home, ["ask", folder, why]);
    assert.match(answer.out, /seldom asked again/);
    assert.match(answer.out, /It cites src\/cache\.py:4-6/);
    assert.doesNotMatch(answer.out, /Needs check/);
    const file = path.join(folder, "src", "cache.py");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replace("pop()", "pop(0)"));
    const changed = await lore(home, ["ask", folder, why]);
    assert.match(changed.out, /Needs check: the code that it cites has changed/);
    assert.match(changed.out, /pop\(0\)/, "what stands there now");
    writeFileSync(file, `# moved\n${before}`);
    const list = JSON.parse((await lore(home, ["notes", folder, "--json"])).out) as {
      notes: { id: string; health: string; evidence: { citation: { range: unknown } }[] }[];
    };
    const [note] = list.notes;
    assert.equal(note?.health, "ok");
    assert.deepEqual(note.evidence[0]?.citation.range, {
      start: { line: 4, character: 0 },
      end: { line: 6, character: 26 },
    });
    const inside = ["notes", folder, "forget", "--inside", "src"];
    assert.match((await lore(home, inside)).out, /1 note forgotten/);
    assert.equal((await lore(home, ["notes", folder])).code, 3);
  });

  it("says in the same words, whatever it is asked of it, that there is no history", async (t) => {
    const { home, folder } = project(t);
    for (const [why, prepare] of [
      ["git finds no repository here that it would read", () => undefined],
      ["nothing has been committed yet", () => void git(folder, ["init", "-q"])],
    ] as const) {
      prepare();
      for (const words of [
        ["history", folder, "Cache"],
        ["changed", folder],
        ["changed", folder, "--since", "2 days ago"],
      ]) {
        const { code, out } = await lore(home, words);
        assert.equal(out, `There is no history in memory: ${why}.\n`, words.join(" "));
        assert.equal(code, 3);
        const asJson = await lore(home, [...words, "--json"]);
        assert.equal(asJson.code, 3);
        assert.match(asJson.out, /"state":"no(?:Repository|Commits)"/);
      }
    }
  });

  it("reads the commits before the first question about the past is answered", async (t) => {
    const { home, folder } = project(t);
    git(folder, ["init", "-q", "-b", "main"]);
    git(folder, ["add", "."]);
    git(folder, ["commit", "-q", "-m", "Add the cache"]);
    const { code, out, err } = await lore(home, ["ask", folder, "what happened today?"]);
    assert.equal(code, 0, err);
    assert.match(out, /1 commit by .+ since today[^]*Add the cache/);
  });

  it("says which place a note cannot cite, and of JSON that went wrong nothing but why", async (t) => {
    const { home, folder } = project(t);
    for (const [at, said] of [
      ["src/cache.py:99", /^src\/cache\.py has 6 lines; there is no line 99\.\n$/],
      ["src/none.py:1", /^src\/none\.py is not in memory, so nothing was noted/],
    ] as const) {
      const refused = await lore(home, ["remember", folder, "we use tabs", "--at", at]);
      assert.equal(refused.code, 1);
      assert.match(refused.err, said);
    }
    assert.equal((await lore(home, ["notes", folder])).code, 3, "nothing was noted");
    const { code, err } = await lore(home, ["memory", folder, "nosuch", "--json"]);
    assert.equal(code, 1);
    assert.match((JSON.parse(err) as { error: { message: string } }).error.message, /nosuch/);
  });

  it("finds what was said in conversations, and quotes it in an answer", async (t) => {
    const { home, folder } = project(t);
    const store = path.join(home, "store");
    const none = await lore(home, ["turns", folder, "retries", "--store", store]);
    assert.equal(none.code, 3, none.err);
    assert.match(none.out, /There are no conversations/);
    assert.ok(!existsSync(path.join(store, "conversations")));
    const dir = path.join(store, "conversations", rootOf(folder).id);
    const opened = openConversationStore(dir, nodeClock);
    const { id } = opened.store.create();
    const text = "The cache may hold \u001b[31m500 answers.";
    opened.store.appendTurn(id, makeTurn({ text, createdMs: nodeClock.nowMs() }));
    opened.store.close();
    const question = "what did I say about the cache today?";
    const found = await lore(home, ["turns", folder, question, "--store", store]);
    assert.equal(found.code, 0, found.err);
    assert.match(found.out, /^The cache may hold .*500 answers\./);
    assert.ok(!found.out.includes("\u001b[31m"), "no text commands the terminal");
    const asJson = await lore(home, ["turns", folder, question, "--store", store, "--json"]);
    const { turns, span } = JSON.parse(asJson.out) as SearchTurnsResult;
    assert.equal(turns[0]?.conversationId, id);
    assert.ok(span?.afterMs !== undefined);
    const answer = await lore(home, ["ask", folder, question, "--store", store]);
    assert.match(answer.out, /> The cache may hold .*500 answers\./);
    assert.match(answer.out, /You, \d{4}-\d\d-\d\d/);
  });

  it("a forgotten note is gone from the answers of conversations as well", async (t) => {
    const { home, folder } = project(t);
    const store = path.join(home, "store");
    const dir = path.join(store, "conversations", rootOf(folder).id);
    const text = "we keep the zebrafish warm";
    const noted = await lore(home, ["remember", folder, text, "--store", store]);
    assert.equal(noted.code, 0, noted.err);
    const opened = openConversationStore(dir, nodeClock);
    const { id } = opened.store.create();
    opened.store.appendTurn(id, makeTurn({ id: "q", text: "why is it warm?" }));
    opened.store.appendTurn(id, makeTurn({ id: "a", role: "lore", text: `> ${text}` }));
    opened.store.close();
    const holding = (): string[] =>
      readdirSync(home, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name))
        .filter((file) => readFileSync(file, "latin1").includes("zebrafish"));
    assert.notDeepEqual(holding(), []);
    const forget = ["notes", folder, "forget", "--topic", "zebrafish", "--store", store];
    assert.match((await lore(home, forget)).out, /1 note forgotten/);
    assert.deepEqual(holding(), []);
  });

  it("saves a trace, asks it again later and says what differs", async (t) => {
    const { home, folder } = project(t);
    const file = path.join(home, "trace.json");
    const question = "when does the cache throw answers away?";
    const searched = await lore(home, ["search", folder, question, "--save-trace", file]);
    assert.equal(searched.code, 0, searched.err);
    assert.doesNotMatch(searched.out, /candidates in/, "explaining was not asked for");
    const text = readFileSync(file, "utf8");
    assert.match(text, /"format": "lore-trace"/);
    assert.doesNotMatch(text, /evict|oldest/, "no text of a file");

    const same = await lore(home, ["retrace", folder, file]);
    assert.equal(same.code, 0, same.err);
    assert.match(same.out, /question: when does the cache throw answers away\?/);
    assert.match(same.out, /places?, all as before\.\n$/);

    const source = path.join(folder, "src", "cache.py");
    writeFileSync(
      source,
      `import time\n\n${readFileSync(source, "utf8").replace("pop()", "pop(0)")}`,
    );
    writeFileSync(path.join(folder, "src", "store.py"), "# The cache throws no answers away.\n");
    const later = await lore(home, ["retrace", folder, file]);
    assert.equal(later.code, 0, later.err);
    assert.match(later.out, /files in memory: 1 → 2/);
    assert.match(later.out, /src\/cache\.py:\d+-\d+ {2}.*text changed/);
    assert.match(later.out, /src\/store\.py:1 {2}came/);
    const json = JSON.parse((await lore(home, ["retrace", folder, file, "--json"])).out) as {
      same: boolean;
      places: { path: string; states: string[]; before: object | null }[];
    };
    assert.equal(json.same, false);
    const came = json.places.find(({ states }) => states.includes("came"));
    assert.ok(came?.path === "src/store.py" && came.before === null);

    const other = path.join(home, "other");
    mkdirSync(other);
    writeFileSync(path.join(other, "a.py"), "answers = 1\n");
    for (const [bad, sentence] of [
      [[other, file], /is a trace of another folder \(project\) than /],
      [[folder, path.join(folder, "src", "store.py")], /is not a whole trace/],
      [[folder, path.join(home, "none.json")], /cannot be read \(ENOENT\)/],
      [[folder, home], /is not a trace that “lore search --save-trace” wrote/],
    ] as const) {
      const failed = await lore(home, ["retrace", ...bad]);
      assert.equal(failed.code, 1);
      assert.match(failed.err, sentence);
      assert.equal(failed.err.trimEnd().split("\n").length, 1, "one sentence");
    }
    const nowhere = path.join(home, "none", "t.json");
    const unwritten = await lore(home, ["search", folder, question, "--save-trace", nowhere]);
    assert.equal(unwritten.code, 1);
    assert.match(unwritten.err, /cannot be written \(ENOENT\)/);
  });

  it("remembers, searches, answers, lists all places and forgets", async (t) => {
    const { home, folder } = project(t);
    const indexed = await lore(home, ["index", folder, "--json"]);
    assert.equal(indexed.err, "");
    assert.equal(indexed.code, 0);
    const status = JSON.parse(indexed.out) as {
      remembered: number;
      skipped: object;
      storeDir: string;
    };
    assert.equal(status.remembered, 1);
    assert.deepEqual(status.skipped, { binary: 1 });

    const searched = await lore(home, [
      "search",
      folder,
      "when is the oldest answer thrown away",
      "--json",
    ]);
    const { results } = JSON.parse(searched.out) as { results: Record<string, unknown>[] };
    assert.equal(results[0]?.["path"], "src/cache.py");

    const asked = await lore(home, [
      "ask",
      folder,
      "which function evicts from the cache?",
      "--json",
    ]);
    assert.equal(asked.code, 0, asked.err);
    const answer = JSON.parse(asked.out) as {
      text: string;
      citations: { path: string }[];
      abstained: boolean;
    };
    assert.equal(answer.abstained, false);
    assert.equal(answer.citations[0]?.path, "src/cache.py");
    assert.match(answer.text, /src\/cache\.py:\d/);

    const all = await lore(home, ["search", folder, "--all", "answers"]);
    assert.equal(all.code, 0);
    assert.equal(all.out.trimEnd().split("\n").length, 3);
    assert.match(all.err, /3 places\. Scanned 1 of 2 files/);

    const unknown = await lore(home, [
      "ask",
      folder,
      "how does the photon torpedo launcher recalibrate?",
    ]);
    assert.equal(unknown.code, 3);

    assert.equal((await lore(home, ["forget", folder])).code, 0);
    assert.equal(existsSync(status.storeDir), false);
    assert.equal((await lore(home, ["status", folder])).code, 3);
  });

  it("forgets a folder that was deleted, and says when there was none", async (t) => {
    const { home, folder } = project(t);
    assert.equal((await lore(home, ["index", folder])).code, 0);
    rmSync(folder, { recursive: true });
    const forgot = await lore(home, ["forget", folder]);
    assert.equal(forgot.err, "");
    assert.match(forgot.out, /has forgotten/);
    assert.equal((await lore(home, ["stats"])).out, "Lore remembers no folder yet.\n");
    const again = await lore(home, ["forget", folder]);
    assert.equal(again.code, 1);
    assert.match(again.err, /There is no folder/);
    const gone = path.join(home, "gone");
    mkdirSync(gone);
    writeFileSync(path.join(gone, "a.py"), "answers = []\n");
    const store = path.join(home, "kept");
    assert.equal((await lore(home, ["index", gone, "--store", store])).code, 0);
    const history = path.join(store, "work", "repository", `history-${rootOf(gone).id}.sqlite-wal`);
    mkdirSync(path.dirname(history), { recursive: true });
    writeFileSync(history, "of the past");
    rmSync(gone, { recursive: true });
    assert.equal((await lore(home, ["forget", gone, "--store", store])).code, 0);
    assert.ok(!existsSync(history));
    const named = path.join(home, "named");
    mkdirSync(named);
    writeFileSync(path.join(named, "thesis.txt"), "mine");
    assert.equal((await lore(home, ["forget", folder, "--store", named])).code, 1);
    assert.deepEqual(readdirSync(named), ["thesis.txt"]);
  });

  it(
    "says in one line that its output could not be written",
    { skip: !existsSync("/dev/full") },
    async () => {
      const full = openSync("/dev/full", "w");
      const child = spawn(process.execPath, [entry, "--help"], { stdio: ["ignore", full, "pipe"] });
      closeSync(full);
      let err = "";
      child.stderr?.on("data", (data: Buffer) => (err += data.toString()));
      const [code] = (await once(child, "close")) as [number];
      assert.equal(err, "The output could not be written (ENOSPC).\n");
      assert.equal(code, 1);
    },
  );

  it(
    "ends with 130 on Ctrl-C and leaves a memory that opens",
    { skip: process.platform === "win32" },
    async (t) => {
      const { home, folder } = project(t);
      for (let idx = 0; idx < 400; idx++) {
        const body = `def step_${idx}(value):\n    return value + ${idx}\n`.repeat(40);
        writeFileSync(path.join(folder, "src", `step${idx}.py`), body);
      }
      const env = { ...process.env, HOME: home, LORE_LOG_LEVEL: "debug" };
      const child = spawn(
        process.execPath,
        [entry, "index", folder, "--store", path.join(home, "s")],
        {
          env,
          stdio: ["ignore", "ignore", "pipe"],
        },
      );
      // The store's file shows that filling has begun.
      const watch = setInterval(() => {
        if (existsSync(path.join(home, "s"))) child.kill("SIGINT");
      }, 5);
      t.after(() => clearInterval(watch));
      const [code] = (await once(child, "close")) as [number];
      assert.equal(code, 130);
      const again = await lore(home, ["index", folder, "--store", path.join(home, "s"), "--json"]);
      assert.equal(again.code, 0, again.err);
      assert.equal((JSON.parse(again.out) as { remembered: number }).remembered, 401);
    },
  );
});

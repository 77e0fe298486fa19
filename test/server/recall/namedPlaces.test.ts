/** Questions that name files, lines and definitions outright get exactly those first. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { modelFolderUrl } from "../../../server/threads.ts";
import {
  functionText,
  openMemory,
  workspace,
  type OpenedMemory,
} from "../workspaceMemoryHarness.ts";

/** A function that mentions a word often, so that its words alone would put it first. */
const mentions = (name: string, word: string): string =>
  `def ${name}(task):\n${`    ${word}(task)  # ${word} the ${word} of the task\n`.repeat(6)}`;
const body = (lines: number): string =>
  Array.from({ length: lines }, (_, i) => `        total = total + ${i}\n`).join("");

const files = {
  "engine/runner.py": `"""Runs things."""\n\n\nclass Runner:\n    def start(self, total):\n${body(70)}        return total\n\n    def stop(self):\n        return None\n\n\ndef spawn(task):\n    return task\n`,
  "engine/tasks/pool.py": `class Pool:\n    def spawn(self, task):\n        return task\n\n    def load(self):\n        return 1\n`,
  "engine/tasks/group.py": `class Group:\n    def spawn(self, task):\n        return task\n\n    def load(self):\n        return 2\n`,
  "other/worker.py": `${mentions("runAll", "spawn")}\n\n${mentions("runMore", "spawn")}`,
  "other/tasks/loader.py": `def load(task):\n    return task\n`,
  "macros/task/spawn.rs": `cfg_rt! {\n    /// Spawns it.\n    pub fn spawn(future: F) -> Handle {\n        inner(future)\n    }\n}\n`,
  "src/a.ts": "/** Refunds the customer. */\nexport type RefundCustomer = string;\n",
  "src/b.ts":
    "/** Refunds the customer. */\nexport function refundCustomer(amount: number): number {\n  const fee = 1;\n  const total = amount + fee;\n  if (total > 100) {\n    return 100;\n  }\n  return total;\n}\n",
  "src/settings/index.ts": functionText("readAll"),
  "py/varint.py": `def decode_varint(buffer):\n    """Decodes a varint: a varint of the buffer."""\n    return buffer\n`,
  "cpp/varint.h": "/* Decodes it. */\ninline int DecodeVarint(const char* p) {\n  return *p;\n}\n",
  "src/names.ts": `export function walking(): void {}\n\nexport function walk(): void {}\n\nexport function WALK(): void {}\n`,
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [`apps/a${i}/config.ts`, functionText(`config${i}`)]),
  ),
};

let place: ReturnType<typeof workspace>;
let opened: OpenedMemory;
before(async () => {
  place = workspace(files);
  // The shipped model: to the tiny one most of these words are strange.
  const modelFolder = fileURLToPath(modelFolderUrl("static"));
  opened = await openMemory(place.folder, place.storeDir, { modelFolder });
  await opened.settled();
});
after(async () => {
  await opened.memory.close();
  place[Symbol.dispose]();
});

/** The first result as `path:first-last name`, lines one-based. */
async function first(query: string): Promise<{ path: string; name: string; lines: number[] }> {
  const [recall] = await opened.search(query);
  assert.ok(recall, query);
  const { path, range, symbol } = recall.citation;
  const name = symbol === undefined ? "" : `${symbol.container}.${symbol.name}`;
  return { path, name: name.replace(/^\./, ""), lines: [range.start.line + 1, range.end.line + 1] };
}

describe("a qualifier picks the definition of", () => {
  const cases: Readonly<Record<string, readonly [path: string, name: string]>> = {
    "Pool.spawn": ["engine/tasks/pool.py", "Pool.spawn"],
    "where is Group.spawn defined?": ["engine/tasks/group.py", "Group.spawn"],
    "group.load()": ["engine/tasks/group.py", "Group.load"],
    "runner.spawn": ["engine/runner.py", "spawn"],
    "loader::load": ["other/tasks/loader.py", "load"],
    "where is load in other/tasks?": ["other/tasks/loader.py", "load"],
    "task::spawn": ["macros/task/spawn.rs", ""],
  };
  for (const [query, [path, name]] of Object.entries(cases)) {
    test(query, async () => {
      const found = await first(query);
      assert.deepEqual([found.path, found.name], [path, name]);
    });
  }
});

describe("a place that is named comes first:", () => {
  for (const query of [
    "engine/runner.py:40",
    "runner.py:40",
    "what happens at runner.py line 40?",
    "engine/runner.py:38-44",
    "why is engine/runner.py#L40-L44 slow when a task spawns a task?",
  ]) {
    test(query, async () => {
      const found = await first(query);
      assert.equal(found.path, "engine/runner.py");
      assert.equal(found.name, "Runner.start");
      assert.ok((found.lines[0] as number) <= 40 && (found.lines[1] as number) >= 40);
    });
  }

  for (const query of ["what is engine/runner.py?", "what is in engine/runner.py", "runner.py"]) {
    test(query, async () => {
      const found = await first(query);
      assert.deepEqual([found.path, found.name], ["engine/runner.py", "Runner"]);
    });
  }

  test("a line past the end still gives the file", async () => {
    assert.equal((await first("engine/runner.py:99999")).path, "engine/runner.py");
  });

  test("a file name that many files have points at none of them", async () => {
    const recalls = await opened.search("where does config.ts read all settings");
    assert.equal(recalls[0]?.citation.path, "src/settings/index.ts");
  });
});

test("exact is exact: case and stem say less", async () => {
  for (const name of ["walk", "WALK", "walking"]) {
    const [recall] = await opened.search(`\`${name}\``);
    assert.equal(recall?.citation.symbol?.name, name);
    const reason = recall.reasons.find(({ kind }) => kind === "exactSymbol");
    assert.equal(reason?.detail, name);
  }
  const [stem] = await opened.search("`walked`");
  assert.equal(stem?.citation.path, "src/names.ts");
  assert.deepEqual(
    stem.reasons.filter(({ kind }) => kind === "exactSymbol"),
    [],
  );
});

test("what does something comes before what is only declared, where the question asks how", async () => {
  assert.equal((await first("how is the customer refunded?")).name, "refundCustomer");
  assert.equal((await first("RefundCustomer")).name, "RefundCustomer");
});

test("a language that the question names comes before others", async () => {
  assert.equal((await first("where are varints decoded in C++?")).path, "cpp/varint.h");
  assert.equal((await first("where are varints decoded in Python?")).path, "py/varint.py");
});

/** An import that is killed half-way: importing again adds the rest, in order, and nothing twice. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { entry, lore, project } from "./cli/loreProcess.ts";

const nConversations = 40;
const nTurns = 40;

/** A memory as a file: notes of which half replaced the other half, and conversations. */
function memoryFile(): string {
  const head = { type: "memory", format: "lore-memory", version: 1, roots: [] };
  const note = (n: number): object => ({
    ...{ type: "note", id: `note-${n}`, rootId: "r", kind: "fact", text: `we use ${n} tabs` },
    ...{ who: "A", createdMs: n, evidence: [], tags: [], links: [], isPinned: false, nUses: 0 },
    ...(n % 2 === 0 ? { supersededBy: `note-${n + 1}` } : {}),
  });
  const lines = [head, ...Array.from({ length: 40 }, (_, n) => note(n))];
  for (let c = 0; c < nConversations; c++) {
    const id = `conversation-${c}`;
    lines.push({ type: "conversation", id, title: `title ${c}`, createdMs: c, updatedMs: c });
    for (let k = 0; k < nTurns; k++)
      lines.push({
        ...{
          type: "turn",
          id: `${c}-${k}`,
          conversationId: id,
          role: k % 2 === 0 ? "user" : "lore",
        },
        ...{ text: `turn ${k} of ${c} about retries`, createdMs: 1_000 * c + k, state: "done" },
        ...{ citations: [], abstained: false, tiers: [] },
      });
  }
  return `${lines.map((line) => JSON.stringify(line)).join("\n")}\n`;
}

/** Turns that are on disk, as another process sees them. */
function turnsIn(file: string): number {
  if (!file.endsWith(".sqlite")) return 0;
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    const table = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'turn'").get();
    if (table === undefined) return 0;
    return (database.prepare("SELECT count(*) AS n FROM turn").get() as { n: number }).n;
  } finally {
    database.close();
  }
}

test("an import that was killed is completed by importing again", async (t) => {
  const { home, folder } = project(t);
  const file = path.join(home, "memory.jsonl");
  writeFileSync(file, memoryFile());
  const store = path.join(home, "store");
  const rest = ["--store", store];
  const child = spawn(process.execPath, [entry, "import", folder, file, ...rest], {
    env: { ...process.env, HOME: home },
    stdio: "ignore",
  });
  // Its folder is named after the repository's identity, of which only the program knows.
  const conversations = (): string =>
    (existsSync(store) ? readdirSync(store, { recursive: true, encoding: "utf8" }) : [])
      .filter((name) => path.basename(name) === "conversations.sqlite")
      .map((name) => path.join(store, name))[0] ?? store;
  const watch = setInterval(() => {
    if (turnsIn(conversations()) > 0) child.kill("SIGKILL");
  }, 2);
  t.after(() => clearInterval(watch));
  await once(child, "close");
  clearInterval(watch);
  const nBefore = turnsIn(conversations());
  assert.ok(nBefore > 0 && nBefore < nConversations * nTurns, `${nBefore} turns before the kill`);

  const again = await lore(home, ["import", folder, file, ...rest, "--json"]);
  assert.equal(again.code, 0, again.err);
  const added = JSON.parse(again.out) as { nTurns: number };
  assert.equal(added.nTurns, nConversations * nTurns - nBefore);
  const exported = await lore(home, ["export", folder, ...rest]);
  const bare = (text: string): string[] =>
    text
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => {
        const { rootId: _rootId, ...value } = JSON.parse(line) as Record<string, unknown>;
        return JSON.stringify(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
      });
  assert.deepEqual(bare(exported.out), bare(readFileSync(file, "utf8")));
  const found = await lore(home, ["turns", folder, "retries", ...rest, "--json"]);
  assert.equal(found.code, 0, found.err);
});

import assert from "node:assert/strict";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import type { HistoryTarget, PastEvent } from "../../../protocol/history.ts";
import { VersionCache } from "../../../server/history/definitionVersions.ts";
import { pastOf, type PastOutcome } from "../../../server/history/past.ts";
import { createSyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import { grammarFolderUrl } from "../../../server/threads.ts";
import { git, temporaryFolder, type TemporaryFolder } from "../ingest/treesOnDisk.ts";
import { begin, commit, filled, type FilledHistory } from "./repositories.ts";

const syntax = await createSyntaxChunker(fileURLToPath(grammarFolderUrl()));

const load = (body: string, head = "load(n: number)"): string =>
  `class Pool {\n  ${head} {\n    ${body}\n  }\n\n  other() {\n    return 0;\n  }\n}\n`;

/** A repository whose definitions come, change, move and go. */
function story(root: string): Readonly<Record<string, string>> {
  begin(root);
  const added = commit(root, "Add the pool", { "src/a.ts": load("return n;") });
  const other = commit(
    root,
    "Change something else",
    { "src/a.ts": load("return n;").replace("return 0", "return 1") },
    "B",
  );
  const body = commit(
    root,
    "Load twice\n\nOnce was not enough.",
    { "src/a.ts": load("return n * 2;").replace("return 0", "return 1") },
    "B",
  );
  const signature = commit(root, "Load anything", {
    "src/a.ts": load("return n * 2;", "load(n: number | string)").replace("return 0", "return 1"),
  });
  git(root, ["mv", "src/a.ts", "src/b.ts"]);
  const renamed = commit(root, "Rename the file", {});
  const moved = commit(root, "Move to a file of its own", {
    "src/b.ts": "export const nothing = 1;\nexport const atAll = 2;\n",
    "src/c.ts": load("return n * 2;", "load(n: number | string)").replace("return 0", "return 1"),
  });
  const removed = commit(root, "Remove the pool", { "src/c.ts": undefined });
  return { added, other, body, signature, renamed, moved, removed };
}

async function ask(
  folder: string,
  history: FilledHistory,
  target: HistoryTarget,
  since?: string,
): Promise<PastOutcome> {
  const context = {
    ...{ reader: history.reader, folder, prefix: "", syntax, versions: new VersionCache() },
    nowMs: () => Date.now(),
    signal: new AbortController().signal,
  };
  const params = { rootId: "r", target, limit: 100 };
  return pastOf(context, since === undefined ? params : { ...params, since });
}

function eventsOf(outcome: PastOutcome): (readonly [string, PastEvent["change"]])[] {
  assert.equal(outcome.kind, "past");
  return outcome.kind === "past"
    ? outcome.events.map(({ commit: { hash }, change }) => [hash, change] as const)
    : [];
}

async function told(
  tell: (
    root: string,
    steps: Readonly<Record<string, string>>,
    history: FilledHistory,
  ) => Promise<void>,
): Promise<void> {
  using folder: TemporaryFolder = temporaryFolder();
  const root = path.join(folder.path, "root");
  const steps = story(root);
  using history = await filled(root, path.join(folder.path, "store"));
  await tell(root, steps, history);
}

test("a definition's past is what its versions prove, through renames and moves, up to its removal", async () => {
  await told(async (root, steps, history) => {
    const outcome = await ask(root, history, { kind: "symbol", name: "Pool.load", paths: [] });
    assert.deepEqual(eventsOf(outcome), [
      [steps["removed"], "removed"],
      [steps["moved"], "moved"],
      [steps["signature"], "signature"],
      [steps["body"], "body"],
      [steps["added"], "added"],
    ]);
    if (outcome.kind !== "past") return;
    assert.deepEqual(
      outcome.authors.map(({ name, nCommits }) => [name, nCommits]),
      [
        ["A", 4],
        ["B", 1],
      ],
    );
    const other = await ask(root, history, { kind: "symbol", name: "other", paths: [] });
    assert.deepEqual(eventsOf(other).at(-2), [steps["other"], "body"]);
    const last = await ask(root, history, {
      ...{ kind: "symbol", name: "Pool.load", paths: [], within: ["c.ts"] },
    });
    assert.deepEqual(eventsOf(last)[0], [steps["removed"], "removed"]);
    const elsewhere = { kind: "symbol", name: "Pool.load", paths: [], within: ["docs/"] } as const;
    assert.deepEqual(await ask(root, history, elsewhere), { kind: "unknown" });
    const inFolder = { ...elsewhere, within: ["docs/", "src/"] };
    assert.equal(eventsOf(await ask(root, history, inFolder)).length, 5);
    const none = await ask(root, history, { kind: "symbol", name: "nowhere", paths: ["src/c.ts"] });
    assert.deepEqual(none, { kind: "unknown" });
  });
});

test("a file's past goes back through its names; a folder's holds every file", async () => {
  await told(async (root, steps, history) => {
    const file = await ask(root, history, { kind: "path", path: "b.ts" });
    assert.deepEqual(eventsOf(file), [
      [steps["moved"], "fileChanged"],
      [steps["renamed"], "fileRenamed"],
      [steps["signature"], "fileChanged"],
      [steps["body"], "fileChanged"],
      [steps["other"], "fileChanged"],
      [steps["added"], "fileAdded"],
    ]);
    const folder = await ask(root, history, { kind: "path", path: "src/" });
    assert.equal(new Set(eventsOf(folder).map(([hash]) => hash)).size, 7);
    const none = await ask(root, history, { kind: "path", path: "src/none.ts" });
    assert.deepEqual(none, { kind: "unknown" });
  });
});

test("since a commit, a tag or a day; and what is none of them", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const dated = (day: string, text: string): string => commitOn(root, day, text);
  const one = dated("2026-03-01", "one");
  git(root, ["tag", "v1"]);
  const two = dated("2026-03-05", "two");
  const three = dated("2026-03-09", "three");
  using history = await filled(root, path.join(folder.path, "store"));
  const since = async (when: string): Promise<PastOutcome> =>
    ask(root, history, { kind: "path", path: "a.txt" }, when);
  const hashes = async (when: string): Promise<string[]> =>
    eventsOf(await since(when)).map(([hash]) => hash);
  assert.deepEqual(await hashes("v1"), [three, two]);
  assert.deepEqual(await hashes(one.slice(0, 8)), [three, two]);
  assert.deepEqual(await hashes("2026-03-06"), [three]);
  assert.deepEqual(await hashes("2026-03-10"), []);
  assert.deepEqual(await since("the day when nothing was"), { kind: "unknownSince" });
  assert.deepEqual(await since("--output=/tmp/x"), { kind: "unknownSince" });
});

function commitOn(root: string, day: string, text: string): string {
  const hash = commit(root, text, { "a.txt": text });
  const tree = git(root, ["rev-parse", "HEAD^{tree}"]).trim();
  const parent = git(root, ["rev-list", "-n", "1", "--skip=1", "HEAD"]).trim();
  const seconds = Date.parse(`${day}T12:00:00Z`) / 1000;
  const lines = [
    `tree ${tree}`,
    ...(parent === "" ? [] : [`parent ${parent}`]),
    `author A <a@example.invalid> ${seconds} +0000`,
    `committer A <a@example.invalid> ${seconds} +0000`,
    "",
    text,
    "",
  ];
  const dated = git(
    root,
    ["hash-object", "-t", "commit", "-w", "--stdin"],
    lines.join("\n"),
  ).trim();
  git(root, ["reset", "-q", "--soft", dated]);
  assert.notEqual(hash, dated);
  return dated;
}

test("a line is whose commit wrote it, also in a file that was renamed", async () => {
  using folder = temporaryFolder();
  const root = path.join(folder.path, "root");
  begin(root);
  const one = commit(root, "one", { "a.c": "int a;\nint b;\nint c;\nint d;\nint e;\n" });
  const two = commit(root, "two", { "a.c": "int a;\nint b2;\nint c;\nint d;\nint e;\n" }, "B");
  git(root, ["mv", "a.c", "b.c"]);
  commit(root, "three", {});
  using history = await filled(root, path.join(folder.path, "store"));
  const line = async (n: number): Promise<PastOutcome> =>
    ask(root, history, { kind: "line", path: "b.c", line: n });
  assert.deepEqual(eventsOf(await line(1)), [[two, "wrote"]]);
  assert.deepEqual(eventsOf(await line(2)), [[one, "wrote"]]);
  assert.deepEqual(await line(99), { kind: "unknown" });
});

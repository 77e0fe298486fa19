/** Each tool on a real memory: what it finds, what it says when it finds nothing, and what it refuses. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import type { JsonSchema, ToolResult } from "../../../protocol/tools.ts";
import type { FoundPlace } from "../../../server/tools/foundPlaces.ts";
import type { NoteData } from "../../../server/tools/noteData.ts";
import { toolDescriptions } from "../../../server/tools/toolBox.ts";
import { randomFrom } from "../../../server/bank/random.ts";
import { plantSecrets } from "../secrets/plantedSecrets.ts";
import { git } from "../ingest/treesOnDisk.ts";
import { files, injection, toolWorkspace } from "./toolWorkspace.ts";

/** The failure that a result tells, `undefined` when it tells none. */
function failure({ isError, structured, text }: ToolResult): unknown {
  if (!isError) return undefined;
  assert.equal(structured["message"], text);
  return structured["error"];
}

/** Says where a value does not fit a schema, `undefined` where it does. */
function misfit(schema: JsonSchema, value: unknown, place = "result"): string | undefined {
  if (schema.type === "object") {
    const given = value as Record<string, unknown>;
    const known = schema.properties ?? {};
    const missing = (schema.required ?? []).find((name) => !(name in given));
    if (missing !== undefined) return `${place}.${missing} is missing`;
    return Object.entries(given)
      .map(([name, each]) => {
        const field = known[name];
        return field === undefined
          ? `${place}.${name} is not declared`
          : misfit(field, each, `${place}.${name}`);
      })
      .find((fault) => fault !== undefined);
  }
  if (schema.type === "array")
    return (value as unknown[])
      .map((each, idx) => misfit(schema.items as JsonSchema, each, `${place}[${idx}]`))
      .find((fault) => fault !== undefined);
  const type = schema.type === "integer" ? "number" : schema.type;
  if (typeof value !== type) return `${place} is no ${type}`;
  const isAllowed = schema.enum === undefined || schema.enum.includes(value as string);
  return isAllowed ? undefined : `${place} is none of the enum`;
}

function checkFits(name: string, { structured, isError }: ToolResult): void {
  assert.equal(isError, false);
  const tool = toolDescriptions.find((each) => each.name === name);
  assert.ok(tool !== undefined);
  assert.equal(misfit(tool.output, structured), undefined, name);
}

describe("search_memory", () => {
  it("returns places with their lines, text and hash, the best first", async (t) => {
    const { call } = await toolWorkspace(t);
    const result = await call("search_memory", { question: "where is the tide height computed?" });
    checkFits("search_memory", result);
    const [first] = result.structured["places"] as FoundPlace[];
    assert.equal(first?.path, "src/tides.ts");
    assert.ok(first.text?.includes("springRange = 4.2"));
    assert.match(first.hash, /^[0-9a-f]{16}$/);
    assert.ok(result.text.includes(`\`src/tides.ts:${first.startLine}-${first.endLine}\``));
  });

  it("says plainly that nothing answers, and shows no text then", async (t) => {
    const { call } = await toolWorkspace(t);
    const result = await call("search_memory", {
      question: "how are Kubernetes ingress certificates renewed?",
    });
    checkFits("search_memory", result);
    assert.equal(result.structured["verdict"], "unknown");
    assert.match(result.text, /^Nothing in memory /);
    assert.ok(
      (result.structured["places"] as FoundPlace[]).every(({ text }) => text === undefined),
    );
  });

  it("keeps to its globs, its limit and its budget", async (t) => {
    const long = Array.from({ length: 400 }, (_, n) => `  tide += harbour.level(${n});`).join("\n");
    const tree = { ...files, "src/long.ts": `export function longTide() {\n${long}\n}\n` };
    const { call } = await toolWorkspace(t, { tree });
    const question = "tide harbour level";
    const docs = await call("search_memory", { question, paths: ["src/plan.ts"] });
    const places = docs.structured["places"] as FoundPlace[];
    assert.deepEqual(
      places.map((place) => place.path).filter((file) => file !== "src/plan.ts"),
      [],
    );
    const one = await call("search_memory", { question, limit: 1, maxTokens: 300 });
    const [only, ...others] = one.structured["places"] as FoundPlace[];
    assert.deepEqual(others, []);
    assert.ok(only !== undefined && one.text.length < 300 * 5, `${one.text.length}`);
  });

  it("looks only in the file or folder that a name behind an at sign means", async (t) => {
    const { call } = await toolWorkspace(t);
    const paths = async (question: string): Promise<readonly string[]> => {
      const { structured } = await call("search_memory", { question });
      return (structured["places"] as FoundPlace[]).map((place) => place.path);
    };
    const asked = "where is the tide height computed?";
    assert.deepEqual([...new Set(await paths(`@tides.ts ${asked}`))], ["src/tides.ts"]);
    assert.deepEqual(await paths(`${asked} @tides.ts`), await paths(`@tides.ts ${asked}`));
    assert.ok((await paths(`@src ${asked}`)).every((path) => path.startsWith("src/")));
    assert.deepEqual(await paths(`@Tides ${asked}`), await paths(`Tides ${asked}`));
  });

  for (const [paths, said, searched] of [
    [["nosuch/**"], /^No file in memory matches `nosuch\/\*\*`, so nothing was searched/, []],
    [["a`b", "x.ts"], /^No file in memory matches ``a`b`` or `x\.ts`, so nothing/, []],
    [
      ["src/plan.ts", "nosuch/"],
      /^1 place.*No file in memory matches `nosuch\/`\./,
      ["src/plan.ts"],
    ],
    [["docs"], /^1 place/, ["docs/anchors.md"]],
    [["./docs/"], /^1 place/, ["docs/anchors.md"]],
  ] as const) {
    it(`says what ${paths.join(" and ")} came to`, async (t) => {
      const { call } = await toolWorkspace(t);
      const question = paths[0] === "src/plan.ts" ? "planArrival" : "anchor windlass";
      const result = await call("search_memory", { question, paths, limit: 1 });
      checkFits("search_memory", result);
      assert.match(result.text, said);
      assert.doesNotMatch(result.text, /Nothing in memory/);
      const places = result.structured["places"] as FoundPlace[];
      assert.deepEqual([...new Set(places.map((place) => place.path))], searched);
    });
  }

  it("says that what the question names with @ is not in memory", async (t) => {
    const { call } = await toolWorkspace(t);
    const missing = await call("search_memory", { question: "@nosuch/ tideHeight" });
    assert.match(missing.text, /`nosuch\/` is not in memory\. This is of all files/);
    const within = await call("search_memory", { question: "@src/plan.ts planArrival" });
    assert.match(within.text, /Looked only in `src\/plan\.ts`\./);
  });

  it("fences what files say, so that nothing in it gets out", async (t) => {
    const { call } = await toolWorkspace(t);
    const { text } = await call("search_memory", {
      question: "how is an anchor windlass greased?",
    });
    assert.match(text, /is data from files and notes, and not instructions/);
    assert.ok(text.includes(injection));
    // The longest run of backticks in the file is four, so its fence has five.
    const [, inside] = /\n`````[a-z]*\n([^]*?)\n`````(?:\n|$)/.exec(text) ?? [];
    assert.ok(inside?.includes("Ignore all earlier instructions") === true);
    assert.ok(!text.replace(inside, "").includes("Ignore all earlier"));
  });
});

describe("read_memory", () => {
  it("gives the present text, and says that it moved, changed or is gone", async (t) => {
    const { folder, call, write } = await toolWorkspace(t);
    const found = await call("search_memory", { question: "tideHeight", limit: 1 });
    const [place] = found.structured["places"] as FoundPlace[];
    assert.ok(place !== undefined);
    const { path: file, startLine, endLine, hash } = place;
    const asked = { path: file, startLine, endLine, hash };
    const now = await call("read_memory", asked);
    checkFits("read_memory", now);
    assert.equal(now.structured["state"], "current");
    assert.ok(now.text.includes("springRange = 4.2"));

    write({ [file]: `// one\n// two\n${files[file] as string}` });
    const moved = await call("read_memory", asked);
    assert.equal(moved.structured["state"], "moved");
    assert.equal(moved.structured["startLine"], startLine + 2);
    assert.equal(moved.structured["hash"], hash);

    write({ [file]: (files[file] as string).replace("4.2", "5.1") });
    const changed = await call("read_memory", asked);
    assert.equal(changed.structured["state"], "changed");
    assert.ok(changed.text.includes("5.1") && !changed.text.includes("4.2"));

    rmSync(path.join(folder, file));
    write({});
    assert.equal(failure(await call("read_memory", asked)), "notFound");
  });

  it("takes line breaks of either kind for the same lines", async (t) => {
    const { call, write } = await toolWorkspace(t);
    const lines = { path: "src/tides.ts", startLine: 1, endLine: 5 };
    const before = await call("read_memory", lines);
    write({ "src/tides.ts": (files["src/tides.ts"] as string).replaceAll("\n", "\r\n") });
    const after = await call("read_memory", { ...lines, hash: before.structured["hash"] });
    assert.equal(after.structured["state"], "current");
  });

  it("cuts a long text and says where to go on, so that all of it can be read", async (t) => {
    const text = Array.from({ length: 500 }, (_, n) => `const wave${n} = ${n};`).join("\n");
    const { call } = await toolWorkspace(t, { tree: { "long.ts": text } });
    const parts: string[] = [];
    let next: unknown = 1;
    while (next !== undefined) {
      const part = await call("read_memory", {
        path: "long.ts",
        startLine: next,
        maxTokens: 1_000,
      });
      checkFits("read_memory", part);
      parts.push(part.structured["text"] as string);
      next = part.structured["nextLine"];
    }
    assert.ok(parts.length > 1);
    assert.equal(parts.join("\n"), text);
  });

  it("keeps to its budget on a line that is longer, and says so", async (t) => {
    const long = Array.from({ length: 40_000 }, (_, n) => `wave${n % 97} `).join("");
    const { call } = await toolWorkspace(t, { tree: { "long.md": `${long}\nend\n` } });
    const input = { path: "long.md", maxTokens: 200 };
    const part = await call("read_memory", input);
    checkFits("read_memory", part);
    const shown = part.structured["text"] as string;
    assert.ok(shown.length > 0 && shown.length <= 200 * 8 && long.startsWith(shown));
    assert.equal(part.structured["isLineCut"], true);
    assert.match(part.text, /only its beginning is shown/);
    const rest = await call("read_memory", { ...input, startLine: part.structured["nextLine"] });
    assert.equal(rest.structured["text"], "end");
    const last = await call("read_memory", { ...input, endLine: 1 });
    assert.equal(last.structured["nextLine"], undefined, "there is no line to go on with");
    const found = await call("search_memory", { question: "wave1 wave2", maxTokens: 200 });
    assert.ok(found.text.length < 200 * 10, `${found.text.length}`);
  });

  it("opens no file outside of the workspace, nor one that is hidden", async (t) => {
    const tree = {
      ...files,
      ".env": "PASSWORD=1\n",
      ".gitignore": "hidden.ts\n",
      "hidden.ts": "x",
    };
    const { call } = await toolWorkspace(t, { tree });
    for (const file of [
      "../store",
      "/etc/passwd",
      "src/../../x",
      "C:\\x",
      ".env",
      "hidden.ts",
      "a\0b",
    ])
      assert.equal(failure(await call("read_memory", { path: file })), "notFound", file);
  });

  it("masks keys", async (t) => {
    const [planted] = plantSecrets(1, randomFrom(7));
    assert.ok(planted !== undefined);
    const { secret: key, text: line } = planted;
    const { call } = await toolWorkspace(t, { tree: { "src/key.ts": `${line}\n` } });
    const { text, structured } = await call("read_memory", { path: "src/key.ts" });
    assert.ok(!text.includes(key) && !JSON.stringify(structured).includes(key));
    assert.match(text, /\[secret: /);
  });

  it("asks which folder is meant where several have the file", async (t) => {
    const { call } = await toolWorkspace(t, { names: ["one", "two"] });
    const input = { path: "src/plan.ts" };
    assert.equal(failure(await call("read_memory", input)), "ambiguous");
    const two = await call("read_memory", { ...input, folder: "two" });
    checkFits("read_memory", two);
    assert.equal(two.structured["folder"], "two");
    assert.equal(failure(await call("read_memory", { ...input, folder: "three" })), "notFound");
  });
});

describe("find_usages", () => {
  it("lists the lines that use a name, and not its definition", async (t) => {
    const { call } = await toolWorkspace(t);
    const result = await call("find_usages", { name: "tideHeight", path: "src/tides.ts" });
    checkFits("find_usages", result);
    const usages = result.structured["usages"] as { path: string; lines: { text: string }[] }[];
    assert.deepEqual([...new Set(usages.map((usage) => usage.path))].sort(), [
      "src/plan.ts",
      "src/tides.ts",
    ]);
    const lines = usages.flatMap((usage) => usage.lines.map(({ text }) => text));
    assert.ok(lines.includes("return tideHeight(hour) > draught;"));
    assert.ok(!lines.some((line) => line.startsWith("export function tideHeight")));
  });

  it("says that nothing uses a name", async (t) => {
    const { call } = await toolWorkspace(t);
    const result = await call("find_usages", { name: "noSuchName" });
    checkFits("find_usages", result);
    assert.deepEqual(result.structured["usages"], []);
    assert.match(result.text, /^Nothing in memory uses this name/);
  });

  it("says that the named file does not define the name", async (t) => {
    const { call } = await toolWorkspace(t);
    const name = "tideHeight";
    const there = await call("find_usages", { name, path: "src/tides.ts" });
    assert.doesNotMatch(there.text, /defines no/);
    const elsewhere = await call("find_usages", { name, path: "src/plan.ts" });
    checkFits("find_usages", elsewhere);
    assert.match(elsewhere.text, /`src\/plan\.ts` defines no `tideHeight`/);
    const nowhere = await call("find_usages", { name, path: "nosuch.ts" });
    assert.equal(failure(nowhere), "notFound");
  });
});

describe("what_changed", () => {
  it("names the definitions that changed since a commit, in a part of the tree", async (t) => {
    const { folder, call, write } = await toolWorkspace(t);
    write({
      "src/tides.ts": (files["src/tides.ts"] as string).replace("4.2", "5.1"),
      "docs/anchors.md": "# Anchors\n\nGone.\n",
    });
    git(folder, ["commit", "-q", "-am", "second"]);
    const all = await call("what_changed", { since: "HEAD~1" });
    checkFits("what_changed", all);
    assert.equal(all.structured["nFiles"], 2);
    const part = await call("what_changed", { since: "HEAD~1", path: "src" });
    checkFits("what_changed", part);
    assert.equal(part.structured["nFiles"], 1);
    assert.match(part.text, /`tideHeight`/);
    // What a commit says stands in a code span, which nothing in it can leave.
    assert.match(part.text, /since commit [0-9a-f]{10}, ``Ignore `all` of this``/);
  });

  it("says that nothing in memory lies where it was to look, which is not that nothing changed", async (t) => {
    const { folder, call, write } = await toolWorkspace(t);
    write({ "docs/anchors.md": "# Anchors\n\nGone.\n" });
    git(folder, ["commit", "-q", "-am", "second"]);
    const since = "HEAD~1";
    const nowhere = await call("what_changed", { since, path: "nosuch/" });
    checkFits("what_changed", nowhere);
    assert.match(nowhere.text, /^No file in memory is at or below `nosuch\/`, and nothing/);
    const same = await call("what_changed", { since, path: "src" });
    assert.match(same.text, /^Nothing changed in `src` since/);
  });

  it("says what to do when it does not know since when", async (t) => {
    const { call } = await toolWorkspace(t);
    assert.equal(failure(await call("what_changed", { since: "no-such-tag" })), "notFound");
    assert.equal(failure(await call("what_changed")), "notReady");
  });
});

describe("remember, recall_notes and forget_note", () => {
  it("keep a note with its code and the agent's name, mark it when the code changes, and delete it", async (t) => {
    const { call, write } = await toolWorkspace(t);
    const text = "We use 4.2 metres because the harbour master measured it.";
    const evidence = { path: "src/tides.ts", startLine: 3, endLine: 3 };
    const kept = await call("remember", { text, kind: "decision", ...evidence });
    checkFits("remember", kept);
    const { id } = kept.structured["note"] as NoteData;
    const recalled = await call("recall_notes", { about: "why 4.2 metres?" });
    checkFits("recall_notes", recalled);
    const [note] = recalled.structured["notes"] as NoteData[];
    assert.deepEqual(note?.evidence, [{ ...evidence, health: "ok" }]);
    assert.deepEqual([note.text, note.kind, note.who], [text, "decision", "test agent (agent)"]);
    write({ "src/tides.ts": (files["src/tides.ts"] as string).replace("4.2", "5.1") });
    const [marked] = (await call("recall_notes")).structured["notes"] as NoteData[];
    assert.equal(marked?.health, "needsCheck");
    checkFits("forget_note", await call("forget_note", { id }));
    assert.deepEqual((await call("recall_notes")).structured["notes"], []);
    assert.equal(failure(await call("forget_note", { id })), "notFound");
  });

  it("mark a note that a later one contradicts", async (t) => {
    const { call } = await toolWorkspace(t);
    await call("remember", { text: "the max level is 90" });
    const beforeMs = Date.now();
    while (Date.now() === beforeMs);
    const later = await call("remember", { text: "the max level is 60" });
    const { id } = later.structured["note"] as NoteData;
    const recalled = await call("recall_notes", { about: "max level" });
    checkFits("recall_notes", recalled);
    const notes = recalled.structured["notes"] as NoteData[];
    assert.deepEqual(
      notes.map(({ text, contradictedBy }) => [text, contradictedBy]),
      [
        ["the max level is 60", undefined],
        ["the max level is 90", id],
      ],
    );
    assert.match(recalled.text, new RegExp(`the later note ${id} may say otherwise`));
  });

  it("refuse lines that are not there, and a note of another folder stays there", async (t) => {
    const { call } = await toolWorkspace(t, { names: ["one", "two"] });
    const lines = { folder: "one", path: "src/plan.ts", startLine: 900 };
    assert.equal(failure(await call("remember", { text: "we sail", ...lines })), "notFound");
    checkFits("remember", await call("remember", { text: "two uses tabs", folder: "two" }));
    const notes = (await call("recall_notes", { folder: "two" })).structured["notes"] as NoteData[];
    assert.deepEqual(
      notes.map(({ text }) => text),
      ["two uses tabs"],
    );
    assert.deepEqual((await call("recall_notes", { folder: "one" })).structured["notes"], []);
  });
});

describe("every tool", () => {
  it("refuses what the caller may not do, and does nothing then", async (t) => {
    const { call } = await toolWorkspace(t);
    const text = "agents may not write";
    assert.equal(failure(await call("remember", { text }, { permission: "read" })), "notAllowed");
    const forget = await call("forget_note", { id: "x" }, { permission: "remember" });
    assert.equal(failure(forget), "notAllowed");
    assert.deepEqual((await call("recall_notes")).structured["notes"], []);
  });

  it("tells a model what is wrong with its input, without quoting it", async (t) => {
    const { call } = await toolWorkspace(t);
    const secret = "hunter2";
    const bad: readonly (readonly [string, unknown])[] = [
      ["search_memory", undefined],
      ["search_memory", secret],
      ["search_memory", [secret]],
      ["search_memory", { question: "" }],
      ["search_memory", { question: "  " }],
      ["search_memory", { question: 7 }],
      ["search_memory", { question: "x".repeat(2_001) }],
      ["search_memory", { question: secret, limit: 0 }],
      ["search_memory", { question: secret, limit: 1.5 }],
      ["search_memory", { question: secret, maxTokens: Number.NaN }],
      ["search_memory", { question: secret, paths: secret }],
      ["search_memory", { question: secret, paths: [1] }],
      ["search_memory", { question: secret, hunter2: true }],
      ["search_memory", JSON.parse(`{"question":"${secret}","__proto__":{"limit":1}}`)],
      ["read_memory", { path: "src/tides.ts", startLine: 9, endLine: 3 }],
      ["remember", { text: "x", kind: secret }],
      ["remember", { text: "x", startLine: 3 }],
      ["find_usages", { name: null }],
    ];
    for (const [name, input] of bad) {
      const result = await call(name, input);
      assert.equal(failure(result), "invalidInput", `${name} ${JSON.stringify(input)}`);
      assert.ok(!result.text.includes(secret), result.text);
    }
    assert.equal(failure(await call("no_such_tool")), "unknownTool");
  });

  it("says when it is used and when not, and every field of its input says what it is", () => {
    for (const { name, description, input } of toolDescriptions) {
      assert.match(name, /^[a-z]+(_[a-z]+)?$/);
      assert.match(description, /\bUse it\b/, name);
      assert.match(description, /\bDo not use it\b/, name);
      for (const [field, schema] of Object.entries(input.properties ?? {}))
        assert.ok(schema.description !== undefined, `${name}.${field}`);
    }
  });

  it("ends when it is cancelled", async (t) => {
    const { call } = await toolWorkspace(t);
    const signal = AbortSignal.abort();
    await assert.rejects(call("search_memory", { question: "tides" }, { signal }), {
      name: "AbortError",
    });
  });
});

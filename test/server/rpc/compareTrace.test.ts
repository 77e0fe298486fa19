/** A saved trace is asked again on a real memory; a file that is none, whatever it holds, is told and nothing more. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { savedTraceOf, traceFileText, type TraceComparison } from "../../../protocol/savedTrace.ts";
import type { Root } from "../../../protocol/types.ts";
import type { SearchHow } from "../../../server/services.ts";
import { compareTrace } from "../../../server/rpc/compareTrace.ts";
import { openMemory, workspace, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const files = {
  "src/lamp.ts":
    "/** Lights the lamp. */\nexport function lightLamp(): boolean {\n  return true;\n}\n",
  "src/street.ts": 'import { lightLamp } from "./lamp.ts";\n\nexport const street = lightLamp();\n',
  "docs/lamp.md": "# The lamp\n\nHow the lamp is lit.\n",
};
const clock = { nowMs: () => 7, elapsedMs: () => 7 };

let place: ReturnType<typeof workspace>;
let opened: OpenedMemory;
let root: Root;
let saved: string;
before(async () => {
  place = workspace(files);
  opened = await openMemory(place.folder, place.storeDir);
  await opened.settled();
  root = opened.memory.status().roots[0]?.root as Root;
  saved = await savedFor("how is the lamp lit?");
});
after(async () => {
  await opened.memory.close();
  place[Symbol.dispose]();
});

async function savedFor(query: string, how: SearchHow = {}): Promise<string> {
  const found = await opened.recaller.search(
    { query, limit: 10, explain: true },
    new AbortController().signal,
    how,
  );
  const trace = savedTraceOf(found, 5);
  assert.ok(trace !== undefined);
  return traceFileText(trace);
}

function compare(text: string, roots: readonly Root[] = [root]): Promise<TraceComparison> {
  const ground = { recall: opened.recaller, clock, roots };
  return compareTrace(text, ground, new AbortController().signal);
}

/** The trace with a change, as a file. */
function changed(change: (trace: Record<string, unknown>) => void, text = saved): string {
  const trace = JSON.parse(text) as Record<string, unknown>;
  change(trace);
  return JSON.stringify(trace);
}

test("of an unchanged memory nothing differs", async () => {
  const compared = await compare(saved);
  assert.ok(compared.kind === "compared");
  assert.ok(compared.places.length >= 3);
  assert.deepEqual(
    compared.places.flatMap(({ states }) => states),
    [],
  );
  assert.equal(compared.before.savedMs, 5);
  assert.equal(compared.now.savedMs, 7);
});

test("the question is asked by the same ranking as then", async () => {
  const compared = await compare(await savedFor("how is the lamp lit?", { ranking: "words" }));
  assert.ok(compared.kind === "compared");
  assert.equal(compared.now.asked.ranking, "words");
  assert.deepEqual(
    compared.places.flatMap(({ states }) => states),
    [],
  );
});

test("an edit, a new file and a deleted one are seen for what they are", async () => {
  const earlier = await savedFor("how is the lamp lit?");
  opened.write({
    "src/lamp.ts": `const wick = 1;\n\n${files["src/lamp.ts"].replace("true", "wick > 0")}`,
    "src/lantern.ts": "/** Lit like the lamp: lights a lamp. */\nexport const lampOfLantern = 1;\n",
  });
  rmSync(path.join(place.folder, "docs/lamp.md"));
  opened.tell("docs/lamp.md");
  await opened.settled();
  const compared = await compare(earlier);
  assert.ok(compared.kind === "compared");
  const of = (file: string) =>
    compared.places.find(({ before: was, now }) => (now ?? was)?.path === file);
  assert.ok(of("src/lamp.ts")?.states.includes("text"));
  assert.deepEqual(of("src/lantern.ts")?.states, ["came"]);
  assert.deepEqual(of("docs/lamp.md")?.states, ["went"]);
  assert.equal(of("docs/lamp.md")?.now, undefined);
});

describe("no usable trace:", () => {
  const deep = "[".repeat(200_000);
  const texts: Readonly<Record<string, string | (() => string)>> = {
    "an empty file": "",
    "no JSON": "lore",
    "a list": "[]",
    null: "null",
    "another format": '{"format":"other","version":1}',
    "a format that is an object": '{"format":{},"version":1}',
    "nothing but the format": '{"format":"lore-trace","version":1}',
    "deep nesting": deep,
    "deep nesting behind the format": `{"format":"lore-trace","version":1,"stages":${deep}`,
    "bytes of a picture": "\u0089PNG\r\n\u001a\n\0\0",
    "a prototype": () =>
      saved.replace('"asked":', '"__proto__": {"asked": 1}, "constructor": 1, "askedd":'),
    "a score that is a text": () =>
      changed((trace) => ((trace["results"] as { score: unknown }[])[0]!.score = "9")),
    "a line before the first": () =>
      changed(
        (trace) =>
          ((trace["results"] as { range: { start: { line: number } } }[])[0]!.range.start.line =
            -1),
      ),
    "a hash of another shape": () =>
      changed(
        (trace) => ((trace["results"] as { contentHash: string }[])[0]!.contentHash = "../../x"),
      ),
    "a reason of no kind": () =>
      changed(
        (trace) =>
          ((trace["results"] as { parts: unknown[] }[])[0]!.parts = [
            { kind: "\u001b[31m", weight: 1 },
          ]),
      ),
    "too many places": () => changed((trace) => (trace["results"] = Array(10_001).fill(null))),
    "a ranking of no kind": () =>
      changed((trace) => ((trace["asked"] as { ranking: string }).ranking = "toString")),
    "a limit of 0": () => changed((trace) => ((trace["asked"] as { limit: number }).limit = 0)),
    "a question of a megabyte": () =>
      changed((trace) => ((trace["asked"] as { query: string }).query = "x".repeat(1_000_000))),
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, async () => {
      const compared = await compare(typeof text === "string" ? text : text());
      assert.ok(compared.kind === "unusable");
      assert.equal(compared.reason, "damaged");
      assert.ok(compared.detail.length < 400, "a detail names the field");
      assert.doesNotMatch(compared.detail, /[\u0000-\u001f]/);
    });
  }

  test("a file that was cut anywhere", async () => {
    for (let length = 0; length < saved.trimEnd().length; length += 997) {
      const compared = await compare(saved.slice(0, length));
      assert.ok(compared.kind === "unusable" && compared.reason === "damaged", String(length));
    }
  });

  test("another version of the format", async () => {
    const compared = await compare(changed((trace) => (trace["version"] = 2)));
    assert.deepEqual(compared, { kind: "unusable", reason: "otherVersion", detail: "2" });
  });

  test("another folder", async () => {
    const other = { ...root, id: "0123456789abcdef" };
    const compared = await compare(saved, [other]);
    assert.ok(compared.kind === "unusable" && compared.reason === "otherRoots");
    assert.equal(compared.detail, root.name);
  });
});

test("a mark of the byte order, fields of later versions and a path that leads out do no harm", async () => {
  const marked = await compare(`\ufeff${changed((trace) => (trace["later"] = { x: 1 }))}`);
  assert.ok(marked.kind === "compared");
  assert.ok(!("later" in marked.before));
  const outside = await compare(
    changed((trace) => ((trace["results"] as { path: string }[])[0]!.path = "../../etc/passwd")),
  );
  assert.ok(outside.kind === "compared");
  assert.deepEqual(outside.places.at(-1)?.states, ["went"]);
});

test("a cancelled comparison is an AbortError", async () => {
  const ground = { recall: opened.recaller, clock, roots: [root] };
  await assert.rejects(compareTrace(saved, ground, AbortSignal.abort()), { name: "AbortError" });
});

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import type { ContextResult } from "../../../protocol/context.ts";
import { MemoryError } from "../../../protocol/errors.ts";
import type { FileProblem, Recall, SearchResult } from "../../../protocol/types.ts";
import { exitCodes } from "../../../server/cli/commandTable.ts";
import { statusCommandOf } from "../../../server/cli/openFolder.ts";
import { progressText } from "../../../server/cli/progressBar.ts";
import { defaultStoresDir, rootOf } from "../../../server/cli/storeLocation.ts";
import type { Services } from "../../../server/handlers.ts";
import {
  answer,
  citation,
  contextResult,
  searchResult,
  untilAborted,
} from "../../protocol/inMemoryServices.ts";
import { noHistory } from "../history/noHistory.ts";
import { closedNotes } from "../work/closedNotes.ts";
import { cliBench, rootStatus } from "./around.ts";

const recall: Recall = {
  citation: {
    ...citation,
    symbol: { name: "retry", kind: "function", container: "", range: citation.range },
  },
  score: 2.5,
  reasons: [
    { kind: "body", detail: "retry policy", weight: 2 },
    { kind: "path", detail: "", weight: 0.5 },
  ],
  role: "source",
  language: "typescript",
  text: "function retry() {\n  \u001b[31mwait();\n}",
  boundary: "syntax",
};

const found: SearchResult = {
  ...searchResult,
  recalls: [recall],
  trace: {
    ...searchResult.trace,
    terms: [
      { term: "retry", nChunks: 7, used: true },
      { term: "the", nChunks: 900, used: false },
    ],
    stages: [
      {
        name: "index",
        nCandidates: 40,
        ms: 1.25,
        candidates: [
          {
            rootId: "root",
            path: "src/\u001b[31ma.ts",
            lines: { startLine: 2, endLine: 5 },
            score: 7.5,
            foundBy: ["words", "path"],
          },
          { rootId: "root", path: "b.ts", score: 1, dropped: "overLimit" },
        ],
      },
    ],
  },
};

const finding: Partial<Services> = {
  recall: { search: () => Promise.resolve(found), usesOf: () => Promise.resolve([]) },
};

function jsonLines(text: string): unknown[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

describe("lore index", () => {
  it("says what became of the files and keeps the memory in the user's data folder", async (t) => {
    const bench = cliBench(t, { failed: { unreadable: 1 }, filesSeen: 4, ignoredEntries: 5 });
    const { code, out, err } = await bench.run(["index", bench.folder]);
    assert.equal(code, exitCodes.ok);
    assert.equal(err, "");
    assert.match(out, /2 of 4 files in memory, 12 chunks, 450 bytes on disk/);
    assert.match(out, /skipped: 1 \(1 binary\)/);
    assert.match(out, /failed: 1 \(1 not readable\)/);
    assert.match(out, /hidden by ignore rules: 5 files or folders\n/);
    const root = rootOf(bench.folder);
    const storeDir = path.join(bench.home, ".local", "share", "lore", root.id);
    assert.deepEqual(bench.services.memory.calls[0]?.slice(0, 3), ["open", storeDir, [root]]);
    assert.equal(bench.closed(), 1);
  });

  it("waits for the syntax unless told not to, and passes the settings on", async (t) => {
    const bench = cliBench(t);
    await bench.run(["index", bench.folder]);
    await bench.run(["index", "project", "--no-refine", "--threads", "3", "--exclude", "a/**"]);
    const settledCalls = bench.services.memory.calls.filter(([name]) => name === "settled");
    assert.deepEqual(settledCalls, [
      ["settled", true],
      ["settled", false],
    ]);
    const opens = bench.services.memory.calls.filter(([name]) => name === "open");
    assert.deepEqual(opens[1]?.[3], {
      exclude: ["a/**"],
      include: [],
      threads: 3,
      maxFileBytes: 1_000_000,
    });
  });

  it("prints JSON", async (t) => {
    const bench = cliBench(t);
    const { out } = await bench.run(["index", bench.folder, "--json", "--store", "mine"]);
    const [result] = jsonLines(out) as [Record<string, unknown>];
    assert.equal(result["folder"], bench.folder);
    assert.equal(result["storeDir"], path.join(path.dirname(bench.folder), "mine"));
    assert.equal(result["remembered"], 2);
    assert.equal(typeof result["elapsedMs"], "number");
  });

  it("says that a folder does not exist, is a file, or holds nothing to remember", async (t) => {
    const bench = cliBench(t, { filesSeen: 0, remembered: 0, skipped: {}, nChunks: 0 });
    writeFileSync(path.join(bench.folder, "file"), "");
    const missing = await bench.run(["index", "nowhere"]);
    const sentence = "There is no folder nowhere. Check the path; nothing was changed.\n";
    assert.deepEqual(missing, { code: 1, out: "", err: sentence });
    const file = await bench.run(["index", "project/file"]);
    assert.equal(file.code, exitCodes.failed);
    assert.match(file.err, /is not a folder/);
    const empty = await bench.run(["index", "project"]);
    assert.equal(empty.code, exitCodes.nothing);
    assert.match(empty.out, /holds no files\./);
  });

  it("says that ignore rules hide everything and how to override them", async (t) => {
    const bench = cliBench(t, { filesSeen: 0, remembered: 0, skipped: {}, ignoredEntries: 9 });
    const { code, out } = await bench.run(["index", "project"]);
    assert.equal(code, exitCodes.nothing);
    assert.match(out, /Ignore rules hide everything/);
    assert.match(out, /--include/);
  });

  it("shows the notices of the memory", async (t) => {
    const hiding = { rule: "/*", ruleFile: ".gitignore", nHidden: 9, nEntries: 10 };
    const bench = cliBench(t, {
      notices: [{ kind: "ignoreHidesAlmostAll", ...hiding, override: "!/*" }],
    });
    const { out } = await bench.run(["index", "project"]);
    assert.match(out, /“\/\*” in \.gitignore hides 9 of 10 entries.*“!\/\*”.*--include/);
  });

  it("draws its progress only on a terminal, and only on stderr", async (t) => {
    const bench = cliBench(t, { state: "filling", bytesDone: 250, pending: 1 });
    const drawn = await bench.run(["index", "project"], { terminal: true });
    assert.match(drawn.err, /\[######-+\] {2}25 %/);
    assert.ok(drawn.err.endsWith("\r\x1b[K"), "the line is removed at the end");
    assert.doesNotMatch(drawn.out, /\r/);
    assert.equal((await bench.run(["index", "project"])).err, "");
  });
});

describe("progress", () => {
  it("names the stage and never goes beyond its end", () => {
    const text = (change: Parameters<typeof rootStatus>[1]): string =>
      progressText({ roots: [rootStatus("/f", change)], paused: false, serverVersion: "" });
    assert.match(text({ state: "scanning", filesSeen: 12_345 }), /Looking at files: 12,345/);
    assert.match(text({ state: "filling", bytesKnown: 0, bytesDone: 0 }), /100 %/);
    assert.match(text({ state: "filling", bytesKnown: 10, bytesDone: 20 }), /100 %/);
    assert.match(text({ state: "refining", filesSyntaxExact: 3, filesToRefine: 1 }), /75 %/);
  });

  it("says whole things on a narrow terminal", () => {
    const status = rootStatus("/f", {
      state: "filling",
      bytesDone: 1_450_000,
      bytesKnown: 5_000_000,
      remembered: 12_305,
    });
    const at = (width: number): string =>
      progressText({ roots: [status], paused: false, serverVersion: "" }, width);
    assert.equal(
      at(79),
      "[######------------------]  28 % 1.4 MB of 5.0 MB, 12,305 files in memory",
    );
    assert.equal(at(60), "[######------------------]  28 % 1.4 MB of 5.0 MB");
    assert.equal(at(39), "[##------]  28 % 1.4 MB of 5.0 MB");
    assert.equal(at(19), "[##------]  28 %");
  });
});

describe("lore search", () => {
  it("prints the places with their lines", async (t) => {
    const bench = cliBench(t, {}, finding);
    const { code, out } = await bench.run(["search", "project", "retry policy"]);
    assert.equal(code, exitCodes.ok);
    assert.match(out, / 1 {2}src\/a\.ts:3-5 {2}retry\n {6}function retry\(\) \{/);
    assert.match(out, /\\u\{1b\}\[31mwait/);
    assert.doesNotMatch(out, /score|\x1b/);
  });

  it("explains itself", async (t) => {
    const bench = cliBench(t, {}, finding);
    const { out } = await bench.run(["search", "project", "retry policy", "--explain"]);
    assert.match(out, /words: retry \(7\), the \(not used\)/);
    assert.match(out, /index: 40 candidates in 1\.3 ms|index: 40 candidates in 1\.2 ms/);
    assert.ok(out.includes("       7.500  src/\\u{1b}[31ma.ts:3-5  (by words, path)\n"), out);
    assert.match(out, / 1\.000 {2}b\.ts {2}\(left out: others are better\)/);
    assert.match(out, /score 2\.500\n {6}\+2\.000 {2}body: retry policy\n {6}\+0\.500 {2}path\n/);
  });

  it("says beside the places what of a question's paths is not in memory", async (t) => {
    const mentions = { within: [], missing: ["no\u001b[31m/"] };
    const search = (): Promise<SearchResult> =>
      Promise.resolve({ ...found, trace: { ...found.trace, mentions } });
    const bench = cliBench(t, {}, { recall: { search, usesOf: () => Promise.resolve([]) } });
    const { out, err } = await bench.run(["search", "project", "@no/ retry"]);
    assert.match(out, /^ 1 {2}src/);
    assert.match(err, /^no.*\/ is not in memory\. This is of all files:\n$/);
    assert.doesNotMatch(err, /\x1b/);
    const asJson = await bench.run(["search", "project", "@no/ retry", "--json"]);
    const [result] = jsonLines(asJson.out) as [{ mentions: unknown }];
    assert.deepEqual(result.mentions, mentions);
    assert.equal(asJson.err, "");
  });

  it("says beside a context what of a question's paths it is from", async (t) => {
    const mentions = { within: ["docs/"], missing: [] };
    const context = (): Promise<ContextResult> => Promise.resolve({ ...contextResult, mentions });
    const bench = cliBench(t, {}, { context });
    const { out, err } = await bench.run(["context", "project", "@docs/ retry"]);
    assert.equal(out, "prompt\n");
    assert.match(err, /^Looked only in docs\/\.\n/);
  });

  it("explains what came of reading the best places again", async (t) => {
    const sentences = {
      used: "read again: the best 30 places",
      late: "read again: not done in time for 30 places",
      unavailable: "read again: not available",
    } as const;
    for (const state of ["used", "late", "unavailable"] as const) {
      const trace = { ...found.trace, reread: { state, nPlaces: 30 } };
      const search = (): Promise<SearchResult> => Promise.resolve({ ...found, trace });
      const recall = { search, usesOf: () => Promise.resolve([]) };
      const bench = cliBench(t, {}, { recall });
      const { out } = await bench.run(["search", "project", "q", "--explain"]);
      assert.ok(out.split("\n").includes(sentences[state]), out);
    }
    const bench = cliBench(t, {}, finding);
    const { out } = await bench.run(["search", "project", "q", "--explain"]);
    assert.doesNotMatch(out, /read again/);
  });

  it("prints JSON with 1-based inclusive lines", async (t) => {
    const bench = cliBench(t, {}, finding);
    const { out } = await bench.run(["search", "project", "q", "--json"]);
    const [result] = jsonLines(out) as [{ results: unknown[]; trace?: unknown }];
    assert.equal(result.trace, undefined);
    assert.deepEqual(result.results, [
      {
        path: "src/a.ts",
        startLine: 3,
        endLine: 5,
        score: 2.5,
        reasons: recall.reasons,
        contentHash: citation.contentHash,
        symbol: "retry",
      },
    ]);
    const explained = await bench.run(["search", "project", "q", "--json", "--explain"]);
    assert.deepEqual((jsonLines(explained.out)[0] as { trace: unknown }).trace, found.trace);
  });

  it("ends with 3 when nothing was found", async (t) => {
    const bench = cliBench(t);
    const { code, out } = await bench.run(["search", "project", "q"]);
    assert.equal(code, exitCodes.nothing);
    assert.match(out, /Nothing in memory/);
  });

  it("answers a batch line by line, in order", async (t) => {
    const asked: unknown[] = [];
    const bench = cliBench(
      t,
      {},
      {
        recall: {
          search: (params) => {
            asked.push(params);
            return Promise.resolve(params.query === "none" ? searchResult : found);
          },
          usesOf: () => Promise.resolve([]),
        },
      },
    );
    const file = path.join(path.dirname(bench.folder), "q.jsonl");
    writeFileSync(file, '{"id":"a","query":"one","x":1}\n\n{"id":"b","query":"none"}\n');
    const args = ["search", "project", "--batch", "q.jsonl", "--limit", "50", "--json"];
    const { code, out } = await bench.run(args);
    assert.equal(code, exitCodes.ok);
    assert.deepEqual(asked, [
      { query: "one", limit: 50 },
      { query: "none", limit: 50 },
    ]);
    assert.deepEqual(jsonLines(out), [
      {
        id: "a",
        results: [
          { path: "src/a.ts", startLine: 3, endLine: 5, score: 2.5, reasons: recall.reasons },
        ],
      },
      { id: "b", results: [] },
    ]);
  });

  for (const [name, text] of Object.entries({
    "no JSON": "nope",
    "a list": "[1]",
    "no query": '{"id":"a"}',
    "a number as id": '{"id":1,"query":"q"}',
  })) {
    it(`refuses a batch whose line is ${name}, and opens nothing`, async (t) => {
      const bench = cliBench(t);
      writeFileSync(
        path.join(path.dirname(bench.folder), "q.jsonl"),
        `{"id":"a","query":"b"}\n${text}`,
      );
      const { code, err } = await bench.run(["search", "project", "--batch", "q.jsonl"]);
      assert.equal(code, exitCodes.failed);
      assert.match(err, /^q\.jsonl line 2 is not/);
      assert.equal(bench.services.memory.calls.length, 0);
    });
  }

  it("says that the batch file cannot be read", async (t) => {
    const bench = cliBench(t);
    const { code, err } = await bench.run(["search", "project", "--batch", "none.jsonl"]);
    assert.equal(code, exitCodes.failed);
    assert.equal(err, "none.jsonl cannot be read (ENOENT).\n");
  });
});

describe("what git alone answers", () => {
  const mentions = { within: ["docs/"], missing: ["no\u001b[31m/"] };
  const commit = { hash: "1234567890", author: "A", authoredMs: 0, subject: "First", body: "" };
  const history: Services["history"] = {
    ...noHistory,
    changed: () => Promise.resolve({ kind: "noLook" }),
    recallAt: () =>
      Promise.resolve({
        ...{ kind: "recalled", commit, recalls: [recall], filesSearched: 1, filesLeftOut: 0 },
        mentions,
      }),
  };
  const asOf = ["search", "project", "@docs/ @no/ retry", "--as-of", "HEAD"];

  it("is answered while the first files of a folder are read", async (t) => {
    const bench = cliBench(t, { state: "filling", remembered: 0, pending: 3 }, { history });
    const changed = await bench.run(["changed", "project"]);
    assert.match(changed.out, /^This is the first look\./);
    const searched = await bench.run(asOf);
    assert.match(searched.out, /\n 1 {2}src/);
    assert.equal(searched.code, exitCodes.ok);
  });

  it("says with --as-of too what it was limited to, and what is not there", async (t) => {
    const bench = cliBench(t, {}, { history });
    const { err } = await bench.run(asOf);
    assert.match(err, /^Looked only in docs\/\. no.*\/ is not in memory\.\n$/);
    assert.doesNotMatch(err, /\x1b/);
    const asJson = await bench.run([...asOf, "--json"]);
    const [result] = jsonLines(asJson.out) as [{ mentions: unknown }];
    assert.deepEqual(result.mentions, mentions);
    assert.equal(asJson.err, "");
  });
});

describe("lore search --all", () => {
  const everywhere: Partial<Services> = {
    exhaustive: () =>
      Promise.resolve({
        places: [{ citation, line: "\tif (TODO) \u202e" }],
        truncated: true,
        nPlaces: 3,
        filesScanned: 8,
        filesKnown: 10,
        unreadable: [{ path: "b.ts", reason: "gone" }],
      }),
  };

  it("prints the places, and how complete the list is", async (t) => {
    const bench = cliBench(t, {}, everywhere);
    const { code, out, err } = await bench.run(["search", "project", "--all", "TODO"]);
    assert.equal(code, exitCodes.ok);
    assert.equal(out, "src/a.ts:3-5:   if (TODO) \\u{202e}\n");
    assert.match(err, /not scanned: b\.ts \(gone\)/);
    assert.match(err, /3 places, 1 of them shown\. Scanned 8 of 10 files; 2 are not in memory/);
  });

  it("prints JSON that says whether it is complete", async (t) => {
    const bench = cliBench(t, {}, everywhere);
    const { out } = await bench.run(["search", "project", "--all", "TODO", "--json"]);
    const [result] = jsonLines(out) as [{ complete: boolean; places: unknown[] }];
    assert.equal(result.complete, false);
    assert.deepEqual(result.places, [
      { path: "src/a.ts", startLine: 3, endLine: 5, text: "\tif (TODO) \u202e" },
    ]);
  });

  it("says when all files were scanned and nothing was there", async (t) => {
    const bench = cliBench(t);
    const { code, err } = await bench.run(["search", "project", "--all", "TODO"]);
    assert.equal(code, exitCodes.nothing);
    assert.equal(err, "0 places. Scanned 1 of 1 file: all of them.\n");
  });
});

describe("lore ask", () => {
  it("prints the answer with its places", async (t) => {
    const markdown = "It is in [`src/a.ts:3-5`](#cite-0).";
    const bench = cliBench(
      t,
      {},
      {
        answers: {
          ask: (_params, emit) => {
            emit(markdown, [citation]);
            return Promise.resolve({ ...answer, markdown });
          },
        },
      },
    );
    const { code, out } = await bench.run(["ask", "project", "where?"]);
    assert.equal(code, exitCodes.ok);
    assert.equal(out, "It is in src/a.ts:3-5.\n");
  });

  it("prints each part as soon as it is there", async (t) => {
    const printed = Promise.withResolvers<string>();
    const bench = cliBench(
      t,
      {},
      {
        answers: {
          ask: async (_params, emit) => {
            emit("Here: [`src/a.ts:3-5`](#cite-0).\n\n", [citation]);
            assert.equal(await printed.promise, "Here: src/a.ts:3-5.\n");
            emit("## More\n\n- [`src/a.ts:3-5`](#cite-0)\n- [`b.ts:3-5`](#cite-1)\n\n", [
              { ...citation, path: "b.ts" },
            ]);
            return answer;
          },
        },
      },
    );
    const { out } = await bench.run(["ask", "project", "where?"], { onOut: printed.resolve });
    assert.equal(out, "Here: src/a.ts:3-5.\n\nMore\n\n- src/a.ts:3-5\n- b.ts:3-5\n");
  });

  it("does not wait for the syntax, nor do searches unless they are a batch", async (t) => {
    const bench = cliBench(t);
    writeFileSync(path.join(path.dirname(bench.folder), "q.jsonl"), '{"id":"a","query":"b"}');
    const batch = ["search", "project", "--batch", "q.jsonl"];
    for (const args of [
      ["ask", "project", "q"],
      ["search", "project", "q"],
      ["search", "project", "--all", "q"],
      batch,
      [...batch, "--no-refine"],
    ])
      await bench.run(args);
    const waits = bench.services.memory.calls.filter(([name]) => name === "settled");
    assert.deepEqual(
      waits.map(([, refined]) => refined),
      [false, false, false, true, false],
    );
  });

  it("gives the syntax pass a moment, and says what is still guessed after it", async (t) => {
    const bench = cliBench(t, { state: "refining", filesToRefine: 1_200, remembered: 2_000 });
    const { code, out, err } = await bench.run(["ask", "project", "q"]);
    assert.equal(code, exitCodes.ok);
    assert.equal(out, "one\n\ntwo\n");
    assert.match(err, /still guessed in 1,200 of 2,000 files/);
    const waits = bench.services.memory.calls.filter(([name]) => name === "settled");
    assert.deepEqual(
      waits.map(([, refined]) => refined),
      [false, true],
    );
  });

  it("can be interrupted in that moment", async (t) => {
    const bench = cliBench(t, { state: "refining", filesToRefine: 1 });
    const abort = new AbortController();
    bench.services.memory.settled = (refined, signal) => {
      if (!refined) return Promise.resolve(bench.services.memory.status());
      queueMicrotask(() => abort.abort());
      return untilAborted(signal);
    };
    const { code } = await bench.run(["ask", "project", "q"], { signal: abort.signal });
    assert.equal(code, exitCodes.interrupted);
  });

  it("answers from what there is when the memory cannot be written any more", async (t) => {
    const bench = cliBench(t, { state: "failed", notices: [{ kind: "diskFull" }] });
    bench.services.memory.settled = () => Promise.reject(new MemoryError("diskFull"));
    const { code, out, err } = await bench.run(["ask", "project", "q"]);
    assert.equal(code, exitCodes.ok);
    assert.equal(out, "one\n\ntwo\n");
    assert.match(
      err,
      /^The disk is full, so Lore stopped remembering; .*run the command again\.\n$/,
    );
  });

  it("names the command that lists what is not in memory, with the folder and the store", async (t) => {
    const bench = cliBench(t);
    await bench.run(["ask", "project", "q"]);
    const store = path.join(bench.home, "my store");
    await bench.run(["ask", "project", "q", "--store", store]);
    assert.deepEqual(bench.statusCommands, [
      `lore status ${bench.folder}`,
      `lore status ${bench.folder} --store '${store}'`,
    ]);
  });

  it("writes that command as the platform's shell reads it", () => {
    const at = (platform: NodeJS.Platform, folder: string, storeDir?: string): string => {
      const root = { id: "r", folder, name: "r" };
      const inDefaultPlace = storeDir === undefined;
      return statusCommandOf(
        { root, storeDir: storeDir ?? "", inDefaultPlace, notesDir: "" },
        platform,
      );
    };
    assert.equal(at("win32", "C:\\Users\\ü\\app"), "lore status C:\\Users\\ü\\app");
    assert.equal(
      at("win32", "C:\\My Code\\it's", "D:\\s"),
      `lore status "C:\\My Code\\it's" --store D:\\s`,
    );
    assert.equal(at("linux", "/a/b-c_d.e"), "lore status /a/b-c_d.e");
    assert.equal(at("linux", "/it's $HOME"), `lore status '/it'\\''s $HOME'`);
    assert.equal(at("linux", "/a\\b"), `lore status '/a\\b'`);
  });

  it("prints JSON, and ends with 3 without evidence", async (t) => {
    const bench = cliBench(
      t,
      {},
      {
        answers: { ask: () => Promise.resolve({ ...answer, markdown: "**No**", abstained: true }) },
      },
    );
    const { code, out } = await bench.run(["ask", "project", "where?", "--json"]);
    assert.equal(code, exitCodes.nothing);
    const [result] = jsonLines(out) as [Record<string, unknown>];
    assert.equal(result["text"], "No");
    assert.equal(result["abstained"], true);
    assert.deepEqual(result["citations"], [
      { path: "src/a.ts", startLine: 3, endLine: 5, contentHash: citation.contentHash },
    ]);
    assert.equal(result["evidence"], null);
  });

  it("tells how probable it is that the answer is in memory, and why with --explain", async (t) => {
    const evidence = {
      ...{ probability: 0.714, verdict: "unsure" as const },
      parts: [
        { fact: "words", value: 3, weight: -0.2 },
        { fact: "best", value: -1, weight: 1.25 },
      ],
    };
    const judged = { ...answer, trace: { ...answer.trace, evidence } };
    const bench = cliBench(t, {}, { answers: { ask: () => Promise.resolve(judged) } });
    const json = await bench.run(["ask", "project", "where?", "--json"]);
    const [result] = jsonLines(json.out) as [Record<string, unknown>];
    assert.deepEqual(result["evidence"], evidence);
    assert.equal(result["trace"], undefined);
    const explained = await bench.run(["ask", "project", "where?", "--json", "--explain"]);
    const [traced] = jsonLines(explained.out) as [Record<string, unknown>];
    assert.deepEqual(traced["trace"], judged.trace);
    const { out } = await bench.run(["ask", "project", "where?", "--explain"]);
    assert.match(out, /^in memory: 71 % \(not sure\): best \+1\.25, words -0\.20$/m);
    assert.doesNotMatch((await bench.run(["ask", "project", "where?"])).out, /in memory: /);
  });
});

describe("lore status, stats and forget", () => {
  const problem: FileProblem = {
    rootId: "r",
    path: "logo\u001b.png",
    outcome: "skipped",
    reason: "binary",
    detail: "",
  };

  it("speak of a memory only when there is one", async (t) => {
    const bench = cliBench(t);
    for (const command of ["status", "stats", "forget"]) {
      const { code, out } = await bench.run([command, "project"]);
      assert.equal(code, exitCodes.nothing, command);
      assert.match(out, /no memory of/);
    }
    assert.equal((await bench.run(["stats"])).code, exitCodes.nothing);
    assert.equal(bench.services.memory.calls.length, 0, "nothing was opened");
  });

  it("status names every file that is not in memory", async (t) => {
    const bench = cliBench(t);
    const pages: number[] = [];
    bench.services.memory.problems = (_rootId, offset) => {
      pages.push(offset);
      const left = Math.max(0, 1_500 - offset);
      const problems = Array.from({ length: Math.min(1_000, left) }, () => problem);
      return Promise.resolve({ problems, total: 1_500 });
    };
    await bench.run(["index", "project"]);
    const { code, out } = await bench.run(["status", "project"]);
    assert.equal(code, exitCodes.ok);
    assert.match(out, /skipped logo\\u\{1b\}\.png \(binary\)/);
    assert.match(out, /… and 1,480 more/);
    assert.deepEqual(pages, [0, 1_000]);
    const json = await bench.run(["status", "project", "--json"]);
    const [result] = jsonLines(json.out) as [{ problems: unknown[] }];
    assert.equal(result.problems.length, 1_500);
  });

  it("stats shows the sizes, of one memory or of all", async (t) => {
    const bench = cliBench(t);
    writeFileSync(path.join(bench.folder, "a.ts"), "x".repeat(1_000));
    const file = { rootId: "r", language: "typescript", role: "source" } as const;
    bench.services.source.files = () => [
      { ...file, path: "a.ts" },
      { ...file, path: "gone.ts" },
    ];
    await bench.run(["index", "project"]);
    const one = await bench.run(["stats", "project"]);
    assert.match(one.out, /0\.45 bytes a byte of source/);
    const all = await bench.run(["stats"]);
    assert.equal(all.code, exitCodes.ok);
    assert.ok(all.out.includes(bench.folder));
    const json = await bench.run(["stats", "--json"]);
    const [{ stores }] = jsonLines(json.out) as [{ stores: { folder: string }[] }];
    assert.deepEqual(
      stores.map(({ folder }) => folder),
      [bench.folder],
    );
  });

  it("forget makes room although the notes that it keeps cannot be counted on a full disk", async (t) => {
    const full = (): Promise<never> => Promise.reject(new MemoryError("diskFull"));
    const notes = Object.assign(closedNotes(), { list: full, forgetNotes: full });
    const bench = cliBench(t, {}, { notes });
    await bench.run(["index", "project"]);
    mkdirSync(path.join(bench.home, ".local", "share", "lore", "work"), { recursive: true });
    const refused = await bench.run(["forget", "project", "--notes"]);
    assert.equal(refused.code, exitCodes.failed);
    assert.match(refused.err, /^The disk is full/);
    const { code, out, err } = await bench.run(["forget", "project"]);
    assert.equal(code, exitCodes.ok, err);
    assert.match(out, /has forgotten [^\n]*\nNotes and conversations of its repository, if there/);
    assert.deepEqual(bench.services.memory.calls.at(-1), ["forget", rootOf(bench.folder).id]);
  });

  it("forget deletes Lore's own store, and of a named one only what is Lore's", async (t) => {
    const bench = cliBench(t);
    await bench.run(["index", "project"]);
    const { code, out } = await bench.run(["forget", "project"]);
    assert.equal(code, exitCodes.ok);
    assert.match(out, /has forgotten/);
    const { id } = rootOf(bench.folder);
    assert.deepEqual(bench.services.memory.calls.at(-1), ["forget", id]);
    assert.equal(existsSync(path.join(bench.home, ".local", "share", "lore", id)), false);

    const named = path.join(bench.home, "named");
    mkdirSync(named);
    writeFileSync(path.join(named, "thesis.txt"), "mine");
    const conversations = path.join(named, "conversations");
    for (const root of [id, "another"])
      mkdirSync(path.join(conversations, root), { recursive: true });
    await bench.run(["index", "project", "--store", named]);
    await bench.run(["forget", "project", "--store", named]);
    assert.ok(existsSync(path.join(named, "thesis.txt")));
    assert.deepEqual(readdirSync(conversations), ["another"], "what was said about it is gone");
  });
});

describe("a run that does not end well", () => {
  it("is interrupted by Ctrl-C: closes the memory and ends with 130", async (t) => {
    const bench = cliBench(t);
    const abort = new AbortController();
    bench.services.memory.settled = (_refined, signal) => {
      queueMicrotask(() => abort.abort());
      return untilAborted(signal);
    };
    const { code, err } = await bench.run(["index", "project"], { signal: abort.signal });
    assert.equal(code, exitCodes.interrupted);
    assert.match(err, /Interrupted/);
    assert.equal(bench.closed(), 1);
  });

  it("says the sentence of a known failure, with a detail", async (t) => {
    const bench = cliBench(t);
    bench.services.memory.open = () =>
      Promise.reject(new MemoryError("storeUnavailable", "ioError"));
    const { code, out, err } = await bench.run(["index", "project"]);
    assert.equal(code, exitCodes.failed);
    assert.equal(out, "");
    assert.match(err, /cannot open its memory on disk.*lore forget.*\(ioError\)\n$/);
    const json = await bench.run(["index", "project", "--json"]);
    assert.equal(json.out, "");
    const { error } = JSON.parse(json.err) as { error: { name: string; message: string } };
    assert.equal(error.name, "storeUnavailable");
    assert.equal(`${error.message}\n`, err);
    assert.equal(bench.closed(), 2);
  });

  it("says where the memory cannot be kept, and what to do", async (t) => {
    const bench = cliBench(t);
    const file = path.join(bench.home, "file");
    writeFileSync(file, "");
    for (const args of [
      ["index", "project"],
      ["ask", "project", "q"],
      ["status", "project"],
      ["forget", "project"],
      ["stats"],
    ]) {
      const { code, err } = await bench.run([...args, "--store", file]);
      assert.equal(code, exitCodes.failed);
      assert.equal(
        err,
        `No memory can be kept in ${file}: there is a file in its place. Name a folder with --store, or leave --store out.\n`,
      );
    }
    assert.equal(bench.services.memory.calls.length, 0, "nothing was opened");
    bench.services.memory.open = () => Promise.reject(new MemoryError("storeUnavailable", "EROFS"));
    const { err } = await bench.run(["index", "project", "--store", "far"]);
    assert.match(err, /^The folder of the memory, .*far, cannot be used \(EROFS\)\. Check/);
  });

  it("tells a wrong command line as JSON where JSON is wanted", async (t) => {
    const bench = cliBench(t);
    const { code, out, err } = await bench.run(["index", "--json"]);
    assert.equal(code, exitCodes.usage);
    assert.equal(out, "");
    const message = "“lore index” needs a folder.";
    assert.deepEqual(JSON.parse(err), { error: { name: "usage", message } });
  });

  it("says where something unexpected broke, without its words", async (t) => {
    const bench = cliBench(
      t,
      {},
      {
        answers: { ask: () => Promise.reject(new TypeError("text of a file")) },
      },
    );
    const { code, err } = await bench.run(["ask", "project", "q"]);
    assert.equal(code, exitCodes.failed);
    assert.match(err, /Something went wrong inside Lore: TypeError/);
    assert.doesNotMatch(err, /text of a file/);
    assert.equal(bench.closed(), 1);
  });

  it("tells a wrong command line apart, with the usage", async (t) => {
    const bench = cliBench(t);
    const { code, out, err } = await bench.run(["search", "project", "q", "--fly"]);
    assert.equal(code, exitCodes.usage);
    assert.equal(out, "");
    assert.match(err, /^There is no option “--fly”\. .*\nUsage: lore search FOLDER/);
  });
});

describe("the place of a memory", () => {
  it("is the user's data folder of the platform", () => {
    const at = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string =>
      defaultStoresDir({ platform, env, homeDir: path.resolve("/home/u") });
    assert.equal(at("linux", {}), path.resolve("/home/u/.local/share/lore"));
    assert.equal(at("linux", { XDG_DATA_HOME: path.resolve("/data") }), path.resolve("/data/lore"));
    assert.equal(at("linux", { XDG_DATA_HOME: "data" }), path.resolve("/home/u/.local/share/lore"));
    assert.equal(at("darwin", {}), path.resolve("/home/u/Library/Application Support/lore"));
    assert.equal(at("win32", { LOCALAPPDATA: path.resolve("/l") }), path.resolve("/l/lore"));
    assert.equal(at("win32", {}), path.resolve("/home/u/AppData/Local/lore"));
  });
});

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Command } from "../../../server/cli/command.ts";
import { commandNames } from "../../../server/cli/commandTable.ts";
import { parseCommandLine } from "../../../server/cli/parseCommandLine.ts";

function parsed(...args: string[]): Command {
  const result = parseCommandLine(args);
  assert.ok(result.kind === "command", result.kind === "usage" ? result.sentence : "");
  return result.command;
}

function refused(...args: string[]): string {
  const result = parseCommandLine(args);
  assert.ok(result.kind === "usage", "the command line must be refused");
  return result.sentence;
}

const defaults = {
  json: false,
  storeDir: undefined,
  settings: { exclude: [], include: [], threads: 0, maxFileBytes: 1_000_000 },
  refine: true,
};

describe("a command line", () => {
  it("names a command, a folder and a question", () => {
    assert.deepEqual(parsed("index", "src"), { kind: "index", folder: "src", ...defaults });
    assert.deepEqual(parsed("ask", "src", "why?"), {
      kind: "ask",
      folder: "src",
      question: "why?",
      asOf: undefined,
      explain: false,
      deep: false,
      ...{ model: undefined, endpoint: undefined, maxTokens: 6_000, withEvidence: false },
      ...defaults,
    });
    const byModel = parsed("ask", "src", "why?", "--model", "small", "--tokens", "4k");
    assert.ok(byModel.kind === "ask" && byModel.model === "small" && byModel.maxTokens === 4_000);
    const deep = parsed("ask", "src", "why?", "--deep");
    assert.ok(deep.kind === "ask" && deep.deep);
    const explained = parsed("ask", "src", "why?", "--explain");
    assert.ok(explained.kind === "ask" && explained.explain);
    assert.deepEqual(parsed("search", "src", "why?", "--as-of", "v1", "--limit", "3"), {
      ...{ kind: "searchAt", folder: "src", question: "why?", asOf: "v1", limit: 3 },
      ...defaults,
    });
    assert.deepEqual(parsed("history", "src", "a.ts:3", "--since", "3 weeks ago"), {
      ...{ kind: "history", folder: "src", target: "a.ts:3", limit: 30, since: "3 weeks ago" },
      ...defaults,
    });
    assert.deepEqual(parsed("context", "src", "why?"), {
      ...{ kind: "context", folder: "src", question: "why?", maxTokens: 6_000 },
      ...defaults,
    });
    assert.deepEqual(parsed("context", "src", "why?", "--tokens", "2k"), {
      ...{ kind: "context", folder: "src", question: "why?", maxTokens: 2_000 },
      ...defaults,
    });
    assert.deepEqual(parsed("changed", "src"), {
      ...{ kind: "changed", folder: "src", limit: 100, since: undefined },
      ...defaults,
    });
    assert.deepEqual(parsed("status"), { kind: "status", folder: ".", ...defaults });
    assert.deepEqual(parsed("stats"), { kind: "stats", folder: undefined, ...defaults });
    assert.equal(parsed("forget", "x").kind, "forget");
  });

  it("carries the options, also between the words", () => {
    const command = parsed(
      "search",
      "--limit=50",
      "src",
      "--include",
      "vendor/**",
      "--include",
      "gen/**",
      "why?",
      "--threads",
      "2",
      "--max-file-mb",
      "2.5",
      "--store",
      "/s",
      "--json",
      "--explain",
    );
    assert.deepEqual(command, {
      kind: "search",
      folder: "src",
      question: "why?",
      limit: 50,
      explain: true,
      ranking: "learned",
      saveTrace: undefined,
      json: true,
      storeDir: "/s",
      refine: true,
      settings: {
        exclude: [],
        include: ["vendor/**", "gen/**"],
        threads: 2,
        maxFileBytes: 2_500_000,
      },
    });
  });

  it("remembers a sentence, and works on what was noted", () => {
    const at = { file: "src/a.ts", startLine: 1, endLine: 6 };
    assert.deepEqual(parsed("remember", "a", "we use tabs", "--at", "src/a.ts:2-6"), {
      kind: "remember",
      folder: "a",
      text: "we use tabs",
      at,
      noteKind: undefined,
      ...defaults,
    });
    const action = (...args: string[]): unknown => {
      const command = parsed("notes", ...args);
      return command.kind === "notes" ? command.action : undefined;
    };
    assert.deepEqual(action(), { kind: "list", search: undefined, all: false });
    assert.deepEqual(action("a", "tabs", "--history"), { kind: "list", search: "tabs", all: true });
    assert.deepEqual(action("a", "unpin", "1"), { kind: "pin", id: "1", isPinned: false });
    assert.deepEqual(action("a", "correct", "1", "b"), { kind: "correct", id: "1", text: "b" });
    assert.deepEqual(action("a", "forget", "1"), { kind: "forget", which: { id: "1" } });
    assert.deepEqual(action("a", "forget", "--inside", "src"), {
      kind: "forget",
      which: { folder: "src" },
    });
    assert.deepEqual(action("a", "forget", "--before", "2026-01-31"), {
      kind: "forget",
      which: { before: "2026-01-31" },
    });
  });

  it("forgets a folder, its notes too, or a part of notes and conversations", () => {
    assert.deepEqual(parsed("forget", "a"), {
      kind: "forget",
      folder: "a",
      withNotes: false,
      ...defaults,
    });
    const withNotes = parsed("forget", "a", "--notes");
    assert.ok(withNotes.kind === "forget" && withNotes.withNotes);
    const which = (...args: string[]): unknown => {
      const command = parsed("forget", "a", ...args);
      return command.kind === "forgetWork" ? command.which : undefined;
    };
    assert.deepEqual(which("--topic", "tides"), { topic: "tides" });
    assert.deepEqual(which("--inside", "src"), { folder: "src" });
    assert.deepEqual(which("--inside", "src", "--pinned"), { folder: "src", withPinned: true });
    for (const before of ["90 days", "older than 2 weeks", "1d", "last month"])
      assert.deepEqual(which("--before", before), { before });
  });

  it("exports to a file or to stdout, and imports from a file", () => {
    assert.deepEqual(parsed("export", "a"), {
      kind: "export",
      folder: "a",
      file: undefined,
      ...defaults,
    });
    assert.deepEqual(parsed("export", "a", "f"), {
      kind: "export",
      folder: "a",
      file: "f",
      ...defaults,
    });
    assert.deepEqual(parsed("import", "a", "f"), {
      kind: "import",
      folder: "a",
      file: "f",
      ...defaults,
    });
  });

  it("searches three ways", () => {
    const all = parsed("search", "src", "--all", "TODO", "--whole-word");
    assert.ok(all.kind === "all" && all.wholeWord && all.literal === "TODO");
    const batch = parsed("search", "src", "--batch", "q.jsonl", "--limit", "3");
    assert.ok(batch.kind === "batch" && batch.file === "q.jsonl" && batch.limit === 3);
  });

  it("searches what was said", () => {
    const asked = { folder: "src", question: "retries yesterday?", ...defaults };
    assert.deepEqual(parsed("turns", "src", "retries yesterday?", "--limit", "3"), {
      kind: "turns",
      limit: 3,
      ...asked,
    });
    assert.deepEqual(parsed("turns", "src", "retries yesterday?"), {
      kind: "turns",
      limit: 10,
      ...asked,
    });
  });

  it("names a self-test's size and a place in a file", () => {
    const size = { tokens: 65_536, perPoint: undefined, distances: undefined };
    assert.deepEqual(parsed("self-test"), { kind: "self-test", folder: ".", ...size, ...defaults });
    const test = parsed("self-test", "src", "--tokens", "1M", "--points", "0,65536,1M");
    assert.ok(test.kind === "self-test" && test.tokens === 1_000_000);
    assert.deepEqual(test.distances, [0, 65_536, 1_000_000]);
    const place = { file: "C:/a:b.ts", line: 12, column: 3 };
    const command = parsed("complete", "src", "C:/a:b.ts:12:3");
    assert.deepEqual(command, { kind: "complete", folder: "src", ...place, ...defaults });
  });

  it("takes a question that looks like an option behind --", () => {
    const command = parsed("ask", "src", "--", "--limit what does it do?");
    assert.ok(command.kind === "ask" && command.question === "--limit what does it do?");
  });

  it("asks for help or the version in any place", () => {
    const help = (command?: string): unknown => ({ kind: "help", command, json: false });
    assert.deepEqual(parsed(), help());
    assert.deepEqual(parsed("--help"), help());
    assert.deepEqual(parsed("help"), help());
    assert.deepEqual(parsed("search", "--help"), help("search"));
    assert.deepEqual(parsed("help", "search"), help("search"));
    assert.deepEqual(parsed("-h"), help());
    for (const name of commandNames) {
      assert.deepEqual(parsed("help", name), help(name));
      assert.deepEqual(parsed(name, "-h"), help(name));
    }
    assert.deepEqual(parsed("--version", "--json"), { kind: "version", json: true });
  });

  it("names the shell that is to complete", () => {
    assert.deepEqual(parsed("completion", "zsh"), {
      kind: "completion",
      shell: "zsh",
      json: false,
    });
  });

  it("says whether the failure is to be told as JSON", () => {
    const asked = (...args: string[]): boolean | undefined => {
      const command = parseCommandLine(args);
      return command.kind === "usage" ? command.json : undefined;
    };
    assert.equal(asked("index", "--json"), true);
    assert.equal(asked("index"), false);
    assert.equal(asked("ask", "a", "--fly", "--", "--json"), false);
  });

  it("takes a question that begins with a negative number", () => {
    const command = parsed("search", "src", "--explain", "--", "-1 as a result");
    assert.ok(command.kind === "search" && command.question === "-1 as a result");
  });

  for (const [args, sentence] of [
    [["fly"], /no command “fly”. “lore help” lists all/],
    [["serach", "a", "q"], /no command “serach”. Did you mean “search”\?/],
    [["staus"], /Did you mean “status”\?/],
    ...["file:///", "localhost:11434", "no address"].map((address): [string[], RegExp] => [
      ["ask", ".", "why?", "--model", "m", "--endpoint", address],
      /--endpoint needs an address that begins with http:\/\/ or https:\/\//,
    ]),
    [["help", "indx"], /no command “indx”. Did you mean “index”\?/],
    [["help", "a", "b"], /takes one command/],
    [["help", "ask", "--store", "x"], /“lore help” does not take --store/],
    [["completion"], /needs one of bash, zsh, fish, powershell/],
    [["completion", "tcsh"], /needs one of bash/],
    [["timeline", "a", "--since", "soon"], /--since needs a time such as .*not “soon”/],
    [["timeline", "a", "--until", "v1"], /--until needs a time such as .*not “v1”/],
    [["index"], /needs a folder/],
    [["index", "a", "b"], /takes one folder/],
    [["index", "a", "--limit", "3"], /“lore index” does not take --limit/],
    [["forget", "a", "--include", "x"], /does not take --include/],
    [["index", ""], /folder of “lore index” is empty/],
    [["status", ""], /folder of “lore status” is empty/],
    [["ask", "", "where"], /folder of “lore ask” is empty/],
    [["ask", "a"], /needs a folder and a question/],
    [["ask", "a", "  "], /needs a folder and a question/],
    [["ask", "a", "where", "is"], /put it in quotes/],
    [
      ["search", "a", "q", "--limit", "0"],
      /--limit needs a whole number from 1 to 1,000,000, not “0”/,
    ],
    [["search", "a", "q", "--limit", "1.5"], /--limit needs a whole number/],
    [["search", "a", "q", "--limit", "1e3"], /--limit needs a whole number.*“1e3”/],
    [["search", "a", "q", "--limit", "-3"], /--limit needs a whole number.*“-3”/],
    [["search", "a", "q", "--limit", "x"], /--limit needs a whole number.*“x”/],
    [["search", "a", "q", "--no-refine"], /--no-refine needs --batch/],
    [["ask", "a", "q", "--no-refine"], /does not take --no-refine/],
    [["index", "a", "--threads", "-1"], /--threads needs a whole number from 1 to 64, not “-1”/],
    [["search", "a", "q", "--whole-word"], /needs --all/],
    [["search", "a", "q", "--all", "--explain"], /exclude each other/],
    [["search", "a", "q", "--all", "--save-trace", "t"], /--save-trace goes with neither/],
    [["search", "a", "--batch", "f", "--save-trace", "t"], /--save-trace goes with neither/],
    [["search", "a", "q", "--save-trace", ""], /--save-trace needs a value/],
    [["ask", "a", "q", "--save-trace", "t"], /“lore ask” does not take --save-trace/],
    [["retrace", "a"], /needs a folder and a file with a saved trace/],
    [["retrace", "a", "t", "u"], /takes one file with a saved trace/],
    [["search", "a", "--batch", "f", "--all"], /goes with neither/],
    [["search", "a", "q", "--batch", "f"], /takes one folder/],
    [["self-test", "a", "--tokens", "0"], /--tokens needs numbers from 1 to 100,000,000.*“0”/],
    [["self-test", "a", "--tokens", "16K"], /not “16K”/],
    [["self-test", "a", "--tokens", "1G"], /not “1G”/],
    [["self-test", "a", "--tokens", "999999999M"], /not “999999999M”/],
    [["self-test", "a", "--tokens", "16k", "--points", "0,17k"], /--points needs .*to 16,000/],
    [["self-test", "a", "--points", "4,2"], /--points must ascend/],
    [["self-test", "a", "--points", ""], /--points needs/],
    [["self-test", "a", "--per-point", "0"], /--per-point needs a whole number/],
    [["self-test", "a", "b"], /takes one folder/],
    [["remember", "a"], /needs a folder and a sentence/],
    [["remember", "a", "b", "--kind", "rumour"], /--kind is one of decision, .*not “rumour”/],
    [["remember", "a", "b", "--at", "c.ts"], /FILE:LINE or FILE:LINE-LINE, not “c.ts”/],
    [["remember", "a", "b", "--at", "c.ts:5-2"], /not “c.ts:5-2”/],
    [["notes", "a", "two", "words"], /takes one text/],
    [["notes", "a", "forget"], /needs the id of a note/],
    [["notes", "a", "forget", "1", "--topic", "x"], /go with “lore notes FOLDER forget”/],
    [["notes", "a", "forget", "--topic", "x", "--before", "2026-01-01"], /Choose one/],
    [["notes", "a", "forget", "--before", "someday"], /needs a day such as/],
    [["notes", "a", "--topic", "x"], /go with “lore notes FOLDER forget”/],
    [["forget", "a", "--notes", "--topic", "x"], /--notes does not go with/],
    [["forget", "a", "--before", "soon"], /a day such as 2026-01-31 or “90 days”/],
    [["export"], /needs a folder/],
    [["export", "a", "b", "c"], /takes one file/],
    [["import", "a"], /needs a folder and a file|needs/],
    [["notes", "a", "pin", "1", "2"], /takes one id/],
    [["notes", "a", "correct", "1"], /needs one sentence/],
    [["notes", ""], /folder of “lore notes” is empty/],
    [["ask", "a", "b", "--at", "c:1"], /does not take --at/],
    [["complete", "a"], /needs a folder and a place/],
    [["complete", "a", "b.ts"], /FILE:LINE or FILE:LINE:COLUMN, not “b.ts”/],
    [["complete", "a", "b.ts:0"], /not “b.ts:0”/],
    [["index", "a", "--threads", "many"], /--threads needs/],
    [["index", "a", "--threads", "1000"], /from 1 to 64/],
    [["index", "a", "--max-file-mb", "0"], /--max-file-mb needs a number above 0/],
    [["index", "a", "--store", ""], /--store needs a value/],
    [["index", "a", "--include", " "], /--include needs a value/],
    [["index", "a", "--store"], /--store/],
    [["index", "a", "--json=yes"], /--json/],
    [["index", "a", "--fly"], /no option “--fly”. “lore help index” lists all/],
    [["index", "a", "-x"], /no option “-x”/],
    [["search", "a", "q", "--limt", "3"], /no option “--limt”. Did you mean --limit\?/],
    [["ask", "a", "q", "--as-off", "v1"], /Did you mean --as-of\?/],
    [["index", "a", "--as-off", "v1"], /no option “--as-off”. “lore help index” lists all/],
    [["--versoin"], /Did you mean --version\?/],
  ] as const) {
    it(`is refused in one sentence: lore ${args.join(" ")}`, () => {
      const said = refused(...args);
      assert.match(said, sentence);
      assert.match(said, /[.?]$/);
      assert.doesNotMatch(said, /\n/);
    });
  }
});

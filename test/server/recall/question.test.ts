import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { maxQuestionLength, parseQuestion } from "../../../server/recall/question.ts";
import type { ParsedQuestion } from "../../../server/recall/question.ts";

/** Only the named fields are compared. */
function check(question: string, expected: Partial<ParsedQuestion>): void {
  test(`question: ${JSON.stringify(question.slice(0, 70))}`, () => {
    const parsed = parseQuestion(question);
    for (const key of Object.keys(expected) as (keyof ParsedQuestion)[]) {
      assert.deepEqual(parsed[key], expected[key], key);
    }
    assert.equal(parsed.raw, question);
  });
}

check("\u001b[1;31merror\u001b[0m: cannot open \u001b[36mdoor\u001b[39m\u001b[K", {
  words: ["cannot", "open", "door"],
  literals: ["cannot open door"],
});
check("[31mTypeError[0m: handle is not a [1mfunction[22m", {
  identifiers: ["TypeError"],
  words: ["handle", "function"],
});
check("\u001b]8;;file:///a\u0007where\u001b]8;;\u0007 is the door\u009b0m opened?", {
  words: ["door", "opened"],
});
check("which alert uses rate(requests[5m])?", {
  words: ["alert", "uses", "rate", "requests", "5m"],
});
check("src/x.py:12-40 and src/y.py#L3-L9, z.py lines 4-6", {
  paths: [
    { path: "src/x.py", line: 11, endLine: 39 },
    { path: "src/y.py", line: 2, endLine: 8 },
    { path: "z.py", line: 3, endLine: 5 },
  ],
});
check("where is the retry policy decided?", {
  words: ["retry", "policy", "decided"],
  identifiers: [],
  intent: { kind: "where" },
  isCjk: false,
});
check("Which file holds the parser?", { words: ["holds", "parser"], intent: { kind: "where" } });
check("How does `retryPolicy` pick its delay?", {
  identifiers: ["retryPolicy"],
  words: ["pick", "delay"],
  intent: { kind: "how", target: "retryPolicy" },
});
check("how does @pinojs/redact work with @Injectable?", {
  words: ["@pinojs/redact"],
  identifiers: ["Injectable"],
  paths: [],
});
check("where is @angular/core/testing used?", {
  words: ["@angular/core/testing"],
  intent: { kind: "allPlaces", target: "@angular/core/testing" },
});
check("who imports @angular/core, and why?", {
  intent: { kind: "allPlaces", target: "@angular/core" },
});
check("@endpoint 127.0.0.1:9", { identifiers: ["endpoint"], words: ["127.0.0.1:9"] });
check("where is 127.0.0.1 used?", {
  words: ["127.0.0.1"],
  intent: { kind: "allPlaces", target: "127.0.0.1" },
});
check("what does @param in @components/Button.vue mean, jane.doe@example.com?", {
  identifiers: ["param"],
  words: ["jane", "doe", "example", "com"],
  paths: [{ path: "components/Button.vue" }],
});
check("what is Router?", {
  words: ["Router"],
  possibleNames: ["Router"],
  intent: { kind: "what" },
});
check("who calls `encode_frame`?", {
  identifiers: ["encode_frame"],
  words: [],
  intent: { kind: "whoCalls", target: "encode_frame" },
});
check("who calls parse?", { words: ["parse"], intent: { kind: "whoCalls", target: "parse" } });
check("where is Foo::bar used", { intent: { kind: "whoCalls", target: "Foo::bar" } });
check("what breaks if I change the encodeFrame function?", {
  intent: { kind: "whoCalls", target: "encodeFrame" },
});
check("where is the quota error thrown when the quota is used up?", { intent: { kind: "where" } });
check("who calls the retry policy?", { intent: { kind: "whoCalls" }, words: ["retry", "policy"] });
check("who uses parse in the client?", { intent: { kind: "whoCalls", target: "parse" } });
check("callers of the parse function", { intent: { kind: "whoCalls", target: "parse" } });
check("what happens between the HTTP request and the database write?", {
  words: ["HTTP", "request", "database", "write"],
  intent: { kind: "flow", from: "the HTTP request", to: "the database write" },
});
check("trace the path from parseArgs to main()", {
  identifiers: ["parseArgs", "main"],
  intent: { kind: "flow", from: "parseArgs", to: "main()" },
});
check("what happens when a user logs in?", { intent: { kind: "flow", from: "a user logs in" } });
check("all places where MAX_RETRIES is used", {
  intent: { kind: "allPlaces", target: "MAX_RETRIES" },
});
check('list every use of "connection reset"', {
  literals: ["connection reset"],
  intent: { kind: "allPlaces", target: "connection reset" },
});
check("is there something similar to this?", { intent: { kind: "similar" } });

check("重试策略在哪里定义？", { words: ["重试策略"], intent: { kind: "where" }, isCjk: true });
check("retryPolicy在哪里被调用？", {
  identifiers: ["retryPolicy"],
  words: [],
  intent: { kind: "whoCalls", target: "retryPolicy" },
});
check("从HTTP请求到数据库写入之间发生了什么", {
  words: ["HTTP", "请求", "数据库写入"],
  intent: { kind: "flow", from: "HTTP请求", to: "数据库写入" },
});
check("所有使用 `maxDelay` 的地方", { intent: { kind: "allPlaces", target: "maxDelay" } });
check("不包括测试，重试在哪里", { scope: { tests: "exclude" }, words: ["重试"] });
check("キャッシュの有効期限はどこで設定されていますか", {
  words: ["キャッシュ", "有効期限", "設定"],
  intent: { kind: "where" },
  isCjk: true,
});
check("`parse` の呼び出し元", {
  identifiers: ["parse"],
  intent: { kind: "whoCalls", target: "parse" },
});
check("재시도 정책은 어디에서 결정되나요?", {
  words: ["재시도", "정책", "결정"],
  intent: { kind: "where" },
  isCjk: true,
});

check("compare a.b.c, Foo::bar, `x-y`, run(), MAX_SIZE and HTTPServer", {
  identifiers: ["x-y", "a.b.c", "Foo::bar", "run", "MAX_SIZE", "HTTPServer"],
});
check("e.g. APIs on GitHub, i.e. JSON", { identifiers: [], words: ["APIs", "GitHub", "JSON"] });
check(
  "see src/a/b.ts, a/b.ts:120 and b.ts line 12, C:\\x\\y.cs(3,1), server.py#L7 or client/server",
  {
    paths: [
      { path: "src/a/b.ts" },
      { path: "a/b.ts", line: 119 },
      { path: "b.ts", line: 11 },
      { path: "C:/x/y.cs", line: 2 },
      { path: "server.py", line: 6 },
    ].concat([{ path: "client/server" }] as never),
  },
);
check("don't split the user's `it's` and 'single quoted' text", {
  literals: ["single quoted", "it's"].reverse(),
});
check("where is “connexion refusée” or 「接続」 raised", {
  literals: ["connexion refusée", "接続"],
});
check("where is TLS set up in src/net, in Rust code, not in tests", {
  scope: { tests: "exclude", languages: ["rust"], folders: ["src/net"] },
});
check("which tests cover the parser?", { scope: { tests: "only" }, words: ["cover", "parser"] });
check("is it in the docs folder?", { scope: { docs: "only", folders: ["docs"] } });

const node =
  "TypeError: Cannot read properties of undefined (reading 'port')\n" +
  "    at connect (/srv/app/src/net/a.ts:10:5)\n    at async Server.handle (file:///srv/app/b.mjs:20:1)\n" +
  "    at new Foo (C:\\app\\c.js:3:9)\n    at /srv/app/d.js:4:1\n    at <anonymous>";
check(node, {
  stackFrames: [
    { path: "/srv/app/src/net/a.ts", line: 9, functionName: "connect" },
    { path: "/srv/app/b.mjs", line: 19, functionName: "Server.handle" },
    { path: "C:/app/c.js", line: 2, functionName: "new Foo" },
    { path: "/srv/app/d.js", line: 3 },
  ],
  literals: [
    "Cannot read properties of undefined (reading 'port')",
    "Cannot read properties of undefined",
    "port",
  ],
  intent: { kind: "error" },
});
check(
  'Traceback (most recent call last):\n  File "/a/main.py", line 3, in <module>\n    run()\n    ~~~^^\n  File "/a/run.py", line 9, in run\n    raise ValueError("bad port")\nValueError: bad port',
  {
    stackFrames: [
      { path: "/a/run.py", line: 8, functionName: "run" },
      { path: "/a/main.py", line: 2, functionName: "<module>" },
    ],
    literals: ["bad port"],
    intent: { kind: "error" },
  },
);
check(
  'Exception in thread "main" java.lang.IllegalStateException: no codec\n\tat com.acme.net.Retry$1.run(Retry.java:12)\n\tat java.base/java.lang.Thread.run(Thread.java:833)\n\tat a.B.c(Native Method)',
  {
    stackFrames: [
      { path: "com/acme/net/Retry.java", line: 11, functionName: "com.acme.net.Retry$1.run" },
      { path: "java/lang/Thread.java", line: 832, functionName: "java.base/java.lang.Thread.run" },
    ],
    intent: { kind: "error" },
  },
);
check(
  "panic: boom\n\ngoroutine 1 [running]:\nmain.retry(0x1)\n\t/src/app/retry.go:41 +0x1d\ncreated by main.main\n\t/src/app/main.go:7 +0x2",
  {
    stackFrames: [
      { path: "/src/app/retry.go", line: 40, functionName: "main.retry" },
      { path: "/src/app/main.go", line: 6, functionName: "main.main" },
    ],
    literals: ["boom"],
  },
);
check(
  "thread 'main' panicked at src/net.rs:4:9:\nno port\nstack backtrace:\n   0: app::net::dial\n             at ./src/net.rs:4:9",
  {
    stackFrames: [
      { path: "src/net.rs", line: 3 },
      { path: "./src/net.rs", line: 3, functionName: "app::net::dial" },
    ],
  },
);
check(
  "Unhandled exception. System.InvalidOperationException: no port\n   at Acme.Net.Dial(Int32 port) in C:\\src\\Net.cs:line 42",
  {
    stackFrames: [{ path: "C:/src/Net.cs", line: 41, functionName: "Acme.Net.Dial" }],
    literals: ["no port"],
  },
);
check("src/a.ts(12,5): error TS2345: Argument of type 'A' is not assignable", {
  paths: [{ path: "src/a.ts", line: 11 }],
  intent: { kind: "error" },
});

check("", { problem: "empty", words: [] });
check("  \n\t ", { problem: "empty" });
check("x", { words: ["x"] });
check("🎉🎉", { problem: "empty" });
check("?!", { problem: "empty" });
check("\u0000\u0001\u0002PNG\u0000\u0000", { problem: "binary", words: [] });
check("function addOne(b) {\n  return b + 1;\n}\n", {
  intent: { kind: "similar" },
  identifiers: ["addOne"],
  code: "function addOne(b) {\n  return b + 1;\n}\n",
});
check("what does this do?\n```ts\nconst maxDelay = 3;\n```", {
  code: "const maxDelay = 3;",
  intent: { kind: "what", target: "maxDelay" },
});

check("```evictOldest``` where is it called?", { identifiers: ["evictOldest"] });
check("```evictOldest```", { identifiers: ["evictOldest"] });

test("only the beginning of an oversized question is understood, and it says so", () => {
  const parsed = parseQuestion(`needle ${" word".repeat(maxQuestionLength)} tail`);
  assert.equal(parsed.isCut, true);
  assert.deepEqual(parsed.words, ["needle", "word", "wo"]);
  assert.equal(parseQuestion("a".repeat(100_000)).isCut, false);
});

test("every text has an outcome, with bounded lists without repetitions", () => {
  const hostile = fc.array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "`",
        '"',
        "'",
        "```\n",
        "\n",
        " at f (",
        "a.ts:1",
        "::",
        "在哪里",
        "Error: ",
        "\u202e",
        "(",
        "<",
        "\\",
      ),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(hostile, (parts) => {
      const parsed = parseQuestion(parts.join(""));
      for (const list of [
        parsed.words,
        parsed.identifiers,
        parsed.literals,
        parsed.possibleNames,
      ]) {
        assert.equal(new Set(list).size, list.length);
        assert.ok(list.length <= 500 && !list.includes(""));
      }
      for (const frame of parsed.stackFrames)
        assert.ok(Number.isInteger(frame.line) && frame.line >= 0);
      const isBlank =
        parsed.words.length +
          parsed.identifiers.length +
          parsed.paths.length +
          parsed.literals.length ===
          0 &&
        parsed.stackFrames.length === 0 &&
        parsed.code === undefined;
      if (parsed.problem === undefined) assert.equal(isBlank, false);
      else assert.equal(isBlank, true);
    }),
    { numRuns: 1000 },
  );
});

test("names that are written as code are found wherever they stand", () => {
  const letters = fc.string({ unit: fc.constantFrom(..."abcdefg"), minLength: 2, maxLength: 8 });
  const name = fc
    .tuple(letters, letters, fc.constantFrom("camel", "snake", "dotted", "call", "ticks"))
    .map(([a, b, style]) => {
      if (style === "camel") return [`${a}${b[0]?.toUpperCase()}${b.slice(1)}`, undefined] as const;
      if (style === "snake") return [`${a}_${b}`, undefined] as const;
      if (style === "dotted") return [`${a}q.${b}zz`, undefined] as const;
      if (style === "call") return [a, `${a}()`] as const;
      return [a, `\`${a}\``] as const;
    });
  fc.assert(
    fc.property(
      name,
      fc.constantFrom(
        "where is NAME?",
        "(NAME)",
        "how does NAME, then, work",
        "NAME在哪里",
        "NAME",
      ),
      ([plain, written], frame) => {
        const parsed = parseQuestion(frame.replace("NAME", written ?? plain));
        assert.ok(
          parsed.identifiers.includes(plain),
          `${plain} in ${JSON.stringify(parsed.identifiers)}`,
        );
      },
    ),
  );
});

const mega = 1_000_000;
for (const [name, text] of Object.entries({
  quotes: `"'\``.repeat(mega / 3),
  openQuotes: `" `.repeat(mega / 2),
  spaces: " ".repeat(mega),
  oneWord: "a".repeat(mega),
  dots: "a.".repeat(mega / 2),
  slashes: "a/".repeat(mega / 2),
  colons: "Error: ".repeat(mega / 7),
  parens: "at (".repeat(mega / 4),
  frames: "    at f (a.ts:1:1)\n".repeat(mega / 20),
  lines: "\n".repeat(mega),
  code: "if (a) { b(); }\n".repeat(mega / 16),
  cjk: "在哪里的".repeat(mega / 4),
  kana: "の".repeat(mega),
  between: "between x and ".repeat(mega / 14),
  inFolder: "in a/b in the ".repeat(mega / 14),
  whereTested: "where is ".repeat(mega / 9),
  all: "all the every ".repeat(mega / 14),
  flow: "how does x go from ".repeat(mega / 19),
  surrogates: "\ud800".repeat(mega),
  fences: "```\n".repeat(mega / 4),
})) {
  test(`a megabyte of ${name} is understood in linear time`, () => {
    const start = performance.now();
    const small = parseQuestion(text.slice(0, maxQuestionLength / 10));
    const whole = parseQuestion(text);
    assert.equal(whole.isCut, true);
    assert.equal(small.isCut, false);
    // A hundred times what a slow machine needs; a quadratic step over 100,000 characters takes longer.
    assert.ok(performance.now() - start < 3000);
  });
}

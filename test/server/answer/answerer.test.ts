import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import MarkdownIt from "markdown-it";
import type { Answer, Citation, Recall } from "../../../protocol/types.ts";
import type { AskParams } from "../../../protocol/methods.ts";
import { Answerer } from "../../../server/answer/answerer.ts";
import { code } from "../../../server/answer/markdown.ts";
import { checkCitations } from "../../../server/answer/citations.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { SourceFile } from "../../../server/recall/sourceFile.ts";
import { hostileText } from "./hostileText.ts";
import { filesOf, MemorySource } from "./memorySource.ts";
import { noHistory } from "../history/noHistory.ts";
import { noTimeline } from "../noTimeline.ts";
import { closedNotes } from "../work/closedNotes.ts";

const hashText = await createHashText();
const shop = readFileSync(new URL("../../fixtures/answers/shop.txt", import.meta.url), "utf8");

interface Asked extends Answer {
  /** What was emitted, in order. */
  readonly parts: readonly string[];
}

/** Asks, and checks what holds for every answer. */
async function ask(
  source: MemorySource,
  question: string,
  more: Partial<AskParams> = {},
  signal = new AbortController().signal,
  onEmit: () => void = () => undefined,
): Promise<Asked> {
  let nowMs = 0;
  const clock = { nowMs: () => nowMs++, elapsedMs: () => nowMs++ };
  const answerer = new Answerer({
    timeline: noTimeline,
    notes: closedNotes(),
    recall: source,
    source,
    history: noHistory,
    hashText,
    clock,
    statusCommand: "Lore: Show Status",
  });
  const parts: string[] = [];
  const citations: Citation[] = [];
  const emit = (markdown: string, cited: readonly Citation[]): void => {
    parts.push(markdown);
    citations.push(...cited);
    checkAppearance(source, parts.join(""), citations, cited.length);
    onEmit();
  };
  const answer = await answerer.ask({ question, askId: "ask", ...more }, emit, signal);
  assert.equal(answer.markdown, parts.join(""));
  assert.deepEqual(answer.citations, citations);
  return { ...answer, parts };
}

const loose = new MarkdownIt({ html: true, linkify: true });

/** Every link is one of ours and every code block shows its citation; what is new is true at this moment. */
function checkAppearance(
  source: MemorySource,
  markdown: string,
  citations: readonly Citation[],
  nNew: number,
): void {
  const fresh = nNew === 0 ? [] : citations.slice(-nNew);
  for (const check of checkCitations(fresh, source, hashText)) assert.equal(check.kind, "current");
  for (const block of loose.parse(markdown, {})) {
    assert.ok(
      block.type !== "html_block" && block.type !== "code_block",
      `${block.type}: ${block.content}`,
    );
    if (block.type === "fence") {
      const n = Number(/cite=(\d+)\}$/.exec(block.info)?.[1]);
      const citation = citations[n] as Citation;
      assert.match(block.info, new RegExp(`\\{start=${citation.range.start.line + 1} `));
      if (fresh.includes(citation))
        assert.equal(
          block.content,
          `${presentText(source, citation).replaceAll("\0", "\ufffd")}\n`,
        );
    }
    for (const [i, token] of (block.children ?? []).entries()) {
      assert.match(
        token.type,
        /^(?:text|code_inline|softbreak|(?:link|strong|em)_(?:open|close))$/,
        token.type,
      );
      if (token.type !== "link_open") continue;
      const n = Number(/^#cite-(\d+)$/.exec(String(token.attrGet("href")))?.[1]);
      assert.ok(n < citations.length, String(token.attrGet("href")));
      const [close, colon, quoted] = (block.children ?? []).slice(i + 2, i + 5);
      if (close?.type !== "link_close" || colon?.content !== ": " || quoted?.type !== "code_inline")
        continue;
      const cited = citations[n] as Citation;
      // "`a.ts:3`: `line`" quotes the cited span.
      if (fresh.includes(cited))
        assert.equal(quoted.content, shownAsCode(presentText(source, cited)));
    }
  }
}

function shownAsCode(text: string): string | undefined {
  return loose.parseInline(code(text), {})[0]?.children?.[0]?.content;
}

function presentText(source: MemorySource, { path, range }: Citation): string {
  const text = new SourceFile("root", path, source.contents.get(path) ?? "", "").textOf(range);
  return text.replace(/\r\n?/g, "\n");
}

const golden: Readonly<Record<string, string>> = {
  where: "where is the retry policy decided?",
  whatByName: "what is `placeOrder`?",
  how: "how is the monthly report summed up?",
  docs: "which section of the docs says that the client tries again?",
  callers: "who calls retryPolicy?",
  callersOfNothing: "who calls handleOrderRequest?",
  flow: "what happens between the HTTP request and the database write?",
  flowOneEnd: "what happens between handleOrderRequest and the moon landing?",
  allPlaces: "all places where maxAttempts is used",
  allPlacesNone: 'list every place with "flux capacitor"',
  trace:
    "Error: Request failed with status 503\n    at sendRequest (/srv/shop/src/net/httpClient.ts:9:40)\n    at async placeOrder (/srv/shop/src/orders/placeOrder.ts:6:19)\n    at node:internal/x:1:2",
  message: "Error: Request failed with status 404",
  unknownName: "where is retryPolicies decided?",
  unknown: "how are kubernetes pods scheduled?",
  chinese: "`retryPolicy` 在哪里被调用？",
  empty: "?!",
};
for (const [name, question] of Object.entries(golden)) {
  test(`golden answer: ${name}`, async () => {
    const answer = await ask(new MemorySource(filesOf(shop), hashText), question);
    const text = `<!-- ${JSON.stringify(question)}${answer.abstained ? " · abstained" : ""} -->\n\n${answer.markdown}`;
    const file = new URL(`../../golden/answers/${name}.md`, import.meta.url);
    if (process.env["UPDATE_GOLDEN"] === "1") {
      mkdirSync(new URL(".", file), { recursive: true });
      writeFileSync(file, text);
    }
    assert.equal(text, readFileSync(file, "utf8"));
  });
}

test("the place comes before its connections are looked up", async () => {
  const source = new MemorySource(filesOf(shop), hashText);
  const queries: string[] = [];
  const seen: number[] = [];
  source.onRecall = (query) => queries.push(query);
  const { parts } = await ask(source, "where is the retry policy decided?", {}, undefined, () =>
    seen.push(queries.length),
  );
  assert.ok(parts.length >= 3);
  assert.ok((parts[0] as string).includes("export function retryPolicy"));
  assert.ok((seen[0] as number) < queries.length);
});

test("a cancelled question stops between the steps and rejects", async () => {
  const source = new MemorySource(filesOf(shop), hashText);
  for (const question of Object.values(golden)) {
    for (const nBefore of [0, 1, 2]) {
      const controller = new AbortController();
      let n = 0;
      source.onRecall = () => {
        if (n++ === nBefore) controller.abort();
      };
      const asking = ask(source, question, {}, controller.signal);
      const outcome = await asking.then(
        () => "answered",
        (error: unknown) => (error as Error).name,
      );
      if (n > nBefore) assert.equal(outcome, "AbortError", `${question} ${nBefore}`);
    }
  }
  const already = AbortSignal.abort();
  await assert.rejects(ask(source, "where is retryPolicy?", {}, already), { name: "AbortError" });
});

test("files that change during a question are never shown as they were", async () => {
  const edits: readonly ((contents: Map<string, string>) => void)[] = [
    (contents) =>
      contents.set(
        "src/net/retryPolicy.ts",
        `// a new first line\n${contents.get("src/net/retryPolicy.ts") ?? ""}`,
      ),
    (contents) =>
      contents.set(
        "src/net/retryPolicy.ts",
        (contents.get("src/net/retryPolicy.ts") ?? "").replace(
          "maxAttempts) return",
          "maxAttempts) throw",
        ),
      ),
    (contents) => contents.delete("src/net/retryPolicy.ts"),
    (contents) => contents.delete("src/net/httpClient.ts"),
    (contents) => contents.set("src/net/httpClient.ts", ""),
    (contents) => contents.clear(),
  ];
  for (const question of Object.values(golden)) {
    for (const edit of edits) {
      for (const nth of [0, 2]) {
        const source = new MemorySource(filesOf(shop), hashText);
        let n = 0;
        // `search` has read the old text when the microtask runs, and the answerer has not gone on yet.
        source.onRecall = () => {
          if (n++ === nth) queueMicrotask(() => edit(source.contents));
        };
        await ask(source, question);
      }
    }
  }
});

test("a place that moved is shown where it is now; one that changed is passed over", async () => {
  const source = new MemorySource(filesOf(shop), hashText);
  const path = "src/net/retryPolicy.ts";
  let n = 0;
  source.onRecall = () => {
    if (n++ === 0)
      queueMicrotask(() => source.contents.set(path, `\n\n\n${source.contents.get(path) ?? ""}`));
  };
  const moved = await ask(source, "where is the retry policy decided?");
  assert.ok((moved.parts[0] as string).includes("`src/net/retryPolicy.ts:16-21`"), moved.parts[0]);
  n = 0;
  source.onRecall = () => {
    if (n++ === 0) queueMicrotask(() => source.contents.delete(path));
  };
  const gone = await ask(source, "where is the retry policy decided?");
  assert.ok(!gone.markdown.includes("export function retryPolicy"));
  source.contents.set(path, filesOf(shop).get(path) ?? "");
  n = 0;
  source.onRecall = () => {
    if (n++ > 0) return;
    const text = `${"// nothing of it is left\n".repeat(40)}export const unrelated = 1;\n`;
    queueMicrotask(() => source.contents.set(path, text));
  };
  const rewritten = await ask(source, "where is the retry policy decided?");
  assert.deepEqual(
    rewritten.citations.filter((citation) => citation.path === path),
    [],
  );
});

test("what is not in memory is said", async () => {
  const source = new MemorySource(filesOf(shop), hashText);
  source.coverage = { filesSeen: 1500, remembered: 9, pending: 1480, skipped: 10, failed: 1 };
  const answered = await ask(source, "where is the retry policy decided?");
  assert.ok(
    answered.markdown.endsWith(
      "*1,480 files of 1,500 are not in memory yet, so something may be missing. Looked at 9 files, by words and symbols.*\n\n",
    ),
  );
  const abstained = await ask(source, "where is flushCacheTable?");
  assert.ok(abstained.abstained);
  assert.ok(
    abstained.markdown.includes(
      "Not in memory: 1,480 files still waiting, 10 files skipped, 1 file failed.",
    ),
  );
  const all = await ask(source, "all places where maxAttempts is used");
  assert.ok(all.markdown.includes("I read 9 of 1,500 files: 1,491 files not in memory."));
});

test("a question about selected code is about that code", async () => {
  const source = new MemorySource(filesOf(shop), hashText);
  const text =
    source.contents.get("src/net/retryPolicy.ts")?.split("\n").slice(12, 18).join("\n") ?? "";
  const selection = {
    file: "/home/me/shop/src/net/retryPolicy.ts",
    text,
    range: { startLine: 12, endLine: 17 },
  };
  const callers = await ask(source, "who calls this?", { selection });
  assert.ok(callers.markdown.includes("`sendRequest` calls it"));
  const what = await ask(source, "what does this do?", { selection });
  assert.ok((what.parts[0] as string).includes("**`retryPolicy`**"));
  source.contents.set("src/net/giveUp.ts", text.replace("retryPolicy", "giveUpPolicy"));
  const similar = await ask(source, "where do we do something similar to this?", { selection });
  assert.ok((similar.parts[0] as string).includes("`giveUpPolicy`"), similar.markdown);
  assert.ok(!(similar.parts[0] as string).includes("src/net/retryPolicy.ts:7-18"));
});

test("a long definition is shown by its signature and the lines that answer", async () => {
  const body = Array.from({ length: 200 }, (_, i) =>
    i === 150 ? "  if (quotaIsUsedUp) throw new QuotaError(user);" : `  step${i}();`,
  );
  const source = new MemorySource(
    new Map([["src/big.ts", `export function runAll(user) {\n${body.join("\n")}\n}\n`]]),
    hashText,
  );
  const { markdown } = await ask(
    source,
    "where is the quota error thrown when the quota is used up?",
  );
  assert.ok(
    markdown.includes("```typescript {start=1 cite=1}\nexport function runAll(user) {\n```"),
    markdown,
  );
  assert.match(markdown, /\*1\d\d lines left out\.\*/);
  assert.ok(markdown.includes("quotaIsUsedUp"));
  assert.ok(!markdown.includes("step3();"));
});

test("an end of a flow that is named in plain words is the definition of that name", async () => {
  const files = {
    "a.ts": "export function crawl() {\n  return new Downloader();\n}\n",
    "b.ts": "export class Downloader {\n}\n",
    "c.ts": "export function downloaderDelay(downloader) {\n  return downloader.delay;\n}\n",
  };
  const source = new MemorySource(new Map(Object.entries(files)), hashText);
  const { markdown } = await ask(source, "what happens between crawl and the downloader?");
  assert.ok(markdown.includes("ends at `Downloader`, a class"), markdown);
});

test("what is asked of an impl block is answered by the block, of its name by the type", async () => {
  const text =
    "pub struct Stream {\n    io: u8,\n}\n\nimpl Read for Stream {\n    fn poll() {}\n}\n";
  const source = new MemorySource(new Map([["s.rs", text]]), hashText);
  const block = await ask(source, "what does impl Read for Stream do?");
  assert.ok(block.markdown.includes("impl Read for Stream {"), block.markdown);
});

test("a part of a very long line is shown around the match, as a part", async () => {
  const source = new MemorySource(
    new Map([
      ["src/min.js", `const a=1;${"x();".repeat(250_000)}needleFunction();${"y();".repeat(1000)}`],
    ]),
    hashText,
  );
  const { markdown, citations } = await ask(source, "what does needleFunction do?");
  assert.ok(markdown.length < 3000 && markdown.includes("needleFunction();"));
  assert.ok(citations.some(({ range }) => range.start.character > 900_000));
});

test("hostile names and contents stay text, links stay ours, and code equals what is cited", async () => {
  const fileName = hostileText.map((text) => `src/${text.slice(0, 60)}.ts`);
  const content = fc
    .tuple(hostileText, hostileText, hostileText)
    .map(
      ([doc, name, body]) =>
        `/** ${doc} */\nexport function needle(${name}) {\n${body}\n needle2();\n}\n\n// ${doc}\nfunction needle2() {\n ${body}\n}\n`,
    );
  const questions = [
    "where is needle decided?",
    "who calls needle2()?",
    "all places where needle is used",
    "what happens between `needle` and `needle2`?",
    "Error: needle2();\n  at needle (src/a.ts:4:1)",
  ];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fileName, content), { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...questions),
      hostileText,
      async (files, question, noise) => {
        const source = new MemorySource(
          new Map([...files, ["src/a.ts", files[0]?.[1] ?? ""]]),
          hashText,
        );
        await ask(source, question);
        await ask(source, `${noise} needle ${noise}`);
      },
    ),
    { numRuns: 200 },
  );
});

test("what a definition calls is its own file's, whatever else the question recalled", async () => {
  const fixture = `//- /src/near/wheel.rs
// Fires the timers of the wheel.
fn fire_wheel(wheel: Wheel) -> bool {
    none_before(wheel)
}

fn none_before(it: Wheel) -> bool {
    it.n > 0
}
//- /src/far/clock.rs
// Whether the timers of the wheel fire.
fn none_before(wheel: Wheel) -> bool {
    wheel.fire
}
`;
  const source = new MemorySource(filesOf(fixture), hashText);
  const question = "where does `fire_wheel` fire the timers of the wheel?";
  const search = source.search.bind(source);
  const isOwnHelper = ({ citation }: Recall): boolean =>
    citation.symbol?.name === "none_before" && citation.path === "src/near/wheel.rs";
  source.search = async (params) => {
    const result = await search(params);
    if (params.query !== question) return result;
    return { ...result, recalls: result.recalls.filter((recall) => !isOwnHelper(recall)) };
  };
  const { markdown } = await ask(source, question);
  assert.match(markdown, /It calls `none_before` \(\[`src\/near\/wheel\.rs/);
});

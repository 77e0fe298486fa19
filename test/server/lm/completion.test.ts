/** A line is completed with what is remembered, from a prompt that may end anywhere, and ends when it should. */
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { chunksOf, headerOf } from "../../../server/lm/chunks.ts";
import { CompletedLine, type Completion } from "../../../server/lm/completedLine.ts";
import { completeLine, type CompletionOptions } from "../../../server/lm/completion.ts";
import { LmTokenizer } from "../../../server/lm/lmTokenizer.ts";
import type { MemoryTokens } from "../../../server/lm/memoryTokens.ts";
import { nextToken } from "../../../server/lm/nextToken.ts";
import { memoryOf, openLm, trainedFolder } from "./lmHarness.ts";

const model = await openLm(trainedFolder);
after(() => model.close());
const { tokenizer, manifest } = model.parts;
const shape = { window: manifest.config.window, headerTokens: manifest.headerTokens };

async function remembered(texts: Readonly<Record<string, string>>): Promise<MemoryTokens> {
  const chunks = Object.entries(texts).flatMap(([path, text]) =>
    chunksOf(tokenizer, shape, path, Buffer.from(text)),
  );
  return memoryOf(model, await Promise.all(chunks.map(({ tokens }) => model.encodeChunk(tokens))));
}

const defaults: CompletionOptions = {
  maxTokens: 12,
  recallEvery: 4,
  nQueries: 16,
  leastLogProb: -100,
  leastMeanLogProb: -100,
  recall: () => undefined,
  signal: new AbortController().signal,
};

function promptOf(text: string): { tokens: Uint16Array; headerLength: number } {
  const header = headerOf(tokenizer, shape, "test/limits.test.ts");
  const own = tokenizer.encode(Buffer.from(text));
  return { tokens: Uint16Array.of(...header, ...own), headerLength: header.length };
}

async function complete(
  text: string,
  options: Partial<CompletionOptions> = {},
): Promise<Completion> {
  return completeLine(model.sequence(), tokenizer, promptOf(text), { ...defaults, ...options });
}

const beside =
  "import { read } from './read';\n\nexport class Session {\n  open(user: string) {\n    return read(user);\n  }\n}\n";

for (const value of ["4821", "7390", "1564"])
  describe(`a fact planted in another file, ${value},`, async () => {
    const memory = await remembered({
      "src/session.ts": beside,
      "src/settings.ts": `const RETRY_LIMIT_MS = ${value};\n`,
    });
    const recall = (): MemoryTokens => memory;

    for (const typed of [
      "const RETRY_LIMIT_MS = ",
      "const RETRY_LIMIT_MS =",
      "if (a) {\n  b(RETRY_LIMIT_MS = ",
    ])
      test(`is copied after ${JSON.stringify(typed)}, and unknown without the memory`, async () => {
        const { text, endedBy } = await complete(typed, { recall });
        assert.deepEqual(
          { text: text.trim(), endedBy },
          { text: `${value};`, endedBy: "lineBreak" },
        );
        assert.ok(!(await complete(typed)).text.includes(value));
      });
  });

test("a sequence that is used again completes as a new one does", async () => {
  const memory = await remembered({ "src/settings.ts": "const RETRY_LIMIT_MS = 4821;\n" });
  const sequence = model.sequence();
  const typed = "let a = 1;\nconst RETRY_LIMIT_MS = ";
  for (let end = 12; end <= typed.length; end += 3) {
    const prompt = promptOf(typed.slice(0, end));
    const found = await completeLine(sequence, tokenizer, prompt, {
      ...defaults,
      recall: () => memory,
    });
    assert.ok(found.nTokens > 0);
  }
  const last = await completeLine(sequence, tokenizer, promptOf(typed), {
    ...defaults,
    recall: () => memory,
  });
  assert.equal(last.text, "4821;");
});

describe("a completion ends", () => {
  test("after the most tokens", async () => {
    const { nTokens, endedBy } = await complete("const RETRY_LIMIT_MS = ", { maxTokens: 3 });
    assert.deepEqual({ nTokens, endedBy }, { nTokens: 3, endedBy: "full" });
  });

  test("where the window does", async () => {
    const { tokens, headerLength } = promptOf("0".repeat(200));
    const prompt = { tokens: tokens.subarray(0, shape.window - 2), headerLength };
    const options = { ...defaults, maxTokens: 50 };
    const { nTokens, endedBy } = await completeLine(model.sequence(), tokenizer, prompt, options);
    assert.deepEqual({ nTokens, endedBy }, { nTokens: 3, endedBy: "full" });
  });

  test("in front of a token that is not likely enough, by itself or on average", async () => {
    const typed = "const RETRY_LIMIT_MS = ";
    const whole = await complete(typed);
    assert.ok(whole.lowestLogProb < whole.meanLogProb && whole.meanLogProb < 0);
    const unlikely = await complete(typed, { leastLogProb: whole.lowestLogProb + 1e-6 });
    assert.equal(unlikely.endedBy, "unsure");
    assert.ok(unlikely.nTokens < whole.nTokens && unlikely.lowestLogProb > whole.lowestLogProb);
    assert.ok(whole.text.startsWith(unlikely.text));
    const nothing = await complete(typed, { leastMeanLogProb: 0 });
    assert.deepEqual(nothing, {
      text: "",
      meanLogProb: 0,
      lowestLogProb: 0,
      nTokens: 0,
      endedBy: "unsure",
    });
  });

  const cases: Readonly<Record<string, readonly [readonly string[], string]>> = {
    "at a line break": [["a", " b", "\n  "], "a b"],
    "at a carriage return": [["a", "\r"], "a"],
    "not at a line break behind blanks alone": [["\n", "\t", "\n  ", "ab", "\n"], "\n\t\n  ab"],
    "inside a token": [["x\n  "], "x"],
  };
  for (const [name, [tokens, text]] of Object.entries(cases))
    test(name, () => {
      const line = new CompletedLine(defaults);
      const ends = tokens.map((token) => line.add(Buffer.from(token), -1));
      assert.deepEqual(
        ends.map((end) => end ?? "goes on"),
        tokens.map((_, i) => (i === tokens.length - 1 ? "lineBreak" : "goes on")),
      );
      assert.equal(line.result("lineBreak").text, text);
    });

  test("in front of a letter that is not whole", () => {
    const line = new CompletedLine(defaults);
    const bytes = Buffer.from("aé日");
    line.add(bytes.subarray(0, 2), -1);
    assert.equal(line.result("full").text, "a");
    line.add(bytes.subarray(2, 5), -3);
    assert.deepEqual(line.result("full"), {
      text: "aé",
      meanLogProb: -2,
      lowestLogProb: -3,
      nTokens: 2,
      endedBy: "full",
    });
    line.add(bytes.subarray(5), -2);
    assert.equal(line.result("full").text, "aé日");
  });
});

describe("the memory is asked", () => {
  for (const [recallEvery, nTimes] of [
    [1, 6],
    [4, 2],
    [100, 1],
  ] as const)
    test(`every ${recallEvery} tokens, with the last queries`, async () => {
      const asked: number[] = [];
      const recall = (queries: readonly Float32Array[]): undefined =>
        void asked.push(queries.length);
      await complete("const a = b;\nconst RETRY_LIMIT_MS = ", {
        maxTokens: 6,
        recallEvery,
        nQueries: 5,
        recall,
      });
      assert.deepEqual(asked, new Array(nTimes).fill(5));
    });
});

describe("a completion that is cancelled", () => {
  const reason = new Error("typed on");

  test("before it begins rejects with the reason", () =>
    assert.rejects(complete("a", { signal: AbortSignal.abort(reason) }), reason));

  test("while it is under way ends at the next token, and leaves the sequence of use", async () => {
    const controller = new AbortController();
    const sequence = model.sequence();
    let nAsked = 0;
    const recall = (): undefined => {
      if (++nAsked === 2) controller.abort(reason);
    };
    const prompt = promptOf("const RETRY_LIMIT_MS = ");
    const options = { ...defaults, recallEvery: 1, recall, signal: controller.signal };
    await assert.rejects(completeLine(sequence, tokenizer, prompt, options), reason);
    assert.equal(nAsked, 2);
    const again = await completeLine(sequence, tokenizer, prompt, defaults);
    assert.deepEqual(again.text, (await complete("const RETRY_LIMIT_MS = ")).text);
  });
});

describe("the next token", () => {
  // 256: "ab", 257: "abc", 258: "bc"
  const small = new LmTokenizer(Uint32Array.of(97, 98, 256, 99, 98, 99), 263, "tokenizer.bin");
  /** Each half as likely as the one before, nothing else. */
  const likely = (...tokens: readonly number[]): Float32Array => {
    const logProbs = new Float32Array(263).fill(-30);
    const sum = 1 - 0.5 ** tokens.length;
    tokens.forEach((token, i) => (logProbs[token] = Math.log(0.5 ** (i + 1) / sum)));
    return logProbs;
  };
  const due = (text: string): Uint8Array => Buffer.from(text);

  test("is the likeliest that has text", () => {
    const { token, logProb } = nextToken(small, likely(small.fileToken, 257, 98), due(""));
    assert.equal(token, 257);
    assert.ok(Math.abs(logProb - Math.log(2 / 3)) < 1e-4, `${logProb}`);
    const unlikely = nextToken(small, likely(small.fileToken), due(""));
    assert.ok(Math.abs(unlikely.logProb) < 1e-6, `${unlikely.logProb}`);
  });

  test("begins with what is due, or is how that begins", () => {
    const all = likely(98, 258, 97, 256, 257);
    assert.equal(nextToken(small, all, due("a")).token, 97);
    assert.equal(nextToken(small, all, due("abx")).token, 97);
    assert.equal(nextToken(small, likely(98, 258, 257, 256), due("ab")).token, 257);
    assert.equal(nextToken(small, likely(97), due("\u007f")).token, 127);
    assert.ok(nextToken(small, likely(97), due("\u007f")).logProb > -1e-6);
  });
});

describe("what is typed of a word is taken back, and comes again", async () => {
  const memory = await remembered({ "src/a.ts": "\n  return await session(user);\n" });
  const recall = (): MemoryTokens => memory;

  for (const typed of ["  r", "  re", "  ret", "  retu", "  retur"])
    test(`as one token: ${typed}`, async () => {
      const { text, nTokens } = await complete(`\n${typed}`, { recall, maxTokens: 1 });
      assert.deepEqual({ text, nTokens }, { text: "  return".slice(typed.length), nTokens: 1 });
    });

  test("but nothing of the header", async () => {
    const sequence = model.sequence();
    const prompt = promptOf("");
    await completeLine(sequence, tokenizer, prompt, { ...defaults, maxTokens: 1 });
    assert.deepEqual(sequence.tokens, prompt.tokens);
  });
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { CancellationTokenSource, type CancellationToken } from "vscode-jsonrpc/node";
import { Completer, pauseMs } from "../../../extension/completions/completer.ts";
import type { Prompt } from "../../../extension/completions/prompt.ts";
import type { CompleteParams, CompleteResult } from "../../../protocol/deepMemory.ts";
import { MemoryError } from "../../../protocol/errors.ts";
import { ManualSchedule } from "../manualSchedule.ts";

interface Asked {
  readonly params: CompleteParams;
  readonly token: CancellationToken;
  readonly answer: (text: string | undefined) => void;
  readonly fail: (error: Error) => void;
}

function bench() {
  const schedule = new ManualSchedule();
  const asked: Asked[] = [];
  const completer = new Completer((params, token) => {
    const { promise, resolve, reject } = Promise.withResolvers<CompleteResult>();
    const answer = (text: string | undefined): void =>
      resolve({
        tookMs: 1,
        ...(text === undefined ? {} : { completion: { text, confidence: 1, sources: [] } }),
      });
    asked.push({ params, token, answer, fail: reject });
    return promise;
  }, schedule.schedule);
  return { schedule, asked, completer };
}

const at = (prefix: string, suffix = "\n}"): Prompt => ({
  file: "/work/a.ts",
  line: 7,
  languageId: "typescript",
  prefix,
  suffix,
});
const never = (): CancellationToken => new CancellationTokenSource().token;
/** Lets everything run that waits for nothing else. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Shows `text` at the prompt, as a bench that was asked once. */
async function shown(prompt: Prompt, text: string) {
  const made = bench();
  const result = made.completer.complete(prompt, true, never());
  await settle();
  made.asked[0]?.answer(text);
  assert.equal(await result, text);
  return made;
}

test("the server is asked after a pause in typing, with the text around the cursor", async () => {
  const { schedule, asked, completer } = bench();
  const result = completer.complete(at("return "), false, never());
  schedule.advance(pauseMs - 1);
  await settle();
  assert.equal(asked.length, 0);
  schedule.advance(1);
  await settle();
  assert.deepEqual(asked[0]?.params, at("return "));
  asked[0]?.answer("tide;");
  assert.equal(await result, "tide;");
});

test("who asks for it does not wait", async () => {
  const { asked, completer } = bench();
  void completer.complete(at("return "), true, never());
  await settle();
  assert.equal(asked.length, 1);
});

test("what is cancelled during the pause is never asked", async () => {
  const { schedule, asked, completer } = bench();
  const source = new CancellationTokenSource();
  const result = completer.complete(at("return "), false, source.token);
  source.cancel();
  assert.equal(await result, undefined);
  schedule.advance(1_000);
  await settle();
  assert.equal(asked.length, 0);
});

test("one request runs at a time: the next is asked when the cancelled one has ended", async () => {
  const { asked, completer } = bench();
  const source = new CancellationTokenSource();
  const first = completer.complete(at("a"), true, source.token);
  await settle();
  source.cancel();
  const second = completer.complete(at("ab"), true, never());
  const skipped = new CancellationTokenSource();
  const third = completer.complete(at("abc"), true, skipped.token);
  await settle();
  assert.equal(asked.length, 1, "the first has not ended");
  assert.ok(asked[0]?.token.isCancellationRequested);
  skipped.cancel();
  asked[0].fail(new MemoryError("cancelled"));
  await assert.rejects(first, { errorName: "cancelled" });
  await settle();
  asked[1]?.answer("second");
  assert.equal(await second, "second");
  assert.equal(await third, undefined);
  assert.equal(asked.length, 2);
});

test("an answer that comes after the cancellation is not shown", async () => {
  const { asked, completer } = bench();
  const source = new CancellationTokenSource();
  const result = completer.complete(at("a"), true, source.token);
  await settle();
  source.cancel();
  asked[0]?.answer("late");
  assert.equal(await result, undefined);
});

test("while the user types what is shown, nobody is asked", async () => {
  const { asked, completer } = await shown(at("return "), "tideHeight(hour)");
  for (const [typed, rest] of [
    ["", "tideHeight(hour)"],
    ["t", "ideHeight(hour)"],
    ["tideHeight(", "hour)"],
  ] as const) {
    const text = await completer.complete(at(`return ${typed}`), false, never());
    assert.equal(text, rest);
  }
  assert.equal(asked.length, 1);
});

for (const [what, prompt, explicit] of [
  ["something else is typed", at("return x"), false],
  ["all of it is typed", at("return tide"), false],
  ["the cursor is in another file", { ...at("return t"), file: "/work/b.ts" }, false],
  ["the text behind changes", at("return t", ")\n}"), false],
  ["something before is deleted", at("retur"), false],
  ["the user asks for a new one", at("return t"), true],
] as const) {
  test(`the server is asked again when ${what}`, async () => {
    const { schedule, asked, completer } = await shown(at("return "), "tide");
    void completer.complete(prompt, explicit, never());
    schedule.advance(pauseMs);
    await settle();
    assert.equal(asked.length, 2);
  });
}

test("nothing to show is nothing, also the next time", async () => {
  const { asked, completer } = bench();
  for (const text of [undefined, " \n "]) {
    const result = completer.complete(at("return "), true, never());
    await settle();
    asked.at(-1)?.answer(text);
    assert.equal(await result, undefined);
  }
  assert.equal(asked.length, 2);
});

test("within a word nobody is asked", async () => {
  const { asked, completer } = bench();
  assert.equal(await completer.complete(at("retu", "rn x;"), true, never()), undefined);
  assert.equal(asked.length, 0);
});

test("a failure is told to who asked, and the next request goes on", async () => {
  const { asked, completer } = bench();
  const first = completer.complete(at("a"), true, never());
  await settle();
  asked[0]?.fail(new MemoryError("deepMemoryUnavailable", "diskFull"));
  await assert.rejects(first, { errorName: "deepMemoryUnavailable" });
  const second = completer.complete(at("a"), true, never());
  await settle();
  asked[1]?.answer("b");
  assert.equal(await second, "b");
});

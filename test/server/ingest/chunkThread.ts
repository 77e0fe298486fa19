/** The thread of watchedChunker.ts. A text that says so hangs, for the test of the time limit. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { workerData, type MessagePort } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import type { LanguageId } from "../../../server/ingest/languages.ts";
import { createSyntaxChunker } from "../../../server/ingest/syntax/syntaxChunker.ts";
import { checkChunks } from "./checkChunks.ts";
import { hangingText } from "./hangingText.ts";

const { far, answered } = workerData as { far: MessagePort; answered: Int32Array };
const chunker = await createSyntaxChunker(
  fileURLToPath(new URL("../../../node_modules", import.meta.url)),
);

far.on("message", ({ text, language }: { text: string; language: LanguageId }) => {
  void answer(text, language);
});

async function answer(text: string, language: LanguageId): Promise<void> {
  let fault: string | undefined;
  try {
    assert.ok(await chunker.prepare(language, text));
    if (text === hangingText) for (;;) Math.sqrt(2);
    check(text, language);
  } catch (error) {
    fault = inspect(error);
  }
  far.postMessage({ fault });
  Atomics.store(answered, 0, 1);
  Atomics.notify(answered, 0);
}

function check(text: string, language: LanguageId): void {
  const parsed = chunker.chunk(text, language);
  assert.ok(parsed !== undefined);
  if (parsed.fallback === undefined) checkChunks(text, parsed);
  else assert.deepEqual(parsed.chunks, []);
}

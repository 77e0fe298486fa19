import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Answer } from "../../../protocol/types.ts";
import { MemoryError } from "../../../protocol/errors.ts";
import type { NotesState } from "../../../protocol/notes.ts";
import { Answerer } from "../../../server/answer/answerer.ts";
import { createHashText } from "../../../server/recall/citation.ts";
import { noHistory } from "../history/noHistory.ts";
import { noTimeline } from "../noTimeline.ts";
import { closedNotes } from "../work/closedNotes.ts";
import { rootOf } from "../../../server/cli/storeLocation.ts";
import type { Services } from "../../../server/handlers.ts";
import { createServices } from "../../../server/serverParts.ts";

const folder = realpathSync.native(mkdtempSync(path.join(tmpdir(), "lore-notes-answer-")));
const source = `/** Height of the tide. */
export function tideHeight(hour: number): number {
  const springRange = 4.2;
  return springRange * Math.cos((hour * Math.PI) / 6.2);
}
`;
const file = path.join(folder, "project", "tides.ts");
const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };
let services: Services;

before(async () => {
  mkdirSync(path.dirname(file));
  writeFileSync(file, source);
  const log = { log: () => undefined };
  services = await createServices(log, {
    logLevel: "off",
    statusCommand: "status",
    deepMemory: "onDemand",
  });
  const { memory } = services;
  await memory.open(path.join(folder, "store"), [rootOf(path.dirname(file))], settings, true);
  await memory.settled(true, new AbortController().signal);
});

after(async () => {
  await services.memory.close();
  rmSync(folder, { recursive: true, force: true });
});

const ask = (question: string, more: object = {}): Promise<Answer> => {
  const { signal } = new AbortController();
  return services.answers.ask({ question, askId: "1", ...more }, () => undefined, signal);
};
const selection = { file, text: source, range: { startLine: 1, endLine: 5 } };

test("“remember that …” about selected code is noted with its lines, and nothing of it is markup", async () => {
  const sentence = "remember that we use a cosine because <img src=x> [tides](http://a) repeat";
  const answer = await ask(sentence, { selection });
  assert.match(answer.markdown, /^Noted as a decision:/);
  assert.doesNotMatch(answer.markdown, /(?<!\\)(?:<img|\[tides)/);
  assert.equal(answer.citations[0]?.path, "tides.ts");
});

test("“why do we …” quotes the note with who, when and its evidence", async () => {
  const answer = await ask("why do we use a cosine?");
  assert.match(answer.markdown, /we use a cosine because/);
  assert.match(answer.markdown, /\d{4}-\d{2}-\d{2}, a decision/);
  assert.match(answer.markdown, /It cites \[/);
  assert.ok(answer.markdown.includes("springRange"));
  assert.equal(answer.citations.length, 1);
  assert.ok(!answer.abstained);
});

test("another answer tells of a note that is clearly about the same, in one line", async () => {
  await ask("remember: tideHeight takes local hours");
  const answer = await ask("does tideHeight take local hours");
  assert.match(answer.markdown, /Noted by .+ “tideHeight takes local hours”/);
  const other = await ask("where is the tide computed?");
  assert.doesNotMatch(other.markdown, /Noted by/);
});

test("a question that no note answers says so, and goes on with the code", async () => {
  const answer = await ask("what did we decide about springRange?");
  assert.match(answer.markdown, /No note says anything about this/);
  assert.match(answer.markdown, /tides\.ts/);
});

test("what no code answers is answered by the note that holds all of it, in front of what the code has", async () => {
  await ask("remember that the highest pier is Tornio");
  const answer = await ask("what is the highest pier?");
  assert.match(answer.markdown, /^> the highest pier is Tornio/);
  assert.match(answer.markdown, /The code has no answer: .* anywhere in the code\./);
  assert.doesNotMatch(
    answer.markdown,
    /in memory that answers|anywhere in memory|Noted by|I found no answer/,
  );
  assert.ok(!answer.abstained);
});

test("a note that holds only most of a question is told in front, and the question stays open", async () => {
  await ask("remember that the sluice opens at dawn for the ferry boats");
  const answer = await ask("does the sluice open at dawn for the ferry boats of Emden?");
  assert.match(answer.markdown, /^> the sluice opens at dawn/);
  assert.ok(answer.abstained);
});

test("a question of one word that no code answers begins with the note that holds it, and stays open", async () => {
  await ask("remember that dredgers are limited to 5");
  for (const question of ["dredgers?", "how many dredgers are there?"]) {
    const answer = await ask(question);
    assert.match(answer.markdown, /^> dredgers are limited to 5/, question);
    assert.match(answer.markdown, /I found no answer: .* do(?:es)? not occur anywhere in the code/);
    assert.ok(answer.abstained);
  }
  const all = await ask("really?");
  assert.doesNotMatch(all.markdown, /limited to 5/, "a word that says nothing is in no note");
  const { markdown } = await ask("how many springRanges are there?");
  assert.doesNotMatch(markdown, /^>/, "what the code may answer begins with it");
});

test("what a note says is not said to be nowhere in memory, although it does not answer", async () => {
  await ask("remember that the harbour master wears a yellow hat");
  const noted = await ask("which colour have the boots of the harbour master?");
  assert.match(noted.markdown, /^I found no answer: .* do not occur anywhere in the code\./);
  const none = await ask("which wheels have zebra trains?");
  assert.match(none.markdown, /^I found no answer: .* do not occur anywhere in memory\./);
});

test("of two notes that contradict each other the later one is told first, and the other one is marked", async () => {
  await ask("remember that the biggest lock has 3 gates");
  const beforeMs = Date.now();
  while (Date.now() === beforeMs);
  await ask("remember that the biggest lock has 5 gates");
  const { markdown } = await ask("what gates has the biggest lock?");
  assert.match(
    markdown,
    /5 gates[^]*3 gates[^]*⚠ A later note may say otherwise: \d{4}-\d{2}-\d{2}/,
  );
});

test("preferences and to-dos are listed by what they are", async () => {
  await ask("remember that I prefer early returns");
  await ask("remember to measure the neap range");
  const preferences = await ask("what do I prefer?");
  assert.match(preferences.markdown, /early returns/);
  assert.doesNotMatch(preferences.markdown, /neap range|cosine/);
  assert.match((await ask("what is still to do?")).markdown, /neap range/);
});

test("a sentence that contradicts is told, and one that corrects replaces", async () => {
  const denied = await ask("remember that we don't use a cosine");
  assert.match(denied.markdown, /It contradicts what was noted before/);
  const replaced = await ask("remember that actually I prefer late returns");
  assert.match(replaced.markdown, /It replaces what was noted/);
});

test("a decision beside a question is offered, and kept only after a yes", async () => {
  const question = "We decided to round heights to centimetres. Where is tideHeight?";
  const inChat = { conversationId: "chat" };
  const isNoted = async (): Promise<boolean> => {
    const found = await services.notes.list({ search: "round heights centimetres" });
    return found.some(({ text }) => text.includes("centimetres"));
  };
  const offered = await ask(question, inChat);
  assert.match(offered.markdown, /Shall I remember “We decided to round heights to centimetres\.”/);
  assert.ok(!(await isNoted()));
  await ask("where is tideHeight?", inChat);
  await ask("y", inChat);
  assert.ok(!(await isNoted()), "the offer was for the next question only");
  await ask(question, inChat);
  await ask("y", { conversationId: "another" });
  assert.ok(!(await isNoted()), "the offer was another conversation's");
  assert.match((await ask("y", inChat)).markdown, /^Noted as a decision/);
  assert.ok(await isNoted());
});

test("a change in the editor is told within seconds, and its return too", async () => {
  const { memory, notes } = services;
  const next = (): Promise<NotesState> =>
    new Promise((resolve) => {
      const stop = notes.onChanged((state) => {
        stop();
        resolve(state);
      });
    });
  const changed = next();
  memory.documentChanged(file, 1, source.replace("4.2", "5.1"));
  assert.equal((await changed).needCheck.length, 1);
  const answer = await ask("why do we use a cosine?");
  assert.match(answer.markdown, /Needs check: the code that it cites has changed since/);
  assert.match(answer.markdown, /there is now:/);
  assert.match(answer.markdown, /springRange = 5\.1/);
  const returned = next();
  memory.documentClosed(file);
  assert.equal((await returned).needCheck.length, 0);
});

test("a change by another program is told when the memory has seen it", async () => {
  const { memory, notes } = services;
  const { promise, resolve } = Promise.withResolvers<number>();
  const stop = notes.onChanged(({ needCheck }) => resolve(needCheck.length));
  writeFileSync(file, source.replace("6.2", "6.3"));
  await memory.rescan();
  assert.equal(await promise, 1);
  stop();
  assert.ok(readFileSync(file, "utf8").includes("6.3"));
});

test("where notes cannot be read that is said, and the code is still asked", async () => {
  const { recall, source, clock } = services;
  const notes = {
    ...closedNotes(),
    recall: () => Promise.reject(new MemoryError("storeUnavailable")),
  };
  const ports = { recall, source, clock, notes, history: noHistory, statusCommand: "status" };
  const answerer = new Answerer({
    timeline: noTimeline,
    ...ports,
    hashText: await createHashText(),
  });
  const { signal } = new AbortController();
  const params = { question: "why does tideHeight use a cosine?", askId: "1" };
  const { markdown } = await answerer.ask(params, () => undefined, signal);
  assert.match(markdown, /Notes cannot be read at the moment/);
  assert.match(markdown, /tides\.ts/);
});

test("a note that shares one word with a question about code does not answer it", async () => {
  await ask("remember that the springRange of Brest is the largest");
  const answer = await ask("why does springRange enter the height?");
  assert.doesNotMatch(answer.markdown, /Brest/);
});

test("a note that answers brings along what hangs together with it, by a symbol that both name", async () => {
  await ask("remember that uploads are retried by `sendChunk` because the line drops");
  await ask("remember that `sendChunk` gives up after 5 attempts");
  const answer = await ask("why are uploads retried?");
  const [first, rest] = answer.markdown.split("Notes that belong to it:");
  assert.match(first ?? "", /uploads are retried/);
  assert.doesNotMatch(first ?? "", /gives up after/);
  assert.match(rest ?? "", /gives up after 5 attempts/);
});

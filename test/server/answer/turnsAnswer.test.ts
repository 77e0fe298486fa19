import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { protocolVersion, type AskResult } from "../../../protocol/methods.ts";
import { rootOf } from "../../../server/cli/storeLocation.ts";
import type { Services } from "../../../server/handlers.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { ask as askInSession } from "../../../server/rpc/askRequest.ts";
import { Session } from "../../../server/rpc/session.ts";
import { createServices } from "../../../server/serverParts.ts";

const folder = realpathSync.native(mkdtempSync(path.join(tmpdir(), "lore-turns-answer-")));
const source = `/** Height of the tide. */
export function tideHeight(hour: number): number {
  const springRange = 4.2;
  return springRange * Math.cos((hour * Math.PI) / 6.2);
}
`;
const file = path.join(folder, "project", "tides.ts");
const log = { log: () => undefined };
const { signal } = new AbortController();
let services: Services;
let session: Session;

before(async () => {
  mkdirSync(path.dirname(file));
  writeFileSync(file, source);
  services = await createServices(log, {
    logLevel: "off",
    statusCommand: "status",
    deepMemory: "onDemand",
  });
  session = new Session(services, () => undefined);
  const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };
  await session.open({
    protocolVersion,
    storeDir: path.join(folder, "store"),
    roots: [rootOf(path.dirname(file))],
    settings,
    trusted: true,
  });
  await services.memory.settled(true, signal);
  await session.whenFound();
});

after(async () => {
  session.close();
  await services.memory.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Asks in a conversation, a new one unless it is given. */
function ask(
  question: string,
  conversationId = session.conversations().create().id,
): Promise<AskResult> {
  const { answers } = services;
  const context = { answers, session, clock: nodeClock, log, progress: () => undefined };
  return askInSession({ question, askId: "1", conversationId }, signal, context);
}

test("a question about what was said quotes it with when and where, and nothing of it is markup", async () => {
  await ask(
    "Harbours below <img src=x> [five](http://a) metres are drawn in grey. Where is tideHeight?",
  );
  const answer = await ask("What did I say about harbours drawn in grey?");
  assert.match(answer.markdown, /^> Harbours below .*drawn in grey\\?\./);
  assert.doesNotMatch(answer.markdown, /(?<!\\)(?:<img|\[five)/);
  assert.match(
    answer.markdown,
    /\*You, \d{4}-\d\d-\d\d \d\d:\d\d, in \[Harbours.+\]\(#turn-[\w-]+\/[\w-]+\)\*/,
  );
  assert.ok(!answer.abstained);
});

test("what the answer cited then is read again: a place that holds is linked, one that changed is only named", async () => {
  const question = "What did I say about grey harbours?";
  const holds = await ask(question);
  assert.match(holds.markdown, /The answer then cited \[`tides\.ts:\d/);
  assert.ok(holds.citations.length > 0);
  services.memory.documentChanged(
    file,
    1,
    source.replaceAll("spring", "neap").replace("Height", "Level"),
  );
  const changed = await ask(question);
  assert.match(changed.markdown, /`tides\.ts:\d+` \(changed since\)/);
  assert.doesNotMatch(changed.markdown, /springRange/);
  services.memory.documentClosed(file);
});

test("of two statements the later one comes first, and the older one tells of it", async () => {
  await ask("The buoys are polled every ten minutes. Where is tideHeight?");
  await ask("The buoys are polled every two minutes now. Where is tideHeight?");
  const { markdown } = await ask("How often did I say the buoys are polled?");
  const [newer, older] = [markdown.indexOf("two minutes"), markdown.indexOf("ten minutes")];
  assert.ok(newer >= 0 && newer < older);
  assert.match(markdown.slice(older), /something later was said on/);
});

test("what was said has no place, and the answer to a question that names one says so", async () => {
  const { markdown, abstained } = await ask(
    "@tides.ts what did I say about harbours drawn in grey?",
  );
  assert.match(
    markdown,
    /^This is drawn from all conversations, not only from `tides\.ts`\.\n\n> Harbours below/,
  );
  assert.ok(!abstained);
});

test("nothing is told of what nobody spoke of, and the code is answered from", async () => {
  const { markdown } = await ask("What did I tell you about the licence of the compiler?");
  assert.match(markdown, /Nothing that was said in conversations is about this\./);
  assert.doesNotMatch(markdown, /^> /m);
});

test("a note comes before what was said, and no note is missed where something was said", async () => {
  const said = await ask("What did I say about buoys?");
  assert.match(said.markdown, /two minutes/);
  assert.doesNotMatch(said.markdown, /No note says/);
  await ask("remember that buoys are painted yellow");
  const noted = await ask("What did I say about buoys?");
  assert.match(noted.markdown, /^> buoys are painted yellow/);
});

test("beside an answer about code a turn of another conversation is one line, and only when it is clearly meant", async () => {
  const own = session.conversations().create().id;
  await ask("How does tideHeight round its springRange value?", own);
  const again = await ask("How does tideHeight round its springRange value?", own);
  assert.doesNotMatch(again.markdown, /You asked on/);
  const elsewhere = await ask("how does tideHeight round the springRange value");
  assert.match(
    elsewhere.markdown,
    /\*You asked on [^*]*: “How does tideHeight round its springRange value\?”\*/,
  );
  const echo = await ask("How does `tideHeight` round its springRange value");
  assert.match(
    echo.markdown,
    /\*You asked on [^*]*: “how does tideHeight round the springRange value”\*/,
  );
  assert.doesNotMatch(echo.markdown, /“[^”]* its springRange/);
  const other = await ask("where is the height of the tide computed?");
  assert.doesNotMatch(other.markdown, /You (?:asked|said) on/);
});

test("a question outside a conversation is answered without what was said", async () => {
  const { markdown } = await services.answers.ask(
    { question: "What did I say about the buoys?", askId: "1" },
    () => undefined,
    signal,
  );
  assert.doesNotMatch(markdown, /#turn-/);
});

/**
 * A deep question in a real editor: its plan is shown while it is worked on, the language model calls `search_memory`, its
 * answer cites what it found, and how it was found is still there after a reload.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Locator } from "playwright-core";
import {
  startScriptedModel,
  type ScriptedModel,
  type ScriptedReply,
  type ScriptedRequest,
} from "../fixtures/scriptedModel.ts";
import { chatOf, openSession, type Session } from "./chatDriver.ts";
import { typeInto } from "./editorDriver.ts";

const files: Readonly<Record<string, string>> = {
  "src/tides.ts": `/** Height of the tide in metres above chart datum. */
export function tideHeight(hour: number): number {
  const springRange = 4.2;
  return springRange * Math.cos((hour * Math.PI) / 6.2);
}
`,
  "src/lighthouse.ts": `/** Seconds between two flashes of the lighthouse lamp. */
export function flashInterval(): number {
  const eclipseSeconds = 11.5;
  return eclipseSeconds;
}
`,
};
const question = "How is the height of the tide computed?";
const wanted = "seconds between two flashes of the lighthouse lamp";
const modelName = "scripted";

let dir: string;
let model: ScriptedModel;
let session: Session;

/** Number of the evidence that a tool gave and that holds a text; "" when none does. */
function numberOf({ messages }: ScriptedRequest, text: string): string {
  const given = messages.map(({ role, content }) => (role === "tool" ? content : "")).join("\n");
  const part = given.split(/^(?=\[\d+\] )/m).find((each) => each.includes(text));
  return /^\[(\d+)\]/.exec(part ?? "")?.[1] ?? "";
}

/** Looks the lighthouse up first, and then says what it found. */
function reply(request: ScriptedRequest): ScriptedReply {
  const n = numberOf(request, "eclipseSeconds = 11.5");
  if (n === "")
    return {
      kind: "toolCalls",
      calls: [{ name: "search_memory", arguments: { question: wanted } }],
    };
  return { kind: "text", pieces: [`\`flashInterval\` returns \`eclipseSeconds\``, ` [${n}]. `] };
}

before(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "lore-e2e-deep-"));
  const folder = path.join(dir, "project");
  mkdirSync(path.join(folder, "src"), { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  model = await startScriptedModel(reply, { models: [modelName] });
  session = await openSession(folder);
  await session.untilReady();
});

after(async () => {
  await session?.close();
  await model?.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

const chat = () => chatOf(session.page);
const lastTurn = (): Locator => chat().locator("section[data-turn][aria-busy]").last();
const plan = (): Locator => lastTurn().locator("details.plan");

test("an ordinary question has no plan", async () => {
  await session.ask(question);
  assert.equal(await plan().isVisible(), false);
});

test("a model is chosen", async () => {
  const { page } = session;
  await chat()
    .getByRole("button", { name: /^Answers by Built-in/ })
    .click();
  await page.getByRole("option", { name: /Use an endpoint/ }).click();
  await typeInto(session.page, /Use an Endpoint/, model.baseUrl);
  await typeInto(session.page, /The Key for/, "");
  await chat()
    .getByRole("button", { name: `Answers by ${modelName}. Choose a language model` })
    .waitFor();
});

test("the model looks further, and its answer cites what it found", async () => {
  await chat().getByRole("button", { name: "Look deeper" }).click();
  const before = await lastTurn().getAttribute("data-turn");
  const field = chat().getByRole("textbox", { name: "Your question" });
  await field.fill(question);
  await field.press("Enter");
  const asked = chat().locator(
    `section[data-turn="${before ?? ""}"][aria-busy] ~ section[aria-busy]`,
  );
  await asked.getByText(/Every sentence is supported/).waitFor();
  const prose = asked.locator(".prose-text");
  assert.match(await prose.innerText(), /flashInterval returns eclipseSeconds/);
  const tools = model.requests.map((request) => request.tools);
  assert.deepEqual(tools[0], ["search_memory", "read_memory", "find_usages"]);
  await prose.locator(".chip").first().click();
  await session.page.locator(".view-line", { hasText: "eclipseSeconds = 11.5" }).waitFor();
});

test("how it was found is folded below its title, and survives a reload", async () => {
  await session.page.reload();
  await session.untilReady();
  await session.remembered();
  const title = plan().getByText("How this was found");
  await title.waitFor();
  assert.equal(await plan().locator(".plan-look").isVisible(), false);
  await title.click();
  const text = await plan().innerText();
  assert.match(text, /How is the height of the tide computed/);
  assert.match(text, /round 2 of 4 · [\d,]+ of 12,000 tokens/);
  assert.match(text, new RegExp(`asked for: ${wanted} → \\d+ places?, \\d+ new`));
  await session.screenshot("deep-question");
});

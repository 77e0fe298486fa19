/**
 * A language model at an endpoint writes answers in a real editor: it is chosen, its text streams with citations that
 * open and marks that say why, survives a reload, and when the model dies the built-in answer stands.
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
  type ScriptedRequest,
} from "../fixtures/scriptedModel.ts";
import { chatOf, openSession, type Session } from "./chatDriver.ts";
import { typeInto } from "./editorDriver.ts";

const file = "src/tides.ts";
const source = `/** Height of the tide in metres above chart datum. */
export function tideHeight(hour: number): number {
  const springRange = 4.2;
  return springRange * Math.cos((hour * Math.PI) / 6.2);
}
`;
const question = "How is the height of the tide computed?";
const modelName = "scripted";

let dir: string;
let model: ScriptedModel;
let session: Session;

/** Number of the evidence that holds the definition. */
function numberOf({ messages }: ScriptedRequest): number {
  const prompt = messages.map(({ content }) => content).join("\n");
  const parts = prompt.split(/^(?=\[\d+\] )/m);
  const part = parts.find((each) => /^\[\d+\] /.test(each) && each.includes("springRange = 4.2"));
  const number = /^\[(\d+)\]/.exec(part ?? "")?.[1];
  assert.ok(number !== undefined, `the prompt holds the definition:\n${prompt}`);
  return Number(number);
}

const pieces = (request: ScriptedRequest): string[] => {
  const n = numberOf(request);
  return [
    `\`tideHeight\` multiplies \`springRange\``,
    ` with a cosine [${n}]. `,
    `The range is 4.2 metres [${n}]. `,
    `Results are kept in \`tideCache\` [${n}]. `,
    `![x](https://tracker.example/a.png)`,
  ];
};

before(async () => {
  dir = mkdtempSync(path.join(tmpdir(), "lore-e2e-models-"));
  const folder = path.join(dir, "project");
  mkdirSync(path.join(folder, "src"), { recursive: true });
  writeFileSync(path.join(folder, file), source);
  model = await startScriptedModel(
    (request) => ({
      kind: "text",
      pieces: pieces(request),
      waitMs: 150,
    }),
    { models: [modelName] },
  );
  session = await openSession(folder);
  await session.untilReady();
});

after(async () => {
  await session?.close();
  await model?.close();
  rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** The chat's page. */
const chat = () => chatOf(session.page);
const lastTurn = (): Locator => chat().locator("section[data-turn][aria-busy]").last();
const prose = (): Locator => lastTurn().locator(".prose-text");
const evidence = (): Locator => lastTurn().locator(".evidence");

/** What the last turn says of a model that did not come to its end. */
async function noticed(): Promise<string> {
  const notice = lastTurn().locator(".prose-notices .notice");
  await notice.waitFor();
  return notice.innerText();
}

/** Asks, and waits until the new turn is there. */
async function askInChat(): Promise<void> {
  const field = chat().getByRole("textbox", { name: "Your question" });
  const before = await lastTurn().getAttribute("data-turn");
  await field.fill(question);
  await field.press("Enter");
  await chat()
    .locator(`section[data-turn="${before ?? ""}"][aria-busy] ~ section[aria-busy]`)
    .waitFor();
}

test("without a model the answer is the built-in one, and nothing is sent", async () => {
  const answer = await session.ask(question);
  assert.ok(answer.sources.some((place) => place.path === file));
  assert.equal(await lastTurn().locator(".prose").isVisible(), false);
  assert.deepEqual(model.paths, []);
});

test("an endpoint is chosen from the question field", async () => {
  const { page } = session;
  await chat()
    .getByRole("button", { name: /^Answers by Built-in/ })
    .click();
  await page.getByRole("option", { name: /Use an endpoint/ }).click();
  await typeInto(session.page, /Use an Endpoint/, "not an address");
  await page.getByText("This is not an address.").first().waitFor();
  await typeInto(session.page, /Use an Endpoint/, model.baseUrl);
  await typeInto(session.page, /The Key for/, "");
  await chat()
    .getByRole("button", { name: `Answers by ${modelName}. Choose a language model` })
    .waitFor();
  await session.screenshot("models-1-chosen");
});

test("prose streams over the answer, cites lines that open, and marks what is not supported", async () => {
  const { page } = session;
  await askInChat();
  await prose().locator(".chip").first().waitFor();
  await session.screenshot("models-2-streaming");
  const turn = lastTurn();
  await turn.and(chat().locator("[aria-busy=false]")).waitFor();
  await turn.getByText("2 of 4 sentences are supported by what they cite.").waitFor();
  assert.match(await prose().innerText(), /multiplies springRange with a cosine/);
  assert.equal(await prose().locator("img, a").count(), 0);
  await turn
    .getByRole("button", { name: "Not supported: not in the cited lines: tideCache" })
    .waitFor();
  assert.equal(await evidence().isVisible(), false);
  await session.screenshot("models-3-written");
  await prose().locator(".chip").first().click();
  await page.getByRole("tab", { name: /tides\.ts/, selected: true }).waitFor();
  await page.locator(".view-line", { hasText: "springRange = 4.2" }).waitFor();
});

test("the evidence alone is one click away", async () => {
  const only = lastTurn().getByRole("button", { name: "Evidence only" });
  await only.click();
  assert.equal(await prose().isVisible(), false);
  assert.equal(await evidence().isVisible(), true);
  await session.screenshot("models-4-evidence");
  await only.click();
  assert.equal(await prose().isVisible(), true);
});

test("prose survives a reload of the window", async () => {
  await session.page.reload();
  await session.untilReady();
  await session.remembered();
  await prose()
    .getByText(/with a cosine/)
    .waitFor();
  await chat()
    .getByRole("button", { name: `Answers by ${modelName}. Choose a language model` })
    .waitFor();
});

test("stopping stops the model and keeps what was checked", async () => {
  model.setScript((request) => ({ kind: "hang", pieces: pieces(request).slice(0, 3) }));
  await askInChat();
  await prose()
    .getByText(/with a cosine/)
    .waitFor();
  await chat().getByRole("button", { name: "Stop (Escape)" }).click();
  assert.match(await noticed(), /Stopped before the model’s answer was complete/);
  assert.match(await prose().innerText(), /with a cosine/);
});

test("a model that dies in the middle leaves the built-in answer and says so", async () => {
  await askInChat();
  await prose()
    .getByText(/with a cosine/)
    .waitFor();
  await model.close();
  await lastTurn()
    .getByText(/The model’s answer broke off/)
    .waitFor();
  assert.equal(await evidence().isVisible(), true);
  assert.match(await evidence().innerText(), /tides\.ts/);
  await session.screenshot("models-5-died");
  await lastTurn().getByRole("button", { name: "Ask the model again" }).click();
  await lastTurn()
    .getByText(/Nothing answers at the model’s address/)
    .waitFor();
  assert.match(await evidence().innerText(), /tides\.ts/);
  await session.screenshot("models-6-offline");
});

test("back to the built-in answers", async () => {
  const { page } = session;
  await chat()
    .getByRole("button", { name: /^Answers by/ })
    .click();
  await page.getByRole("option", { name: /Built-in answers/ }).click();
  await chat()
    .getByRole("button", { name: /^Answers by Built-in/ })
    .waitFor();
  await session.ask(question);
  assert.equal(await lastTurn().locator(".prose").isVisible(), false);
});

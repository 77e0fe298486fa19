import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Answer } from "../../../../protocol/types.ts";
import type { Services } from "../../../../server/handlers.ts";
import { openServices } from "../../openServices.ts";

const folder = realpathSync.native(mkdtempSync(path.join(tmpdir(), "lore-rounds-answer-")));
const project = path.join(folder, "project");
const files: Readonly<Record<string, string>> = {
  "submit.ts": `/** Submits an order once its basket is paid. */
export function submitOrder(order: Order, basket: Basket): Slot {
  basket.paid = true;
  return scheduleDelivery(order);
}
`,
  "warehouse.ts": `/** Takes the next free slot of the trucks. */
export function scheduleDelivery(parcel: Parcel): Slot {
  return slots.find((slot) => slot.isFree).take(parcel);
}
`,
};
let services: Services;

before(async () => {
  mkdirSync(project);
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(project, name), text);
  services = await openServices(path.join(folder, "store"), project);
});

after(async () => {
  await services.memory.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Told extends Answer {
  readonly parts: readonly string[];
}

async function ask(
  question: string,
  more: object = { deep: true },
  signal = new AbortController().signal,
  onEmit: () => void = () => undefined,
): Promise<Told> {
  const parts: string[] = [];
  const emit = (markdown: string): void => {
    parts.push(markdown);
    onEmit();
  };
  const answer = await services.answers.ask({ question, askId: "1", ...more }, emit, signal);
  assert.equal(answer.markdown, parts.join(""));
  return { ...answer, parts };
}

const twoThings = "how is an order submitted with its basket, and when is the delivery scheduled?";

test("each part has its places, and the rounds are told while they are made", async () => {
  const { markdown, parts, citations, abstained } = await ask(twoThings);
  assert.match(parts[0] ?? "", /^\*Round 2: looking for each part by itself/);
  const [, first = "", second = ""] = markdown.split("### ");
  assert.match(first, /^how is an order submitted with its basket\n[^]*submitOrder/);
  assert.match(second, /^when is the delivery scheduled\?\n[^]*scheduleDelivery/);
  for (const part of [first, second]) {
    const lines = part.split("\n").filter((line) => line.startsWith("- "));
    assert.equal(new Set(lines).size, lines.length);
  }
  assert.match(markdown, /I stopped after \d rounds: /);
  assert.deepEqual(new Set(citations.map(({ path: file }) => file)), new Set(Object.keys(files)));
  assert.equal(abstained, false);
});

test("a part without a place says so", async () => {
  const { markdown } = await ask(
    "how is an order submitted with its basket, and where are zeppelins moored to masts?",
  );
  assert.match(markdown, /### where are zeppelins moored to masts\?\n\nI found nothing in memory/);
});

test("without the wish, and with one about nothing, it is answered as ever", async () => {
  const usual = await ask(twoThings, {});
  assert.doesNotMatch(usual.markdown, /Round|### how is/);
  const nothing = await ask("where are zeppelins moored to masts?");
  assert.equal(nothing.abstained, true);
});

test("what the parts say is no markup", async () => {
  const { markdown } = await ask(
    "how is an <img src=x> order submitted with its basket, and when is [the](http://a) delivery scheduled?",
  );
  assert.doesNotMatch(markdown, /(?<!\\)(?:<img|\[the\])/);
});

test("a cancelled question is told no more", async () => {
  const controller = new AbortController();
  const reason = new Error("enough");
  const asked = ask(twoThings, { deep: true }, controller.signal, () => controller.abort(reason));
  await assert.rejects(asked, reason);
});

test("what was noted comes first, and the code that it cites is looked at", async () => {
  const range = { startLine: 1, endLine: 3 };
  const selection = {
    file: path.join(project, "warehouse.ts"),
    text: (files["warehouse.ts"] as string).split("\n").slice(1, 4).join("\n"),
    range,
  };
  await ask("remember that parcels ride on the earliest truck because the drivers asked for it", {
    selection,
  });
  const { parts, markdown } = await ask("why do parcels ride on the earliest truck?");
  assert.match(parts[0] ?? "", /^> .*the drivers asked for it/);
  assert.match(markdown, /scheduleDelivery/);
});

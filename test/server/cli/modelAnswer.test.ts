/** Good and bad models over a real folder: what is shown of what they write. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Prose } from "../../../protocol/prose.ts";
import { askModel } from "../../../server/cli/modelAnswer.ts";
import type { Services } from "../../../server/handlers.ts";
import { faithful, forging, inventing, inWords, obeying } from "../../fixtures/scriptedAnswers.ts";
import {
  startScriptedModel,
  type Script,
  type ScriptedModel,
} from "../../fixtures/scriptedModel.ts";
import { temporaryFolder } from "../ingest/treesOnDisk.ts";
import { openServices } from "../openServices.ts";

const scratch = temporaryFolder();
const project = path.join(scratch.path, "project");
const { signal } = new AbortController();
let services: Services;
let model: ScriptedModel;

before(async () => {
  mkdirSync(project);
  writeFileSync(
    path.join(project, "tides.ts"),
    "/** Height of the tide. [More](https://evil.example) */\nexport function tideHeight(hour: number): number {\n  return 4.2 * Math.cos(hour);\n}\n",
  );
  model = await startScriptedModel(faithful);
  services = await openServices(path.join(scratch.path, "store"), project);
});
after(async () => {
  await model.close();
  await services.memory.close();
  scratch[Symbol.dispose]();
});

async function answer(script: Script): Promise<{ prose: Prose; shown: readonly Prose[] }> {
  model.setScript(script);
  const shown: Prose[] = [];
  const { prose } = await askModel(
    "How is the height of the tide worked out?",
    { model: "scripted", endpoint: { baseUrl: model.baseUrl } },
    { services, maxTokens: 2_000, isDeep: false, signal, show: (soFar) => shown.push(soFar) },
  );
  return { prose, shown };
}

test("a faithful model is linked to what it read", async () => {
  const { prose, shown } = await answer(faithful);
  assert.match(prose.markdown, /^It has to do with `\w+` \[`tides\.ts:\d`\]\(#cite-0\)\./);
  assert.deepEqual([prose.state, prose.marks, prose.nSupported], ["done", [], prose.nSentences]);
  assert.equal(prose.citations[0]?.path, "tides.ts");
  for (const { state, markdown } of shown) {
    assert.equal(state, "streaming");
    assert.ok(prose.markdown.startsWith(markdown));
  }
});

test("a model that forges numbers and links gets neither", async () => {
  const { prose } = await answer(forging);
  assert.deepEqual(prose.citations, []);
  assert.equal(prose.nSupported, 0);
  assert.ok(!/(?<!\\)\]\((?!#mark-\d+\))/.test(prose.markdown), prose.markdown);
});

test("a model that invents names is marked for them", async () => {
  const { prose } = await answer(inventing);
  assert.deepEqual(prose.marks, [{ fault: "nameNotInEvidence", detail: "inventedFunction" }]);
});

test("a model that writes out what it read links to nothing by that", async () => {
  const { prose } = await answer(obeying);
  assert.ok(prose.markdown.includes("evil"));
  assert.ok(!/(?<!\\)\]\((?!#(?:mark|cite)-\d+\))/.test(prose.markdown), prose.markdown);
});

test("what came before a failure is checked and kept", async () => {
  const { prose } = await answer(() => ({ kind: "cut", pieces: ["It is `tideHeight` [1]. And"] }));
  assert.equal(prose.state, "failed");
  assert.equal(prose.failure, "badAnswer");
  assert.match(prose.markdown, /^It is `tideHeight` \[`tides/);
  const { prose: whole } = await answer(() => inWords("It is `tideHeight` [1]."));
  assert.equal(whole.failure, undefined);
});

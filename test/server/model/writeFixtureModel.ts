/** Writes the fixture model and what the reference makes of some texts with it: `node test/server/model/writeFixtureModel.ts`. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fixtureModelFolder } from "../workspaceMemoryHarness.ts";
import { loadStaticModel } from "../../../server/model/staticModel.ts";
import { modelFolder } from "../../../server/model/modelFolder.ts";
import { fixtureModel } from "./fixtureModel.ts";
import { goldenTexts } from "./goldenTexts.ts";
import { embeddingOf, tokensOf } from "./referenceEncoder.ts";

mkdirSync(fixtureModelFolder, { recursive: true });
for (const [name, bytes] of Object.entries(fixtureModel()))
  writeFileSync(path.join(fixtureModelFolder, name), bytes);

const outcome = loadStaticModel(modelFolder(fixtureModelFolder));
if (outcome.kind !== "ready") throw new Error(outcome.fault.detail);
const { model } = outcome;
const texts = goldenTexts.map((bytes) => ({
  base64: Buffer.from(bytes).toString("base64"),
  tokens: tokensOf(bytes, model),
  vector: embeddingOf(bytes, model).map(Math.round),
}));
const golden = JSON.stringify({ format: 1, texts });
writeFileSync(path.join(fixtureModelFolder, "golden.json"), `${golden}\n`);

/** What the manifest tells language models is what the server's tools say and check. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { declaredTools } from "../../../scripts/toolManifest.ts";
import { toolDescriptions } from "../../../server/tools/toolBox.ts";

const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../${name}`, import.meta.url), "utf8"));

test("the manifest declares every tool as the server describes it", () => {
  const { contributes } = readJson("package.json") as {
    contributes: { languageModelTools: readonly object[] };
  };
  // `node scripts/toolManifest.ts --update` makes them equal.
  assert.deepEqual(contributes.languageModelTools, declaredTools());
});

test("people read the titles that agents elsewhere get", () => {
  const nls = readJson("package.nls.json") as Record<string, string>;
  for (const { name, title } of toolDescriptions) assert.equal(nls[`tool.${name}`], title);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { retentionCurve } from "../../../extension/selfTest/retentionCurve.ts";
import { selfTestPage } from "../../../extension/selfTest/selfTestPage.ts";
import { phaseName, sizeChoices } from "../../../extension/selfTest/selfTestTexts.ts";
import { createWording } from "../../../extension/wording.ts";
import type { SelfTestResult } from "../../../protocol/deepMemory.ts";
import { selfTestResult } from "../../protocol/inMemoryServices.ts";
import { translate } from "../translate.ts";

const wording = createWording(translate, "en");
const parts = {
  cspSource: "https://view.example",
  styleUri: "https://view.example/s.css?x=1&y=2",
  language: "en",
  tokens: 4_096,
};
const page = (result: SelfTestResult = selfTestResult, tokens = 4_096): string =>
  selfTestPage({ ...parts, result, tokens }, wording);

test("the page runs no script and loads its own style alone", () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page())?.[1] ?? "";
  assert.deepEqual(policy.split("; "), [
    "default-src 'none'",
    "img-src https://view.example data:",
    "style-src https://view.example",
    "font-src https://view.example",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  assert.ok(!/<script|<style|\sstyle=|\son\w+=/.test(page()));
  assert.ok(page().includes("s.css?x=1&amp;y=2"));
});

test("the curve stands beside a table that says the same", () => {
  const text = page();
  assert.match(text, /<svg [^>]*role="img" aria-label="Facts told exactly/);
  assert.ok(
    text.includes(
      '<tr><th scope="row">4,096</th><td>50.0 %</td><td>35.0 % – 65.0 %</td><td>40</td></tr>',
    ),
  );
  for (const name of ["without memory", "with another memory", "with blocks drawn by lot"])
    assert.ok(text.includes(`<th scope="row">${name}</th>`));
  assert.ok(text.includes("One question: 12 ms, 95 % within 30 ms"));
  assert.ok(text.includes("Memory of the server: 300 MB"));
  assert.ok(!text.includes("never repeated"));
});

test("a workspace that is too small for the test is spoken of", () => {
  assert.match(page(selfTestResult, 160_000), /holds only 4,096 tokens of code/);
});

test("text of the server stays text", () => {
  const text = page({ ...selfTestResult, model: '<img src=x onerror="alert(1)">\u202e' });
  assert.ok(!text.includes("<img"));
  assert.ok(text.includes("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;\\u{202e}"));
});

test("points and intervals lie where they belong, whatever the numbers are", () => {
  const point = { nAsked: 10, low: 0.25, high: 0.75 };
  const drawn = retentionCurve(
    {
      ...selfTestResult,
      points: [
        { ...point, distance: 0, accuracy: 1 },
        { ...point, distance: 65_536, accuracy: 0.5 },
        { ...point, distance: 1_000_000, accuracy: Number.NaN, low: -3, high: 7 },
      ],
    },
    wording,
  );
  const circles = [...drawn.matchAll(/<circle class="point" cx="([\d.]+)" cy="([\d.]+)"/g)];
  assert.deepEqual(
    circles.map(([, x, y]) => [Number(x), Number(y)]),
    [
      [88, 16],
      [340, 144],
      [592, 272],
    ],
  );
  assert.match(drawn, /<line class="whisker" x1="340" y1="208" x2="340" y2="80"\/>/);
  assert.match(drawn, /<line class="whisker" x1="592" y1="272" x2="592" y2="16"\/>/);
  assert.match(drawn, />65k<\/text>/);
  assert.match(drawn, />1M<\/text>/);
  assert.ok(!drawn.includes("NaN"));
});

test("a test that could ask nowhere still has a page", () => {
  const text = page({ ...selfTestResult, points: [], tokensStreamed: 0 });
  assert.match(text, /holds only 0 tokens/);
  assert.ok(!text.includes("undefined"));
});

test("the sizes ascend and the phases are told apart", () => {
  const sizes = sizeChoices(wording);
  assert.deepEqual(
    sizes.map(({ label }) => label),
    ["16,384 tokens", "65,536 tokens", "160,000 tokens", "1,000,000 tokens"],
  );
  const phases = (["planting", "streaming", "asking", "controls"] as const).map((phase) =>
    phaseName(phase, 2_048, wording),
  );
  assert.equal(new Set(phases).size, 4);
  assert.match(phases[1] ?? "", /2,048 tokens/);
});

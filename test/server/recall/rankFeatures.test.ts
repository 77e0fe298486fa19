/** What the learned ranking sees of a candidate: the values that the model was trained on, held by hand-worked examples. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ObservedCandidate } from "../../../server/services.ts";
import { LearnedRanking } from "../../../server/recall/learnedRanking.ts";
import { rankFeatureNames, type RankFeature } from "../../../server/recall/rankFeatures.ts";
import { handParts, type Features } from "../../../server/recall/ranking.ts";
import { TermFinder } from "../../../server/recall/termHits.ts";
import { loadRankerModel } from "../../../server/model/rankerModel.ts";
import { rankerFiles, treeBytes, type NodeOf } from "../model/rankerFiles.ts";
import { withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const files = {
  "src/kettle.ts":
    "export class Kettle {\n  boilWater(litres: number): number {\n    return litres * 60;\n  }\n}\n",
  "src/cup.ts": "export const cup = { litres: 1 };\n",
  "docs/tea.md": "# Tea\n\nWater for tea is boiled first, then poured.\n",
};

describe("a candidate", () => {
  let opened: OpenedMemory;
  withMemory(files, (memory) => (opened = memory));

  async function factsOf(query: string, path: string): Promise<Record<RankFeature, number>> {
    const seen: ObservedCandidate[] = [];
    await opened.recaller.search({ query, limit: 5 }, AbortSignal.timeout(60_000), {
      observe: (candidate) => seen.push(candidate),
    });
    const candidate = seen.find((each) => each.path === path);
    assert.ok(candidate !== undefined, `${path} is a candidate`);
    return Object.fromEntries(
      rankFeatureNames.map((name, i) => [name, candidate.features[i]]),
    ) as Record<RankFeature, number>;
  }

  test("that holds all of the question, and defines what it names", async () => {
    const facts = await factsOf("where is boilWater?", "src/kettle.ts");
    assert.equal(facts.coverage, 1);
    assert.equal(facts.definition, 1);
    assert.equal(facts.callable, 1);
    assert.equal(facts.typeLike, 1);
    assert.equal(facts.depth, 2);
    assert.equal(facts.nNames, 1);
    assert.equal(facts.asks, 1);
    assert.equal(facts.bm25Share, 1);
    assert.equal(facts.byHandShare, 1);
    assert.equal(facts.byHandPlace, 1);
    assert.equal(facts.wordPlace, 1);
    assert.equal(facts.priorPlace, 1);
    assert.equal(facts.fileCoverage, 1);
    assert.equal(facts.fileChunks, 1);
    // Five lines, and the end of the last one.
    assert.equal(facts.lines, Math.log2(1 + 6));
  });

  test("that holds one word of it is beside the best", async () => {
    const facts = await factsOf("boil two litres of water", "src/cup.ts");
    assert.ok(facts.coverage > 0 && facts.coverage < 0.5, String(facts.coverage));
    assert.ok(facts.bm25Share > 0 && facts.bm25Share < 1);
    assert.ok(facts.byHandPlace <= 0.5);
    assert.equal(facts.callable, 0);
    assert.equal(facts.definition, 0);
  });

  test("every value is a number, whatever is asked", async () => {
    for (const query of ["water", "waters WATER kettle.ts:2 `boilWater`", "“", "x".repeat(5_000)]) {
      await opened.recaller.search({ query, limit: 5 }, AbortSignal.timeout(60_000), {
        observe: ({ features, score }) => {
          assert.ok(features.every(Number.isFinite) && Number.isFinite(score), query);
        },
      });
    }
  });
});

describe("terms in a text", () => {
  const finder = new TermFinder(["boil", "water", "cup"], ["boil", "water", "cup"]);
  const countsOf = (text: string): number[] => [...finder.find(text).within(0, text.length).counts];
  test("are found in names and inflected, and not inside of other words", () => {
    assert.deepEqual(countsOf("boilWater(); boiled the waters"), [2, 2, 0]);
    assert.deepEqual(countsOf("cupboard hiccup"), [0, 0, 0]);
  });
  test("stand together when nothing much is between them", () => {
    const pairsOf = (text: string): number => finder.find(text).within(0, text.length).pairs.length;
    assert.equal(pairsOf("boil the water"), 1);
    assert.equal(pairsOf(`boil ${"x ".repeat(20)}water`), 0);
    assert.equal(pairsOf("water boil"), 0);
  });
  test("are counted in the asked part alone", () => {
    const text = "water cup water";
    assert.deepEqual([...finder.find(text).within(6, text.length).counts], [0, 1, 1]);
  });
  test("are looked for up to a limit that the texts of a question share", () => {
    const long = `${"x ".repeat(150_000)} water`;
    assert.deepEqual(countsOf(long), [0, 0, 0]);
    const tired = new TermFinder(["water"], ["water"]);
    for (let i = 0; i < 30; i++) tired.find(long);
    const inside = `${"x ".repeat(20_000)} water`;
    assert.deepEqual([...tired.find(inside).within(0, inside.length).counts], [0]);
    assert.deepEqual([...tired.find("water").within(0, 5).counts], [1]);
  });
});

describe("the learned ranking", () => {
  const bm25 = rankFeatureNames.indexOf("bm25");
  const prior = rankFeatureNames.indexOf("prior");
  const nodes: readonly NodeOf[] = [
    { feature: bm25, left: 1, right: 2, isRoot: true, threshold: 0.5, value: 0 },
    { feature: -1, value: -1 },
    { feature: prior, left: 3, right: 4, threshold: 0.5, value: 1 },
    { feature: -1, value: 0.5 },
    { feature: -1, value: 1.5 },
  ];
  const outcome = loadRankerModel(
    rankerFiles(treeBytes(nodes), { features: rankFeatureNames }),
    rankFeatureNames,
  );
  assert.ok(outcome.kind === "ready");
  const ranking = new LearnedRanking(outcome.model);
  const none = Object.fromEntries(
    Object.keys(handParts({} as Features, 1)).map((name) => [name, 0]),
  ) as unknown as Features;

  function vector(values: Partial<Record<RankFeature, number>>): Float64Array {
    return Float64Array.from(rankFeatureNames, (name) => values[name] ?? 0);
  }

  test("scores the calibrated log-odds, softly above zero", () => {
    // Slope 2, offset -1: log-odds -3, 0 and 2.
    for (const [values, odds] of [
      [{}, -3],
      [{ bm25: 1 }, 0],
      [{ bm25: 1, prior: 1 }, 2],
    ] as const) {
      const score = ranking.score(vector(values), none, false);
      assert.ok(Math.abs(score - Math.log1p(Math.exp(odds))) < 1e-12);
    }
  });
  test("puts what is pointed at or asked for by name before all that the trees say", () => {
    const best = ranking.score(vector({ bm25: 1, prior: 1 }), none, false);
    assert.ok(ranking.score(vector({}), { ...none, pointed: 1 }, false) > best);
    assert.ok(ranking.score(vector({}), none, true) > best);
  });
  test("shares the score out among what speaks for the place", () => {
    const values = vector({ bm25: 1, prior: 1 });
    const features = { ...none, bm25: 1, definition: 1 };
    const parts = ranking.parts(values, features, true);
    const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
    assert.ok(Math.abs(total - ranking.score(values, features, true)) < 1e-9);
    assert.ok(Math.abs(parts.definition / parts.bm25 - 6 / 2) < 1e-9);
    assert.ok(Math.abs(parts.file / parts.bm25 - 1 / 2) < 1e-9);
    assert.equal(parts.path, 0);
  });
  test("never names what the chunk does not have", () => {
    const parts = ranking.parts(vector({ bm25: 1, prior: 1 }), none, false);
    assert.equal(parts.bm25, 0);
    assert.ok(parts.file > 0);
  });
});

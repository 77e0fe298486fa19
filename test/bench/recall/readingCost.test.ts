import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { AgentTools, tokensOf } from "../../../bench/recall/agentTools.ts";
import { tokensOfAgent } from "../../../bench/recall/greedyAgent.ts";
import { tokensOfPlaces } from "../../../bench/recall/readingCost.ts";
import { plainWordsOf } from "../../../bench/recall/baselines/words.ts";

const common = Array.from({ length: 70 }, (_, idx) => ({
  path: `common${idx}.ts`,
  lines: ["socket"],
}));
const target = { path: "target.ts", lines: ["socket", "backoff", "x".repeat(200)] };
const tools = new AgentTools([...common, target]);
const ways = { wordsOf: plainWordsOf };
const wanted = new Set(["target.ts"]);
const outputOf = (...lines: string[]): number =>
  tokensOf(lines.map((line) => `${line}\n`).join(""));

describe("the agent's tools", () => {
  it("cost a token for four bytes", () => {
    assert.equal(tokensOf("abcdefgh"), 2);
    assert.equal(tokensOf("é"), 0.5);
  });

  it("print sixty lines at most, each cut at 160 characters", () => {
    assert.equal(tools.count("socket"), 71);
    assert.equal(tools.grep("socket").hits.length, 60);
    assert.equal(tools.grep("xxx").tokens, outputOf(`target.ts:3:${"x".repeat(160)}`));
    assert.deepEqual(tools.grep("zebra"), { hits: [], tokens: 0 });
  });

  it("read lines of a file, and nothing of a file that is not there", () => {
    assert.equal(tools.read("target.ts", 1, 2), outputOf("target.ts", "socket", "backoff"));
    assert.equal(tools.read("missing.ts", 1, 2), 0);
  });
});

describe("the greedy agent", () => {
  it("opens the files of the rarest word first, and pays for what its searches print", () => {
    const tokens = tokensOfAgent("backoff of a socket", wanted, tools, ways, 10_000);
    // The rarest word comes first, so the target is the first of the files, which all hold one word then.
    const printed = common.slice(0, 60).map(({ path }) => `${path}:1:socket`);
    const searches = outputOf("target.ts:2:backoff", ...printed);
    assert.equal(tokens, searches + outputOf("target.ts", ...target.lines));
  });

  it("gives up at its budget", () => {
    assert.equal(tokensOfAgent("backoff of a socket", wanted, tools, ways, 10), undefined);
  });

  it("does not find what shares no word, and an empty question finds nothing", () => {
    assert.equal(tokensOfAgent("zebra", wanted, tools, ways, 10_000), undefined);
    assert.equal(tokensOfAgent("", wanted, tools, ways, 10_000), undefined);
  });
});

describe("reading places in order", () => {
  const places = [
    { path: "common1.ts", startLine: 1, endLine: 1 },
    { path: "target.ts", startLine: 1, endLine: 1 },
  ];

  it("costs the texts up to the right file", () => {
    const tokens = outputOf("common1.ts", "socket", "target.ts", "socket");
    assert.equal(tokensOfPlaces(places, wanted, tools, 100), tokens);
    assert.equal(tokensOfPlaces(places, wanted, tools, tokens - 1), undefined);
  });

  it("never ends with the right file when it is not among them", () => {
    assert.equal(tokensOfPlaces(places.slice(0, 1), wanted, tools, 100), undefined);
    assert.equal(tokensOfPlaces([], wanted, tools, 100), undefined);
  });
});

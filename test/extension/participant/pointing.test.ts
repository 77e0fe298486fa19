import assert from "node:assert/strict";
import { test } from "node:test";
import {
  isPointer,
  pointsAtSelection,
  speaksOfLast,
} from "../../../extension/participant/pointing.ts";

const cases: Readonly<
  Record<string, readonly [(words: string) => boolean, readonly string[], readonly string[]]>
> = {
  "speaks of the last answer": [
    speaksOfLast,
    [
      ...["who calls it?", "Why is this slow?", "and where is that tested?", "what calls that"],
      ...["who uses those?", "that?"],
    ],
    [
      ...["who calls fooBar?", "where is `it`?", "what is a.ts, is it old?", "Why?"],
      ...[
        "is there anything that retries a failed request?",
        "where do we keep those that failed?",
      ],
      ...["what is this project about?", "what did we decide this week?"],
    ],
  ],
  "points at what is selected": [
    pointsAtSelection,
    ["who calls this?", "explain these lines", "what does the selected code do?"],
    ["who calls it?", "what is this repository?", "where is this.name set?", "what about that?"],
  ],
  "stands in the place of a name": [
    isPointer,
    ["this", "it", "this function", "the selection", "These lines?"],
    ["this week", "fooBar", "", "item", "the store"],
  ],
};

for (const [name, [check, yes, no]] of Object.entries(cases))
  test(name, () => {
    for (const words of yes) assert.ok(check(words), words);
    for (const words of no) assert.ok(!check(words), words);
  });

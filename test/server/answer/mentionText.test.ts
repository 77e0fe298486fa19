import assert from "node:assert/strict";
import { test } from "node:test";
import { withinText } from "../../../server/answer/mentionText.ts";

const cases: readonly (readonly [within: string[], missing: string[], text: string | undefined])[] =
  [
    [["src/a.ts"], [], "Looked only in `src/a.ts`."],
    [
      ["src/net/", "a.ts"],
      ["b.ts"],
      "Looked only in `src/net/` and `a.ts`. `b.ts` is not in memory.",
    ],
    [[], ["b.ts", "c/"], "`b.ts` and `c/` are not in memory. This is of all files:"],
    [[], [], undefined],
    [
      Array.from({ length: 7 }, (_, n) => `${n}.ts`),
      [],
      "Looked only in `0.ts`, `1.ts`, `2.ts`, `3.ts`, `4.ts` and 2 more.",
    ],
    [["a`](x).ts"], [], "Looked only in ``a`](x).ts``."],
  ];
for (const [within, missing, text] of cases)
  test(String(text), () => assert.equal(withinText({ within, missing }), text));

test("a question without mentions says nothing", () =>
  assert.equal(withinText(undefined), undefined));

import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedNames } from "../../../server/work/sharedNames.ts";

const cases: readonly (readonly [
  what: string,
  a: string,
  b: string,
  names: readonly string[] | undefined,
])[] = [
  ["one thing", "Rows of the importer are short.", "The importer writes.", ["importer"]],
  [
    "a thing of two words, as far as they are alike",
    "Use the mobile client.",
    "We test the mobile clients.",
    ["mobile"],
  ],
  [
    "several things",
    "We write the tests of the importer.",
    "We moved the tests of the importer.",
    ["tests", "importer"],
  ],
  ["other things", "Sessions of the importer", "Sessions of the scheduler", []],
  ["nothing that is named", "Importer: three retries", "The importer retries", undefined],
  ["no name across a mark", "the importer, now", "the importer. now", ["importer"]],
  ["no phrase that names nothing", "By the way, rows", "By the way, the rows", undefined],
  ["a thing in German", "Die Zeilen des Importers", "Der Index des Importers", ["importers"]],
];
for (const [what, a, b, names] of cases)
  test(`what two sentences name: ${what}`, () => assert.deepEqual(sharedNames(a, b), names));

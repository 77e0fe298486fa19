/** Uses of a name with several definitions: which are its own, which are another's, and which nobody can tell. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Recall } from "../../../protocol/types.ts";
import type { DefinitionPlace } from "../../../server/services.ts";
import { isQuiet, quietText } from "../../../server/recall/quietText.ts";
import { withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const files = {
  "src/pool.ts": `export class Pool {\n  load(): number {\n    return 1;\n  }\n\n  again(): number {\n    return this.load();\n  }\n}\n`,
  "src/page.ts": `export class Page {\n  load(): number {\n    return 2;\n  }\n}\n`,
  "src/disk.ts": `export function load(): number {\n  return 3;\n}\n\nexport function both(): number {\n  return load() + load();\n}\n`,
  "src/usesPool.ts": `import { Pool } from "./pool.ts";\n\nexport function viaPool(pool: Pool): number {\n  return pool.load();\n}\n`,
  "src/usesPage.ts": `import { Page } from "./page.ts";\n\nexport function viaPage(): number {\n  const it = new Page();\n  return it.load();\n}\n`,
  "src/usesDisk.ts": `import { load } from "./disk.ts";\n\nexport function viaDisk(): number {\n  return load();\n}\n`,
  "src/unclear.ts": `export function viaAnything(thing: unknown): number {\n  return thing.load();\n}\n`,
  "src/talks.ts": `// load() is called elsewhere\nexport function talks(): string {\n  /* pool.load() */\n  return "load() and pool.load()";\n}\n`,
  "src/template.ts": `import { onlyOne } from "./one.ts";\n\nexport function told(): string {\n  return \`value \${onlyOne("a")}\`;\n}\n`,
  "src/one.ts": `/** onlyOne() is here. */\nexport function onlyOne(input: string): string {\n  return input;\n}\n`,
  "config/settings.yaml": `handlers:\n  onlyOne: true\n`,
  "docs/guide.md": "# Guide\n\nCall `onlyOne` to get it.\n\nWe load pages quickly.\n",
  "test/one.test.ts": `import { onlyOne } from "../src/one.ts";\n\ntest("one", () => {\n  onlyOne("x");\n});\n`,
  "src/retry.py": `def policy(settings):\n    return settings.get("MAX_RETRIES")\n`,
  "src/defaults.py": `MAX_RETRIES = 3\n`,
  "src/reader.cs": `class Reader {\n  public int Take(int n) { return n; }\n}\n`,
  "src/writer.cs": `class Writer {\n  public int Take(int n) { return n; }\n}\n`,
  "src/near.cs": `class Near {\n  int ViaSharp(Reader reader) { return reader.Take(1); }\n}\n`,
  "src/far.py": `def via_python(reader):\n    return reader.Take(1)\n`,
};

let opened: OpenedMemory;
withMemory(files, (memory) => (opened = memory));

async function uses(
  name: string,
  definition?: Omit<DefinitionPlace, "rootId">,
): Promise<readonly Recall[]> {
  const signal = new AbortController().signal;
  const of = definition && { rootId: "root", ...definition };
  return opened.recaller.usesOf(name, undefined, 50, signal, of);
}

/** Which definition uses it, in any order; a `?` where another one may be meant. */
function holders(recalls: readonly Recall[]): string[] {
  return recalls
    .map(
      ({ citation, relation }) =>
        `${citation.symbol?.name ?? citation.path}${relation?.nDefinitions === undefined ? "" : "?"}`,
    )
    .sort();
}

describe("uses of one of three definitions:", () => {
  test("a method is used on its object and on self", async () => {
    const found = await uses("load", { path: "src/pool.ts", container: "Pool" });
    assert.deepEqual(holders(found), ["again", "viaAnything?", "viaPool"]);
    assert.equal(
      found.find(({ relation }) => relation?.nDefinitions !== undefined)?.relation?.nDefinitions,
      3,
    );
  });

  test("a qualified name says the same", async () => {
    assert.deepEqual(holders(await uses("Page.load")), ["viaAnything?", "viaPage"]);
  });

  test("a function is used bare, where it is imported or at home", async () => {
    const found = await uses("load", { path: "src/disk.ts", container: "" });
    assert.deepEqual(holders(found), ["both", "viaDisk"]);
  });

  test("without saying which, every use is there and none is certain", async () => {
    const found = await uses("load");
    assert.deepEqual(holders(found), [
      "again?",
      "both?",
      "viaAnything?",
      "viaDisk?",
      "viaPage?",
      "viaPool?",
    ]);
  });
});

test("a call in another language is never said to mean the definition", async () => {
  const found = await uses("Take", { path: "src/reader.cs", container: "Reader" });
  assert.deepEqual(holders(found), ["ViaSharp", "via_python?"]);
});

test("comments and strings use nothing, code inside of templates does", async () => {
  const found = await uses("onlyOne");
  assert.deepEqual(
    found.map(({ citation, relation }) => `${relation?.kind ?? ""} ${citation.path}`).sort(),
    [
      "calledBy src/template.ts",
      "configuredBy config/settings.yaml",
      "documentedBy docs/guide.md",
      "test test/one.test.ts",
    ],
  );
  assert.ok(found.every(({ relation }) => relation?.nDefinitions === undefined));
});

test("a setting that is read by its name is used", async () => {
  assert.deepEqual(holders(await uses("MAX_RETRIES")), ["policy"]);
});

describe("comments and strings of", () => {
  const cases: readonly (readonly [Parameters<typeof quietText>[1], string])[] = [
    [
      "typescript",
      "code() // quiet\ncode(`quiet ${code(`quiet ${code}`)} quiet`) /* quiet */ code",
    ],
    ["typescript", "code('quiet \\' quiet') \"quiet\" code"],
    ["python", 'code("""quiet\n"quiet" quiet""") # quiet\ncode(f"quiet {code} {{quiet}}") code'],
    ["rust", "code<'a>(&'a code, 'q', \"quiet\nquiet\") code // quiet"],
    ["go", "code(`quiet\n// quiet`) code"],
    ["ruby", 'code "quiet #{code} quiet" code # quiet'],
    ["c", "#include \"quiet\"\ncode('q') /* quiet\nquiet */ code"],
    ["typescript", "code('quiet\ncode"],
  ];
  for (const [language, text] of cases) {
    test(`${language}: ${JSON.stringify(text.slice(0, 40))}`, () => {
      const quiet = quietText(text, language);
      for (const word of text.matchAll(/quiet|code/g))
        assert.equal(
          isQuiet(quiet, word.index),
          word[0] === "quiet",
          `${word[0]} at ${word.index}`,
        );
    });
  }
});

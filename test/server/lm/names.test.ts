/** The names up to each token are those of the text, however tokens cut it, and the same hashes as the trainer's. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { LmTokenizer } from "../../../server/lm/lmTokenizer.ts";
import { NameReader, nNames } from "../../../server/lm/names.ts";
import { SequenceNames } from "../../../server/lm/sequenceNames.ts";

/** Each is one token; tokens of one byte are there anyway. */
const words = [
  "self",
  " self",
  "cache",
  "FOO",
  "BAR",
  "get",
  "Value",
  "_c",
  " = ",
  "._",
  "a.b",
  "(_)",
];
words.push("\n    ", "caf\u00c3", "\u00a9", "12", "), x");
const { tokenizer, tokenOf } = tokenizerOf(words);
const reader = NameReader.of(tokenizer);

/** A tokenizer with these tokens and their beginnings, and the number of the token that has a text, a letter for each byte. */
function tokenizerOf(texts: readonly string[]): {
  readonly tokenizer: LmTokenizer;
  readonly tokenOf: (text: string) => number;
} {
  const byText = new Map(
    Array.from({ length: 256 }, (_, byte) => [String.fromCharCode(byte), byte]),
  );
  const merges: number[] = [];
  for (const text of texts)
    for (let end = 2; end <= text.length; end++) {
      if (byText.has(text.slice(0, end))) continue;
      const left = byText.get(text.slice(0, end - 1)) as number;
      merges.push(left, text.charCodeAt(end - 1));
      byText.set(text.slice(0, end), 255 + merges.length / 2);
    }
  const vocabulary = 256 + merges.length / 2 + 4;
  return {
    tokenizer: new LmTokenizer(Uint32Array.from(merges), vocabulary, "tokenizer.bin"),
    tokenOf: (text) => byText.get(text) ?? assert.fail(`no token ${text}`),
  };
}

/** Tokens by their text; `<special>` is one that has none. */
function tokens(...texts: readonly string[]): Uint16Array {
  return Uint16Array.from(texts, (text) =>
    text === "<special>" ? tokenizer.fileToken : tokenOf(text),
  );
}

/** As the definition says it: byte by byte, in whole numbers of any size. */
function hashOf(name: string | undefined): number {
  let hash = 0n;
  for (const letter of name ?? "")
    hash = (hash * 257n + BigInt(letter.charCodeAt(0)) + 1n) % 67_108_859n;
  return Number(hash);
}

/** The last names of a text, the newest first. */
function lastNames(text: string): number[] {
  const names = (text.match(/[A-Za-z0-9_\x80-\xff]+/g) ?? []).toReversed();
  return Array.from({ length: nNames }, (_, i) => hashOf(names[i]));
}

/** The text of a token, with what stands in the middle of it, where no name is seen, left out. */
function seenText(token: number): string {
  const text = Buffer.from(tokenizer.bytesOf(token)).toString("latin1");
  const [head = ""] = text.match(/^[A-Za-z0-9_\x80-\xff]*/) ?? [];
  const [tail = ""] = text.match(/[A-Za-z0-9_\x80-\xff]*$/) ?? [];
  return head.length === text.length && text !== "" ? text : `${head} ${tail}`;
}

function rowAt(names: Int32Array, at: number): number[] {
  return [...names.subarray(at * nNames, (at + 1) * nNames)];
}

function lastRow(...texts: readonly string[]): number[] {
  return rowAt(reader.namesOf(tokens(...texts)), texts.length - 1);
}

/** The hashes of names, filled up with zeros. */
function row(...names: readonly string[]): number[] {
  return Array.from({ length: nNames }, (_, i) => hashOf(names[i]));
}

const anyTokens = fc
  .array(fc.nat({ max: tokenizer.vocabulary - 1 }), { maxLength: 60 })
  .map((ids) => Uint16Array.from(ids));
/** More likely to have names over several tokens. */
const wordTokens = fc
  .array(fc.constantFrom(...words, "a", "_", "7", " ", ".", "<special>"), { maxLength: 40 })
  .map((texts) => tokens(...texts));
const someTokens = fc.oneof(anyTokens, wordTokens);

describe("the last names up to a token", () => {
  test("are none in front of the first", () => {
    assert.deepEqual(lastRow(" "), [0, 0, 0]);
    assert.equal(reader.namesOf(new Uint16Array()).length, 0);
  });

  test("hold a name of several tokens as far as it goes", () => {
    const names = reader.namesOf(tokens("get", "Value", "7", "_c"));
    assert.deepEqual(rowAt(names, 0), row("get"));
    assert.deepEqual(rowAt(names, 1), row("getValue"));
    assert.deepEqual(rowAt(names, 2), row("getValue7"));
    assert.deepEqual(rowAt(names, 3), row("getValue7_c"));
  });

  test("are the same however a name is cut", () => {
    assert.deepEqual(lastRow("F", "O", "O", "_", "B", "A", "R"), lastRow("FOO", "_", "BAR"));
  });

  test("begin behind a leading space, which ends the one in front", () => {
    assert.deepEqual(lastRow("self", " self"), row("self", "self"));
    assert.deepEqual(lastRow("self", "self"), row("selfself"));
  });

  for (const [texts, expected] of [
    [
      ["self", "._", "cache"],
      ["_cache", "self"],
    ],
    [
      [" self", ".", "_c", "a"],
      ["_ca", "self"],
    ],
    [["FOO", "_", "BAR", "="], ["FOO_BAR"]],
    [
      ["FOO", "_", "BAR", " = ", "4", "2"],
      ["42", "FOO_BAR"],
    ],
    [
      ["12", ".", "5"],
      ["5", "12"],
    ],
    [
      ["get", "a.b", "7"],
      ["b7", "geta"],
    ],
    [
      ["get", "(_)", "a"],
      ["a", "get"],
    ],
    [
      ["a", "), x", "\n    ", "b", ".", "c"],
      ["c", "b", "x"],
    ],
    [["caf\u00c3", "\u00a9", "s"], ["caf\u00c3\u00a9s"]],
    [
      ["a", ".", "b", ".", "c", ".", "FOO"],
      ["FOO", "c", "b"],
    ],
  ] as const)
    test(`${JSON.stringify(texts.join(""))} has ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(lastRow(...texts), row(...expected));
    });

  test("stay behind what is of no name, and a special token ends one", () => {
    assert.deepEqual(lastRow("get", "\n    ", " = "), row("get"));
    assert.deepEqual(lastRow("get", "<special>"), row("get"));
    assert.deepEqual(lastRow("get", "<special>", "Value"), row("Value", "get"));
  });

  test("are those of the text", () => {
    fc.assert(
      fc.property(someTokens, (ids) => {
        const names = reader.namesOf(ids);
        assert.equal(names.length, ids.length * nNames);
        let text = "";
        for (const [at, id] of ids.entries()) {
          text += seenText(id);
          assert.deepEqual(rowAt(names, at), lastNames(text));
        }
      }),
    );
  });

  test("say nothing of what follows", () => {
    fc.assert(
      fc.property(someTokens, fc.nat(), (ids, cut) => {
        const end = ids.length === 0 ? 0 : cut % ids.length;
        const names = reader.namesOf(ids);
        assert.deepEqual(reader.namesOf(ids.subarray(0, end)), names.slice(0, end * nNames));
      }),
    );
  });

  test("are forgotten where another text begins", () => {
    fc.assert(
      fc.property(fc.array(someTokens, { maxLength: 5 }), (texts) => {
        let length = 0;
        const starts = texts.map((text) => (length += text.length) - text.length);
        const names = reader.namesOf(Uint16Array.from(texts.flatMap((text) => [...text])), starts);
        const expected = texts.flatMap((text) => [...reader.namesOf(text)]);
        assert.deepEqual([...names], expected);
      }),
    );
  });

  test("refuse what is no token", () => {
    assert.throws(() => reader.namesOf(Uint16Array.of(tokenizer.vocabulary)), RangeError);
  });
});

test("a sequence that is taken back and goes on has the names of its tokens", () => {
  const room = 60;
  fc.assert(
    fc.property(fc.array(fc.tuple(someTokens, fc.nat()), { maxLength: 6 }), (steps) => {
      const sequence = new SequenceNames(reader, room);
      let ids = new Uint16Array();
      for (const [more, cut] of steps) {
        const kept = cut % (ids.length + 1);
        ids = Uint16Array.of(...ids.subarray(0, kept), ...more).slice(0, room);
        sequence.add(ids, kept);
        const { data, shape } = sequence.tensor(0, ids.length);
        assert.deepEqual(data, reader.namesOf(ids));
        assert.deepEqual(shape, [ids.length, nNames]);
        assert.deepEqual(sequence.tensor(kept, ids.length).data, data.slice(kept * nNames));
      }
    }),
  );
});

describe("the distinct names of some tokens", () => {
  test("are whole names, each once, without single letters and numbers", () => {
    const found = reader.distinctNames(
      tokens(
        "get",
        "Value",
        " = ",
        "self",
        "._",
        "cache",
        ".",
        "a",
        " ",
        "12",
        ".",
        "7",
        "a",
        " self",
      ),
    );
    assert.deepEqual([...found], ["getValue", "self", "_cache", "7a"].map(hashOf));
  });

  test("are those of the text", () => {
    fc.assert(
      fc.property(someTokens, (ids) => {
        const text = Array.from(ids, seenText).join("");
        const names = (text.match(/[A-Za-z0-9_\x80-\xff]+/g) ?? []).filter(
          (name) => name.length > 1 && !/^[0-9]+$/.test(name),
        );
        const expected = [...new Set(names.map(hashOf))];
        assert.deepEqual([...reader.distinctNames(ids)], expected);
      }),
    );
  });
});

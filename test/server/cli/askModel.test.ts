/** `lore ask` with a language model that a script plays. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { ProseFailure, ProseMark } from "../../../protocol/prose.ts";
import { exitCodes } from "../../../server/cli/commandTable.ts";
import { failureSentences, finishedBlocks } from "../../../server/cli/proseText.ts";
import type { Services } from "../../../server/handlers.ts";
import { nodeClock } from "../../../server/nodePorts.ts";
import { inWords } from "../../fixtures/scriptedAnswers.ts";
import {
  startScriptedModel,
  type ScriptedModel,
  type ScriptedReply,
} from "../../fixtures/scriptedModel.ts";
import { checkedProse, citation } from "../../protocol/inMemoryServices.ts";
import { cliBench, type Ran } from "./around.ts";

let model: ScriptedModel;
before(async () => {
  model = await startScriptedModel(() => inWords("It is so."));
});
after(() => model.close());

/** Checks as the server does, without reading anything: what was written is one sentence with a place and a mark. */
const checking: Partial<Services> = {
  proseCheck: ({ text, isDone }) =>
    Promise.resolve({
      ...checkedProse,
      markdown: isDone && text !== "" ? `${text} [\`a.ts:1\`](#cite-0)[*](#mark-0)` : "",
      citations: text === "" ? [] : [citation],
      ...{ nSentences: 2, nSupported: text.startsWith("It is so") ? 1 : 0 },
      marks: text === "" ? [] : [{ fault: "nameNotInEvidence", detail: "foo\u001b[31m" }],
    }),
};

describe("a language model's answer", () => {
  const ask = async (
    t: Parameters<typeof cliBench>[0],
    reply: ScriptedReply,
    more: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<Ran> => {
    model.setScript(() => reply);
    const bench = cliBench(t, {}, checking);
    const args = ["ask", bench.folder, "why?", "--endpoint", model.baseUrl, ...more];
    return bench.run(args, { env });
  };
  const named = ["--model", "scripted"];

  it("is printed with its places and marks, and nothing else is", async (t) => {
    const { code, out, err } = await ask(t, inWords("It is so."), named);
    assert.equal(code, exitCodes.ok);
    assert.equal(
      out,
      "It is so. [1] [?1]\n\n[1] src/a.ts:3-5\n\n[?1] “foo\\u{1b}[31m” does not stand in what it cites.\n",
    );
    assert.equal(err, "");
    assert.equal(model.requests.at(-1)?.messages[0]?.content, "prompt");
    assert.equal(model.requests.at(-1)?.model, "scripted");
  });

  for (const [models, said, code] of [
    [["scripted"], "", exitCodes.ok],
    [
      ["one", "two\u001b[31m"],
      "The endpoint offers several models: one, two\\u{1b}[31m. Say with --model which one is to answer.\n",
      exitCodes.usage,
    ],
    [
      [],
      "The endpoint names no model that it offers. Say with --model which one is to answer.\n",
      exitCodes.usage,
    ],
  ] as const) {
    it(`is that of the endpoint's only model where none is named: of ${models.length}`, async (t) => {
      const there = await startScriptedModel(() => inWords("It is so."), { models });
      t.after(() => there.close());
      const bench = cliBench(t, {}, checking);
      const args = ["ask", bench.folder, "why?", "--endpoint", there.baseUrl];
      const ran = await bench.run(args);
      assert.equal(ran.code, code);
      assert.equal(ran.err, said);
      const asked = there.requests.map((request) => request.model);
      assert.deepEqual(asked, code === exitCodes.ok ? ["scripted"] : []);
      // An address that stays set in the environment does not wish for a model by itself.
      await bench.run(args.slice(0, 3), { env: { LORE_ENDPOINT: there.baseUrl } });
      assert.equal(there.requests.length, asked.length);
    });
  }

  it("is not asked for where no model is named and nothing answers", async (t) => {
    const gone = await startScriptedModel(() => inWords("It is so."));
    await gone.close();
    const bench = cliBench(t, {}, checking);
    const { code, out, err } = await bench.run([
      "ask",
      bench.folder,
      "why?",
      "--endpoint",
      gone.baseUrl,
    ]);
    assert.equal(code, exitCodes.failed);
    assert.equal(out, "");
    assert.match(
      err,
      /^No model is named, and the endpoint did not say.*Nothing answers at the endpoint/,
    );
  });

  it("has its equal marks told once, and no more than twenty of all", async (t) => {
    const bare = { fault: "noCitation", detail: "" } as const;
    const names = Array.from({ length: 30 }, (_, n) => `name${n}`);
    const marks = [
      ...Array.from({ length: 2_000 }, () => bare),
      ...names.map((detail) => ({ fault: "nameNotInEvidence" as const, detail })),
      bare,
    ];
    model.setScript(() => inWords("So."));
    const bench = cliBench(
      t,
      {},
      {
        proseCheck: () =>
          Promise.resolve({
            ...checkedProse,
            markdown: `One.[*](#mark-0) Two.[*](#mark-1999) Three.[*](#mark-2001) Four.[*](#mark-2030)`,
            ...{ nSentences: 2, nSupported: 1, marks },
          }),
      },
    );
    const args = ["ask", bench.folder, "why?", "--endpoint", model.baseUrl, ...named];
    const lines = (await bench.run(args)).out.trimEnd().split("\n");
    assert.equal(lines[0], "One. [?1] Two. [?1] Three. [?3] Four. [?1]");
    assert.deepEqual(lines.slice(2, 5), [
      "[?1] cites nothing, so it may not be so. (2,001 times)",
      "[?2] “name0” does not stand in what it cites.",
      "[?3] “name1” does not stand in what it cites.",
    ]);
    assert.equal(lines.length, 2 + 20 + 1);
    assert.equal(lines.at(-1), "And 11 more; --json prints all.");
    const told = JSON.parse((await bench.run([...args, "--json"])).out) as {
      prose: { text: string; marks: unknown[] };
    };
    assert.equal(told.prose.marks.length, marks.length);
    assert.match(told.prose.text, /^One\. \[\?1\] Two\. \[\?2000\] /);
  });

  const cited = "It is so. [`a.ts:1`](#cite-0)[*](#mark-0)";
  const noName = { fault: "nameNotInEvidence", detail: "foo" } as const;
  const stale = { fault: "stale", detail: "a.ts" } as const;
  const legend = "\n[1] src/a.ts:3-5\n\n";
  const noNameLine = "[?1] “foo” does not stand in what it cites.\n";
  const versions: readonly (readonly [
    what: string,
    versions: readonly (readonly [markdown: string, marks: readonly ProseMark[]])[],
    shown: string,
  ])[] = [
    [
      "goes on from what was printed",
      [
        [`${cited}\n\nAnd`, [noName]],
        [`${cited}\n\nAnd more.`, [noName]],
      ],
      `It is so. [1] [?1]\n\nAnd more.\n${legend}${noNameLine}`,
    ],
    [
      "is printed again when what it cites changed meanwhile",
      [
        ["It is so. [`a.ts:1`](#cite-0)\n\nAnd", []],
        ["It is so.[*](#mark-0)\n\nAnd more. [`a.ts:1`](#cite-0)", [stale]],
      ],
      `It is so. [1]\n\nChecked again as a whole, the answer is:\n\nIt is so. [?1]\n\nAnd more. [1]\n${legend}[?1] cites a.ts, which has changed since.\n`,
    ],
    [
      "is printed again when a number came to mean another mark",
      [
        [`${cited} So.[*](#mark-1)\n\nAnd`, [noName, noName]],
        [`${cited} So.[*](#mark-1)\n\nAnd more.`, [noName, stale]],
      ],
      `It is so. [1] [?1] So. [?1]\n\nChecked again as a whole, the answer is:\n\nIt is so. [1] [?1] So. [?2]\n\nAnd more.\n${legend}${noNameLine}[?2] cites a.ts, which has changed since.\n`,
    ],
  ];
  for (const [what, [first, last], shown] of versions)
    it(`that grows ${what}`, async (t) => {
      model.setScript(() => inWords("It is so."));
      let nowMs = 0;
      const bench = cliBench(
        t,
        {},
        {
          // Each piece comes late enough to be shown.
          clock: { ...nodeClock, elapsedMs: () => (nowMs += 1_000) },
          proseCheck: ({ isDone }) => {
            const [markdown, marks] = (isDone ? last : first) ?? ["", []];
            const n = { nSentences: 2, nSupported: 1 };
            return Promise.resolve({
              ...checkedProse,
              markdown,
              marks,
              citations: [citation],
              ...n,
            });
          },
        },
      );
      const args = ["ask", bench.folder, "why?", "--endpoint", model.baseUrl, ...named];
      assert.equal((await bench.run(args)).out, shown);
    });

  it("is followed by what Lore itself answers when nothing of it is supported", async (t) => {
    const { code, out } = await ask(t, inWords("Made up."), named);
    assert.equal(code, exitCodes.ok);
    assert.match(out, /^Made up\. .*\n[\s\S]*without a language model:\n\none\n\ntwo\n$/);
  });

  it("is followed by what Lore itself answers when that is wanted", async (t) => {
    const { out } = await ask(t, inWords("It is so."), [...named, "--evidence"]);
    assert.match(out, /^It is so\. .*\n[\s\S]*without a language model:\n\none\n\ntwo\n$/);
  });

  it("comes from the model of the environment, with its key", async (t) => {
    const env = { LORE_MODEL: "other", LORE_API_KEY: "mine" };
    await ask(t, inWords("It is so."), [], env);
    const asked = model.requests.at(-1);
    assert.equal(asked?.model, "other");
    assert.equal(asked?.headers["authorization"], "Bearer mine");
  });

  it("stands beside Lore's own in JSON", async (t) => {
    const { out } = await ask(t, inWords("It is so."), [...named, "--json"]);
    const { text, prose } = JSON.parse(out) as { text: string; prose: Record<string, unknown> };
    assert.equal(text, "one two");
    assert.deepEqual(
      [prose["text"], prose["model"], prose["state"], prose["failure"]],
      ["It is so. [1] [?1]", "scripted", "done", null],
    );
  });

  const failures: readonly (readonly [ScriptedReply, ProseFailure, string])[] = [
    [{ kind: "status", status: 401 }, "notAllowed", " (401)"],
    [{ kind: "status", status: 404 }, "noModel", " (404)"],
    [{ kind: "status", status: 429 }, "quota", " (429)"],
    [{ kind: "cut", pieces: ["We"] }, "badAnswer", ""],
  ];
  for (const [reply, failure, detail] of failures)
    it(`that failed by ${failure} is explained, and Lore's own is printed`, async (t) => {
      const { code, out, err } = await ask(t, reply, named);
      assert.equal(code, exitCodes.ok);
      assert.ok(err.startsWith(`${failureSentences[failure]}`), err);
      if (detail !== "") assert.ok(err.includes(detail));
      assert.equal(err.includes("It offers: scripted"), failure === "noModel");
      assert.match(
        out,
        /^(?:We.*\n[\s\S]*\n\n)?What is remembered, without a language model:\n\none\n\ntwo\n$/,
      );
      const told = JSON.parse((await ask(t, reply, [...named, "--json"])).out) as {
        text: string;
        prose: { failure: { kind: string } };
      };
      assert.deepEqual([told.text, told.prose.failure.kind], ["one two", failure]);
    });

  it("ends with Ctrl-C", async (t) => {
    const interrupt = new AbortController();
    model.setScript(() => {
      interrupt.abort();
      return { kind: "hang" };
    });
    const bench = cliBench(t, {}, checking);
    const args = ["ask", bench.folder, "why?", "--endpoint", model.baseUrl, ...named];
    const { code } = await bench.run(args, { signal: interrupt.signal });
    assert.equal(code, exitCodes.interrupted);
  });

  it("is not asked for at what is no address", async (t) => {
    const bench = cliBench(t, {}, checking);
    const ran = await bench.run(["ask", bench.folder, "why?", ...named], {
      env: { LORE_ENDPOINT: "file:///" },
    });
    assert.equal(ran.code, exitCodes.failed);
    assert.equal(ran.out, "");
    assert.match(ran.err, /LORE_ENDPOINT needs an address that begins with http/);
  });

  it("is not asked for with a key that could be read on its way", async (t) => {
    const bench = cliBench(t, {}, checking);
    const args = ["ask", bench.folder, "why?", "--endpoint", "http://models.example/v1", ...named];
    const { code, err } = await bench.run(args, { env: { LORE_API_KEY: "mine" } });
    assert.equal(code, exitCodes.failed);
    assert.match(err, /^LORE_API_KEY is not sent to http:\/\/models\.example\/v1/);
  });
});

it("what is finished of a growing text ends with a block", () => {
  const text = "One.\n\nTwo:\n\n- a\n\n  b\n- c\n\n```ts\nx\n\ny\n```\n\nThree.";
  assert.equal(finishedBlocks(text), text.slice(0, text.indexOf("Three.")));
  assert.equal(
    finishedBlocks(text.slice(0, text.indexOf("y"))),
    "One.\n\nTwo:\n\n- a\n\n  b\n- c\n\n",
  );
  assert.equal(finishedBlocks("One."), "");
});

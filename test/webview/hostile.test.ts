/**
 * Text that wants to be more than text. Each chat also checks when it is closed that no foreign script ran, no
 * request left, no dialog or window came up and no rule of the page's policy was broken.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mainThreadClock, useChatBrowser } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";

const withChat = useChatBrowser();
const run = "window.hostileScriptRan='1'";
const payloads: readonly string[] = [
  `<script>${run}</script>`,
  `<img src=x onerror="${run}">`,
  `<img src="https://tracker.example/a.png">`,
  `<svg><script>${run}</script></svg>`,
  `<iframe srcdoc="<script>parent.hostileScriptRan=1</script>"></iframe>`,
  `<a href="javascript:${run}">x</a>`,
  `<form action="https://tracker.example"><button>x</button></form>`,
  `<style>@import url(https://tracker.example/a.css); body { display: none }</style>`,
  `<link rel=stylesheet href=https://tracker.example/a.css>`,
  `<meta http-equiv=refresh content="0;url=https://tracker.example">`,
  `<!-- comment -->`,
  `"><script>${run}</script>`,
  `' onmouseover='${run}`,
  `![x](https://tracker.example/a.png)`,
  `[x](javascript:${run})`,
  `[x](data:text/html,<script>${run}</script>)`,
  `[x](https://tracker.example)`,
  `[x](#cite-0"onclick="${run})`,
  "```\n</code></pre><script>window.hostileScriptRan=1</script>\n```",
  `\`\`\`"><img src=x onerror=${run}>\ncode\n\`\`\``,
  `{{constructor.constructor('${run}')()}}`,
  "\u001b[31mred\u001b[0m \u001b]8;;https://tracker.example\u0007link\u001b]8;;\u0007",
  "\u202egnp.exe\u202c \u2066isolated\u2069 \u200bzero",
];

test("hostile text in every place that shows text stays text", () =>
  withChat({}, async (chat) => {
    for (const [index, payload] of payloads.entries()) {
      const path = `src/${payload}/${payload}.ts`;
      const citation = {
        ...sample.cite(path, 1, 2, payload, payload),
        rootId: payload,
        contentHash: payload,
      };
      const turn = sample.answer(payload, {
        text: `${payload}\n\n\`${payload.replaceAll("`", "")}\`\n\n- ${payload}\n\n[${payload}](#cite-0)\n\n\`\`\`\`html {start=1 cite=0}\n${payload}\n\`\`\`\`\n\n# ${payload}\n\n|${payload}|\n|-|\n`,
        citations: [citation],
        recalls: [
          {
            citation,
            score: 1,
            reasons: [{ kind: "body", detail: payload, weight: 1 }],
            role: "source",
            language: payload,
            text: payload,
            boundary: "lines",
            relation: { kind: "calls", of: payload },
          },
        ],
        trace: {
          terms: [
            { term: payload, nChunks: 1, used: true },
            { term: payload, nChunks: 1, used: false },
          ],
          identifiers: [payload],
          paths: [payload],
          literals: [payload],
          stages: [{ name: payload, nCandidates: 1, ms: 1 }],
        },
      });
      const conversation = { ...sample.conversation, id: `c${index}`, title: payload };
      await chat.send(
        sample.state([sample.question("q", payload), turn], {
          conversation,
          conversations: [conversation],
          memory: { kind: "failed", message: payload, actions: ["openLog"] },
          strings: { "turn.copy": payload },
        }),
        { type: "prefill", question: payload },
        { type: "citationStates", turnId: payload, states: ["stale"] },
      );
      await chat.page.locator(".disclosure").click();
      await chat.page.locator(".title").click();
      await chat.page.locator(".title").click();
      const made = await chat.page.evaluate(() => ({
        tags: [
          ...document.querySelectorAll(
            "body script[src], img, iframe, a, form[action], style, link, meta, object, embed, base",
          ),
        ]
          .filter((node) => node.closest("#lore") !== null)
          .map((node) => node.outerHTML),
        handlers: [...document.querySelectorAll("#lore *")]
          .flatMap((node) => [...node.attributes].map(({ name }) => name))
          .filter(
            (name) =>
              name.startsWith("on") || name === "href" || name === "src" || name === "srcset",
          ),
      }));
      assert.deepEqual(made, { tags: [], handlers: [] }, payload);
      assert.equal(await chat.page.locator(".turn").count(), 2, payload);
    }
  }));

test("markup of a file is read as its letters", () =>
  withChat({}, async (chat) => {
    const text = "A `<b>bold</b>` and <i>this</i> <!-- note -->";
    await chat.send(
      sample.state([sample.question("q", "<b>?</b>"), sample.answer("a", { text, citations: [] })]),
    );
    assert.equal(
      await chat.page.locator(".answer").innerText(),
      "A <b>bold</b> and <i>this</i> <!-- note -->",
    );
    assert.equal(await chat.page.locator(".question").innerText(), "<b>?</b>");
  }));

test("a name that turns its letters round is shown with the turn made visible", () =>
  withChat({}, async (chat) => {
    const path = "src/\u202eevil\u2066/photo_\u202egnp.ts";
    const text = "See [`x`](#cite-0) \u202etext `\u202ecode`\n\n```\n\u202eblock\u001b[0m\n```\n";
    await chat.send(
      sample.state([
        sample.question("q", "\u202equestion"),
        sample.answer("a", { text, citations: [sample.cite(path, 1, 1)] }),
      ]),
    );
    await chat.page.locator(".disclosure").click();
    const shown = await chat.page.locator("#lore").evaluate((root) => {
      const labels = [...root.querySelectorAll("*")].flatMap((node) =>
        [...node.attributes].map(({ value }) => value),
      );
      return [root.textContent, ...labels].join("\n");
    });
    assert.doesNotMatch(shown, /[\u202a-\u202e\u2066-\u2069\u001b]/);
    assert.match(shown, /photo_‹U\+202E›gnp\.ts:1/);
    assert.match(shown, /␛\[0m/);
    const chip = chat.page.locator(".answer .chip bdi").first();
    assert.equal(await chip.evaluate((node) => getComputedStyle(node).unicodeBidi), "isolate");
    await chat.screenshot("hostile-bidi");
  }));

test("a line of a million characters freezes nothing, wherever it stands", () =>
  withChat({}, async (chat) => {
    const line = "let a=1;".repeat(131_072);
    const path = `${line}.ts`;
    const citation = sample.cite(path, 1, 1, line);
    const text = `${line}\n\n\`\`\`js {cite=0}\n${line}\n\`\`\`\n\n\`${line}\`\n\n[x](#cite-0)\n`;
    const cpu = await mainThreadClock(chat.page);
    const before = await cpu();
    await chat.send(
      sample.state([
        sample.question("q", line),
        sample.answer("a", { text, citations: [citation] }),
      ]),
    );
    const tookMs = (await cpu()) - before;
    assert.ok(tookMs < 3000, `${Math.round(tookMs)} ms`);
    const shown = await chat.page.locator(".answer").innerText();
    assert.match(shown, /more characters not shown/);
    assert.ok(shown.length < 60_000, `${shown.length} characters`);
    await chat.page.locator(".code-block").getByRole("button", { name: "Copy code" }).click();
    assert.equal(
      (await chat.postedOf("copy"))[0]?.text.length,
      line.length,
      "the whole line is copied",
    );
    const overflow = await chat.page.evaluate(
      () => document.documentElement.scrollWidth - innerWidth,
    );
    assert.ok(overflow <= 0);
    await chat.screenshot("hostile-long-line");
  }));

test("thousands of citations are shown without a wait, the list in part until asked", () =>
  withChat({}, async (chat) => {
    const citations = Array.from({ length: 5000 }, (_, index) =>
      sample.cite(`src/file${index}.ts`, 1, 2),
    );
    const text = citations.map((_, index) => `- item ${index} [x](#cite-${index})`).join("\n");
    const cpu = await mainThreadClock(chat.page);
    const before = await cpu();
    await chat.send(
      sample.state([sample.question("q", "All?"), sample.answer("a", { text, citations })]),
    );
    const tookMs = (await cpu()) - before;
    assert.ok(tookMs < 4000, `${Math.round(tookMs)} ms`);
    assert.equal(await chat.page.locator(".answer .chip").count(), 5000);
    assert.equal(await chat.page.locator(".sources .place").count(), 5);
    await chat.page.getByRole("button", { name: "Show all 5,000" }).click();
    assert.equal(await chat.page.locator(".sources .place").count(), 5000);
  }));

test("a citation number without a citation is plain text", () =>
  withChat({}, async (chat) => {
    await chat.send(
      sample.state([
        sample.question("q", "?"),
        sample.answer("a", {
          text: "[label](#cite-999999)\n\n```ts {cite=77}\nx\n```\n",
          citations: [],
        }),
      ]),
    );
    assert.equal(await chat.page.locator(".chip").count(), 0);
    assert.equal(await chat.page.locator(".answer p").innerText(), "label");
    await chat.page.locator(".answer p span").click();
    assert.deepEqual(await chat.postedOf("openCitation"), []);
  }));

/** A long answer as it comes in: the view must stay quick enough to type and scroll in. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { mainThreadClock, useChatBrowser } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";

const withChat = useChatBrowser();

const paragraph =
  "The delay is decided by `RetryPolicy.delayBefore` [`src/http/retryPolicy.ts:41-63`](#cite-0), as configured.\n\n";
const code = `\`\`\`typescript {start=41 cite=0}\n${"    const jitter = 0.5 + this.random() / 2; // half to full\n".repeat(20)}\`\`\`\n\n`;
const kinds: Readonly<Record<string, string>> = {
  "paragraphs, lists and code": (paragraph + "- one\n- two\n\n" + code).repeat(150),
  "one code block": `\`\`\`typescript\n${"const a = 1; // and so on\n".repeat(8000)}\`\`\`\n`,
  "one list": "- an item with `code` and [`x`](#cite-0)\n".repeat(5000),
  "one paragraph without an end": "word ".repeat(41_000),
};

for (const [name, text] of Object.entries(kinds)) {
  test(`200 KB streamed as ${name} leaves the page responsive`, () =>
    withChat({}, async (chat) => {
      assert.ok(text.length > 200_000, `${text.length}`);
      await chat.send(
        sample.state([
          sample.question("q1", "All?"),
          sample.streaming("a1", { citations: [sample.cite("src/http/retryPolicy.ts", 41, 63)] }),
        ]),
      );
      const cpu = await mainThreadClock(chat.page);
      const before = await cpu();
      const longestMs = await chat.page.evaluate(async (answer) => {
        let longest = 0;
        let last = performance.now();
        let watching = true;
        const watch = (): void => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
          if (watching) requestAnimationFrame(watch);
        };
        requestAnimationFrame(watch);
        const size = 400;
        for (let at = 0; at < answer.length; at += size) {
          const markdown = answer.slice(at, at + size);
          const data = {
            type: "append",
            conversationId: "conversation-1",
            turnId: "a1",
            markdown,
            citations: [],
          };
          window.dispatchEvent(new MessageEvent("message", { data }));
          if ((at / size) % 4 === 0) await new Promise((resolve) => setTimeout(resolve, 4));
        }
        await new Promise(requestAnimationFrame);
        watching = false;
        return longest;
      }, text);
      await chat.send({
        type: "turn",
        conversationId: "conversation-1",
        turn: sample.answer("a1", { text }),
      });
      const cpuMs = (await cpu()) - before;
      const report = `longest pause ${Math.round(longestMs)} ms, ${Math.round(cpuMs)} ms of the page's thread in all`;
      process.stdout.write(`# ${name}: ${report}\n`);
      await chat.page.waitForFunction(
        () => (document.querySelector(".answer")?.textContent.length ?? 0) > 9_000,
      );
      // Time of the thread itself, so that a busy machine does not count.
      assert.ok(cpuMs < 4000, report);
    }));
}

/** Colours are the theme's, and what is read has contrast enough. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { test } from "node:test";
import { useChatBrowser } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";
import { themes, type ThemeName } from "./themes.ts";

const withChat = useChatBrowser();
const tokens = "comment keyword string number title type name meta added removed".split(" ");

test("no colour is written down but those of code", async () => {
  for await (const file of glob("webview/styles/*.css")) {
    const rules = readFileSync(file, "utf8")
      .replace(/\/\*[^]*?\*\//g, "")
      .replace(/--token-\w+: #[0-9a-f]{6};/g, "");
    assert.doesNotMatch(rules, /#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(/i, file);
  }
});

for (const theme of Object.keys(themes) as ThemeName[]) {
  test(`contrast of text and code, ${theme}`, () =>
    withChat({ theme, height: 1200 }, async (chat) => {
      const turns = [sample.question("q1", "Where?"), sample.answer("a1")];
      await chat.send(sample.state(turns), {
        type: "citationStates",
        turnId: "a1",
        states: ["stale", "moved", "gone"],
      });
      await chat.page.locator(".disclosure").click();
      const measured = await chat.page.evaluate((names) => {
        type Color = readonly [number, number, number, number];
        const parse = (text: string): Color => {
          const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
          return [r, g, b, a];
        };
        const over = (top: Color, below: Color): Color => {
          const mix = (at: 0 | 1 | 2): number => top[at] * top[3] + below[at] * (1 - top[3]);
          return [mix(0), mix(1), mix(2), 1];
        };
        const luminance = (color: Color): number => {
          const part = (value: number): number => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          };
          return 0.2126 * part(color[0]) + 0.7152 * part(color[1]) + 0.0722 * part(color[2]);
        };
        const backgroundOf = (node: Element): Color => {
          const layers: Color[] = [];
          for (let at: Element | null = node; at; at = at.parentElement)
            layers.push(parse(getComputedStyle(at).backgroundColor));
          return layers.reduceRight((below, top) => over(top, below), [255, 255, 255, 1] as Color);
        };
        const contrast = (node: Element, color: string): number => {
          const below = backgroundOf(node);
          const [a, b] = [luminance(over(parse(color), below)), luminance(below)];
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        };
        const results: [string, number][] = [];
        const code = document.querySelector(".code-block code");
        const probe = document.createElement("i");
        code?.append(probe);
        for (const name of names) {
          probe.style.color = `var(--token-${name})`;
          results.push([`token ${name}`, contrast(probe, getComputedStyle(probe).color)]);
        }
        probe.remove();
        for (const node of document.querySelectorAll("#lore *")) {
          const text = [...node.childNodes].some(
            (child) => child.nodeType === Node.TEXT_NODE && child.textContent?.trim(),
          );
          if (!text || node.closest(".visually-hidden, [hidden], .gutter")) continue;
          results.push([
            `${node.tagName} ${node.className}`,
            contrast(node, getComputedStyle(node).color),
          ]);
        }
        return results;
      }, tokens);
      assert.ok(measured.length > 60);
      const weak = measured
        .filter(([, ratio]) => ratio < 4.5)
        .map(([name, ratio]) => `${name}: ${ratio.toFixed(2)}`);
      assert.deepEqual([...new Set(weak)], []);
    }));
}

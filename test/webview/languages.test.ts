/** The chat in every language that there is a translation for: nothing is cut off, and pictures of it are left to be looked at. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { englishStrings } from "../../webview/strings.ts";
import { useChatBrowser } from "./chatBrowser.ts";
import * as sample from "./sampleChat.ts";
import { prose } from "./sampleProse.ts";

const withChat = useChatBrowser();
const folder = path.resolve(import.meta.dirname, "../../l10n");

/** The chat's texts in a language, as the extension hands them to the page. */
function stringsIn(language: string): Readonly<Record<string, string>> {
  const file = `bundle.l10n.${language === "en" ? "" : `${language}.`}json`;
  const bundle = JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Record<
    string,
    string
  >;
  return Object.fromEntries(
    Object.entries(englishStrings).map(([key, english]) => [key, bundle[english] ?? english]),
  );
}

const languages = readdirSync(folder).map(
  (name) => /^bundle\.l10n\.(.+)\.json$/.exec(name)?.[1] ?? "en",
);
const turns = [
  sample.question("q1", "How long do we wait?"),
  sample.answer("a1", { prose: prose() }),
];

for (const language of languages)
  for (const theme of ["light", "dark", "highContrast"] as const)
    test(`${language}, ${theme}`, () =>
      withChat({ theme, language, width: 300, height: 1000 }, async (chat) => {
        const strings = stringsIn(language);
        const { page } = chat;
        const look = async (name: string): Promise<void> => {
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          assert.equal(overflow, 0, "nothing is wider than the view");
          await chat.screenshot(`language-${language}-${name}-${theme}`);
        };
        await chat.send(sample.emptyState({ strings }));
        await look("empty");
        await chat.send(sample.state(turns, { strings, model: "qwen2.5-coder:7b" }));
        await look("prose");
        await page
          .getByRole("button", { name: strings["prose.evidence"] ?? "", exact: true })
          .click();
        await page.getByRole("button", { name: strings["looked.title"] ?? "" }).click();
        await look("looked");
        await page.locator(".title").click();
        await look("conversations");
      }));

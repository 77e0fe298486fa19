import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { errorCatalogue } from "../../protocol/errors.ts";
import { pictureStrings } from "../../webview/picture/strings.ts";
import { englishStrings } from "../../webview/strings.ts";

const checkout = path.resolve(import.meta.dirname, "../..");
const readText = (name: string): string => readFileSync(path.join(checkout, name), "utf8");

/** Every text that the extension translates: its own literals, the failures' sentences, the texts of the pages. */
function translatedTexts(): Set<string> {
  const texts = new Set<string>([
    ...Object.values(errorCatalogue).map(({ sentence }) => sentence),
    ...Object.values(englishStrings),
    ...Object.values(pictureStrings),
  ]);
  const folder = path.join(checkout, "extension");
  for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const source = readFileSync(path.join(folder, file), "utf8");
    for (const match of source.matchAll(/\bt\(\s*("(?:[^"\\]|\\.)*")/g)) {
      texts.add(JSON.parse(match[1] ?? '""') as string);
    }
  }
  return texts;
}

test("the bundle for translators holds every text, each once, in English", () => {
  const bundle = JSON.parse(readText("l10n/bundle.l10n.json")) as Record<string, string>;
  const texts = translatedTexts();
  assert.ok(texts.size > 150);
  const missing = [...texts].filter((text) => !Object.hasOwn(bundle, text));
  const unused = Object.keys(bundle).filter((text) => !texts.has(text));
  assert.deepEqual({ missing, unused }, { missing: [], unused: [] });
  for (const [text, english] of Object.entries(bundle)) assert.equal(english, text);
});

test("the manifest's texts are all there and all used", () => {
  const manifest = readText("package.json");
  const nls = JSON.parse(readText("package.nls.json")) as Record<string, string>;
  const used = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map((match) => match[1] ?? ""));
  assert.deepEqual([...used].toSorted(), Object.keys(nls).toSorted());
});

test("every command of the manifest is registered, and nothing else", () => {
  const manifest = JSON.parse(readText("package.json")) as {
    contributes: { commands: { command: string; category: string }[] };
  };
  const source = readText("extension/commands/commands.ts");
  const registered = [...source.matchAll(/(?:register|withMemory)\("(lore\.\w+)"/g)];
  const { commands } = manifest.contributes;
  assert.deepEqual(
    registered.map((match) => match[1] ?? "").toSorted(),
    commands.map(({ command }) => command).toSorted(),
  );
  assert.ok(commands.every(({ category }) => category === "Lore"));
});

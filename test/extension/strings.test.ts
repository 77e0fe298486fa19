import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { errorCatalogue } from "../../protocol/errors.ts";
import { pictureStrings } from "../../webview/picture/strings.ts";
import { englishStrings } from "../../webview/strings.ts";

const checkout = path.resolve(import.meta.dirname, "../..");
const readText = (name: string): string => readFileSync(path.join(checkout, name), "utf8");
const readTexts = (name: string): Texts => JSON.parse(readText(name)) as Texts;

/** Texts by key. */
type Texts = Readonly<Record<string, string>>;

/** The languages that Lore speaks beside English, by the editor's ids. */
const languages = ["de", "es", "ja", "zh-cn"] as const;

/** The English texts and where a language's are. */
const bundles = [
  { english: "l10n/bundle.l10n.json", of: (id: string) => `l10n/bundle.l10n.${id}.json` },
  { english: "package.nls.json", of: (id: string) => `package.nls.${id}.json` },
] as const;

/** Texts that a language writes as English does. All others must differ. */
const sameAsEnglish: Readonly<Record<(typeof languages)[number], readonly string[]>> = {
  de: [
    "Chat",
    "Code, {0}",
    "Commit",
    "Commits",
    "Lore",
    "Name",
    "Traces",
    "in {0}",
    "{0} in {1}",
    "{0} ms",
    "{0} s",
  ],
  es: [
    "Chat",
    "Commit",
    "Commits",
    "Control",
    "Lore",
    "commit",
    "commit {0}",
    "{0} commit",
    "{0} commits",
    "{0} ms",
    "{0} s",
    "{0} token",
    "{0} tokens",
  ],
  ja: ["Lore"],
  "zh-cn": ["Lore"],
};

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
  const bundle = readTexts("l10n/bundle.l10n.json");
  const texts = translatedTexts();
  assert.ok(texts.size > 150);
  const missing = [...texts].filter((text) => !Object.hasOwn(bundle, text));
  const unused = Object.keys(bundle).filter((text) => !texts.has(text));
  assert.deepEqual({ missing, unused }, { missing: [], unused: [] });
  for (const [text, english] of Object.entries(bundle)) assert.equal(english, text);
});

test("the manifest's texts are all there and all used", () => {
  const manifest = readText("package.json");
  const nls = readTexts("package.nls.json");
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

test("no other language is there", () => {
  const names = [...readdirSync(path.join(checkout, "l10n")), ...readdirSync(checkout)];
  const found = names.flatMap(
    (name) => /^(?:bundle\.l10n|package\.nls)\.(.+)\.json$/.exec(name)?.[1] ?? [],
  );
  const known = new Set<string>(languages);
  assert.deepEqual(
    found.filter((id) => !known.has(id)),
    [],
  );
});

for (const language of languages)
  test(`the translation is whole: ${language}`, () => {
    checkTranslation(language);
  });

/** Fails with a line for each text that is missing, unknown, left in English, or lost what is not to be translated. */
function checkTranslation(language: (typeof languages)[number]): void {
  for (const { of } of bundles)
    assert.ok(existsSync(path.join(checkout, of(language))), `${of(language)} is not there`);
  const titles = commandTitles(language);
  const same = new Set<string>();
  const faults = bundles.flatMap(({ english, of }) => {
    const [texts, translated] = [readTexts(english), readTexts(of(language))];
    const unknown = Object.keys(translated).filter((key) => !Object.hasOwn(texts, key));
    return [
      ...unknown.map((key) => `${key}: not in ${english}`),
      ...Object.entries(texts).flatMap(([key, text]) => {
        const translation = translated[key];
        if (translation === undefined) return [`${key}: not in ${of(language)}`];
        if (translation === text && hasWords(text)) same.add(text);
        return textFaults(text, translation, titles).map((fault) => `${key}: ${fault}`);
      }),
    ];
  });
  assert.deepEqual(faults, []);
  // Both ways, so that the list names nothing that has been translated since.
  assert.deepEqual([...same].toSorted(), [...sameAsEnglish[language]].toSorted());
}

/** Placeholders, icons, code spans, targets of links, names of settings, and addresses. */
const fixedParts = /\{\d+\}|\$\([^)]*\)|`[^`]*`|\]\([^)]*\)|\blore\.\w+(?:\.\w+)*|https?:\/\//g;

function textFaults(text: string, translation: string, titles: ReadonlyMap<string, string>) {
  const parts = (of: string): string[] => (of.match(fixedParts) ?? []).toSorted();
  const lost = parts(text).join(" ") !== parts(translation).join(" ");
  const lines = text.split("\n").length !== translation.split("\n").length;
  const commands = [...text.matchAll(/[“_]Lore: ([^”_]+)[”_]/g)].map((match) => match[1] ?? "");
  return [
    ...(translation.trim() === "" || translation !== translation.trim() ? ["empty or padded"] : []),
    ...(lost ? [`has ${parts(translation).join(" ")} for ${parts(text).join(" ")}`] : []),
    ...(lines ? ["has another number of lines"] : []),
    ...commands
      .map((command) => `Lore: ${titles.get(command) ?? `no command ${command}`}`)
      .filter((command) => !translation.includes(command))
      .map((command) => `does not name “${command}” as the command palette does`),
  ];
}

/** The commands' titles in a language, by the English ones, as a sentence names them. */
function commandTitles(language: string): Map<string, string> {
  const named = (title: string): string => title.replace(/…$/, "");
  const titles = readTexts(`package.nls.${language}.json`);
  return new Map(
    Object.entries(readTexts("package.nls.json"))
      .filter(([key]) => key.startsWith("command."))
      .map(([key, title]) => [named(title), named(titles[key] ?? title)]),
  );
}

function hasWords(text: string): boolean {
  return /\p{L}/u.test(text.replace(fixedParts, ""));
}

/** The documents inside the packages: what they link to is inside as well. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { unzipSync } from "fflate";
import MarkdownIt from "markdown-it";

type Entries = ReadonlyMap<string, Uint8Array>;

for (const [name, variable, entriesOf, readme] of [
  ["the extension", "LORE_VSIX", entriesOfVsix, "readme.md"],
  ["the command line", "LORE_TARBALL", entriesOfTarball, "README.md"],
] as const)
  test(`no link of a document in the package of ${name} is dead`, () => {
    const file = process.env[variable];
    assert.ok(file !== undefined, "run by the stage “package”, which makes the packages");
    const entries = entriesOf(readFileSync(file));
    const documents = [...entries].filter(([entry]) => /^(?!.*node_modules\/).*\.md$/.test(entry));
    const links = documents.flatMap(([entry, bytes]) =>
      targetsOf(new TextDecoder().decode(bytes)).map((target) => ({ entry, target })),
    );
    const dead = links.filter(
      ({ entry, target }) =>
        !entries.has(path.posix.join(path.posix.dirname(entry), target.replace(/#.*/, ""))),
    );
    assert.deepEqual(dead, []);
    const ofReadme = links.filter(({ entry }) => entry === readme).map(({ target }) => target);
    for (const target of ["docs/guide.md", "docs/cli.md", "media/screenshots/answer.png"])
      assert.ok(ofReadme.includes(target), target);
  });

/** Returns where links and pictures of a document lead, without addresses and places in the document itself. */
function targetsOf(markdown: string): string[] {
  return new MarkdownIt()
    .parse(markdown, {})
    .flatMap(({ children }) => children ?? [])
    .flatMap((token) => token.attrGet("href") ?? token.attrGet("src") ?? [])
    .map(String)
    .filter((target) => !/^(?:[a-z]+:|#)/.test(target));
}

function entriesOfVsix(bytes: Uint8Array): Entries {
  const inside = "extension/";
  const files = unzipSync(bytes, { filter: ({ name }) => name.startsWith(inside) });
  return new Map(Object.entries(files).map(([name, file]) => [name.slice(inside.length), file]));
}

/** As npm packs it: one folder called package, names of at most a hundred characters, and a prefix for longer ones. */
function entriesOfTarball(bytes: Uint8Array): Entries {
  const tar = gunzipSync(bytes);
  const entries = new Map<string, Uint8Array>();
  for (let at = 0; tar[at] !== undefined && tar[at] !== 0;) {
    const field = (start: number, length: number): string =>
      tar.toString("latin1", at + start, at + start + length).replace(/\0[^]*/, "");
    const size = Number.parseInt(field(124, 12), 8);
    const name = path.posix.join(field(345, 155), field(0, 100));
    entries.set(name.replace(/^package\//, ""), tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return entries;
}

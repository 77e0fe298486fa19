/** What the palette offers where: a command that needs a file is not offered without one. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

const { menus } = (
  JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
    contributes: { menus: Readonly<Record<string, readonly MenuItem[]>> };
  }
).contributes;

/** Keeps a sentence about nothing in particular where there is no code. */
const withoutEditor = ["lore.rememberThis"];
const notInMenu = ["lore.showUnusualLines"];

test("what the editor's menu offers is in the palette only beside a file", () => {
  const inMenu = (menus["lore.editor"] ?? [])
    .map(({ command }) => command)
    .filter((command) => !withoutEditor.includes(command));
  assert.ok(inMenu.length > 0);
  for (const command of [...inMenu, ...notInMenu]) {
    const inPalette = (menus["commandPalette"] ?? []).find((item) => item.command === command);
    const given = inPalette?.when?.split(" && ") ?? [];
    assert.deepEqual(
      ["editorIsOpen", "resourceScheme == file"].filter((need) => !given.includes(need)),
      [],
      command,
    );
  }
});

/** What the palette offers where: a command that needs a file or a selection is not offered without one. */
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

test("what the editor's menu offers is in the palette only beside a file, and a selection where it needs one", () => {
  const inMenu = (menus["lore.editor"] ?? []).filter(
    ({ command }) => !withoutEditor.includes(command),
  );
  assert.ok(inMenu.some(({ when }) => when === "editorHasSelection"));
  for (const { command, when } of [
    ...inMenu,
    ...notInMenu.map((name): MenuItem => ({ command: name })),
  ]) {
    const inPalette = (menus["commandPalette"] ?? []).find((item) => item.command === command);
    const needs = ["editorIsOpen", "resourceScheme == file"];
    if (when === "editorHasSelection") needs.push(when);
    const given = inPalette?.when?.split(" && ") ?? [];
    assert.deepEqual(
      needs.filter((need) => !given.includes(need)),
      [],
      command,
    );
  }
});

/** The page of the memory picture in a browser: what it shows, what it asks for, and who can read and use it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { FromPicturePage, ShownPicture } from "../../../protocol/pictureMessages.ts";
import type { FolderPart } from "../../../protocol/picture.ts";
import { pictureOf } from "../../server/picture/samplePicture.ts";
import { usePageBrowser, type OpenOptions, type OpenPage } from "../chatBrowser.ts";
import { themes, type ThemeName } from "../themes.ts";

const withPage = usePageBrowser<FromPicturePage>("picture");
type Page = OpenPage<FromPicturePage>;

function shownOf(change: Partial<ShownPicture["picture"]> = {}, folder = ""): ShownPicture {
  return {
    picture: { ...pictureOf("root", folder), ...change },
    wish: { rootId: "root", folder, limit: 20 },
    roots: [{ id: "root", name: "project" }],
    deepSentence: "The deep memory holds everything that it has room for.",
    reasons: { binary: "not text", lockFile: "lock file", unreadable: "cannot be read" },
  };
}

/** Opens the page with a picture. */
function withPicture(
  options: OpenOptions,
  shown: ShownPicture,
  drive: (page: Page) => Promise<void>,
): Promise<void> {
  return withPage({ width: 900, height: 900, ...options }, async (page) => {
    await page.send({ type: "texts", strings: {} }, { type: "picture", shown });
    await drive(page);
  });
}

/** The texts of a table's cells by its caption, row by row, headings included. */
async function cellsOf({ page }: Page, caption: string | RegExp): Promise<string[][]> {
  const found = page.getByRole("table", { name: caption });
  assert.equal(await found.count(), 1, `one table “${caption}”`);
  return found
    .locator("tr")
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].map((cell) => cell.textContent.trim())),
    );
}

test("the tables say the picture's numbers", () =>
  withPicture({}, shownOf(), async (page) => {
    assert.deepEqual((await cellsOf(page, "What is remembered, by kind")).slice(1), [
      ["Files", "323 files", "300 chunked along their syntax, 23 by lines", "1.3 MB"],
      ["Commits", "1,000 commits", "since 2024-03-15", "640 kB"],
      ["Conversations", "2 conversations", "14 turns", "45.1 kB"],
      ["Notes", "2 notes", "1 pinned, 1 older version", "24.6 kB"],
      [
        "Deep memory",
        "402,113 tokens",
        "4,096 blocks in the short-term pool, 812 in the long-term memory, 96 recalled",
        "205 MB",
      ],
    ]);
    assert.deepEqual((await cellsOf(page, /What is remembered of project/)).slice(1), [
      ["src/", "212", "914 kB", "4,210", "100 %", "80 %", "Exclude…"],
      ["test/", "96", "402 kB", "1,730", "100 %", "50 %", "Exclude…"],
      ["docs/", "14", "88 kB", "310", "100 %", "0 %", "Exclude…"],
      ["README.md", "1", "12.4 kB", "22", "100 %", "100 %", "Exclude…"],
      ["All of it", "323", "1.4 MB", "6,272", "100 %", "68 %", ""],
    ]);
    const ages = await cellsOf(page, "How many of each kind are how old");
    assert.deepEqual(ages[3], ["1 week – 1 month", "60", "40", "0", "2"]);
    assert.deepEqual(ages.at(-1), ["over 5 years", "5", "0", "0", "0"]);
    assert.deepEqual((await cellsOf(page, /^Notes, those/))[1]?.slice(1, 6), [
      "decision",
      "88 %",
      "2",
      "2d ago",
      "needs check: its code changed",
    ]);
    assert.deepEqual((await cellsOf(page, /^Conversations, last/))[2], [
      "Who calls the cache?",
      "4",
      "4d ago",
      "Delete…",
    ]);
    assert.deepEqual((await cellsOf(page, /^Commits, newest/))[1], [
      "Retry only what may be retried",
      "Ben",
      "8h ago",
    ]);
    const health = await cellsOf(page, "What is current, and what is not");
    assert.deepEqual(health[5], ["Files changed and not read yet (stale)", "2"]);
    assert.deepEqual(health[8], ["Files failed: cannot be read", "1"]);
    const retention = await cellsOf(page, /^Facts told exactly/);
    assert.deepEqual(retention[2], ["4,096", "98 %", "90 % – 100 %", "40"]);
    assert.deepEqual(await page.page.locator(".more").allInnerTexts(), [
      "and 27 more Show more",
      "and 999 more Show more",
    ]);
  }));

test("drawings are for the eye alone: areas and heights are the table's numbers", () =>
  withPicture({}, shownOf(), async ({ page }) => {
    assert.equal(await page.locator("figure > svg:not([aria-hidden=true])").count(), 0);
    const areas = await page.locator(".treemap .tile").evaluateAll((tiles) =>
      tiles.map((tile) => {
        const side = (kind: string, name: string): number =>
          Number(tile.querySelector(`.${kind}`)?.getAttribute(name) ?? 0);
        // With the gap around it.
        const area = (side("all", "width") + 2) * (side("all", "height") + 2);
        return { area, share: side("held", "height") / side("all", "height") };
      }),
    );
    const { parts } = shownOf().picture.folder;
    const [first] = areas;
    assert.ok(first !== undefined);
    areas.slice(0, parts.length).forEach(({ area, share }, idx) => {
      const part = parts[idx] as FolderPart;
      const scale = (area / first.area) * ((parts[0] as FolderPart).bytes / part.bytes);
      assert.ok(Math.abs(scale - 1) < 0.001, `the area of ${part.name}`);
      assert.ok(Math.abs(share - part.deepBytes / part.bytes) < 0.001, part.name);
    });
    assert.equal(areas.length, parts.length, "the list is whole as far as bytes go");
  }));

test("every button says what it is about, and asks for that", () =>
  withPicture({}, shownOf(), async ({ page, posted }) => {
    for (const name of [
      "Show what is in src/",
      "Open README.md",
      "Exclude docs/ from the memory…",
      /^we retry three times .* Open the code/,
      /^Pin the note “we retry/,
      "Unpin the note “two spaces, never tabs”",
      /^Correct the note “two spaces/,
      /^Forget the note “two spaces/,
      "Open the conversation “Who calls the cache?”",
      "Delete the conversation “Who calls the cache?”…",
      "Open the commit “Retry only what may be retried”",
      "Show which files, and why",
      "Test again…",
      "Remember something…",
      "Export notes and conversations…",
      "Count again",
    ])
      await page.getByRole("button", { name, exact: true }).press("Enter");
    await page.locator(".treemap .tile.file").first().click();
    await page
      .locator(".treemap .tile.folder")
      .first()
      .click({ position: { x: 20, y: 60 } });
    const wish = { rootId: "root", folder: "", limit: 20 };
    const hash = "4f1d2c3b5a69788796a5b4c3d2e1f00112233445";
    assert.deepEqual((await posted()).slice(1), [
      { type: "show", wish: { ...wish, folder: "src" } },
      { type: "openFile", path: "README.md" },
      { type: "exclude", path: "docs/" },
      { type: "openNote", id: "note-1" },
      { type: "pinNote", id: "note-1", isPinned: true },
      { type: "pinNote", id: "note-2", isPinned: false },
      { type: "correctNote", id: "note-2" },
      { type: "forgetNote", id: "note-2" },
      { type: "openConversation", id: "talk-2" },
      { type: "deleteConversation", id: "talk-2" },
      { type: "openCommit", hash },
      { type: "command", command: "showStatus" },
      { type: "command", command: "selfTest" },
      { type: "command", command: "rememberThis" },
      { type: "command", command: "exportMemory" },
      { type: "show", wish },
      { type: "openFile", path: "README.md" },
      { type: "show", wish: { ...wish, folder: "src" } },
    ]);
  }));

test("a folder shows the way back, keeps its place over a reload, and longer lists can be had", () =>
  withPicture(
    { saved: { rootId: "root", folder: "src/http", limit: 50 } },
    shownOf(),
    async (page) => {
      const [ready] = await page.postedOf("ready");
      assert.deepEqual(ready?.wish, { rootId: "root", folder: "src/http", limit: 50 });
      await page.send({ type: "picture", shown: shownOf({}, "src/http") });
      const way = page.page.getByRole("navigation", { name: "Path" });
      assert.deepEqual(await way.getByRole("listitem").allInnerTexts(), ["project", "src", "http"]);
      assert.equal(await way.locator("[aria-current]").innerText(), "http");
      await way.getByRole("button", { name: "src" }).click();
      await page.page.locator(".more button").first().click();
      const shows = await page.postedOf("show");
      assert.deepEqual(
        shows.map(({ wish }) => [wish.folder, wish.limit]),
        [
          ["src", 20],
          ["src/http", 100],
        ],
      );
      assert.deepEqual(await page.saved(), { rootId: "root", folder: "src/http", limit: 20 });
    },
  ));

test("counting again keeps the focus; a step into a folder leaves it near", () =>
  withPicture({}, shownOf(), async (page) => {
    const focused = (): Promise<string | null> =>
      page.page.evaluate(() => document.activeElement?.getAttribute("data-key") ?? null);
    await page.page.getByRole("button", { name: /^Pin the note/ }).focus();
    await page.send({ type: "picture", shown: shownOf() });
    assert.equal(await focused(), "pin-note-1");
    assert.equal(await page.page.getByRole("status").innerText(), "The picture was counted again.");
    await page.page.getByRole("button", { name: "Show what is in src/" }).focus();
    await page.send({ type: "picture", shown: shownOf({}, "src") });
    assert.equal(await focused(), "up-");
    assert.equal(await page.page.getByRole("status").innerText(), "Shows src.");
  }));

test("what is not there yet is said, with the way to it", () => {
  const { selfTest: _none, deep: _deep, ...picture } = pictureOf("root");
  const empty = { nFiles: 0, bytes: 0, nChunks: 0, nEmbedded: 0, nDeepFiles: 0, deepBytes: 0 };
  const shown: ShownPicture = {
    ...shownOf(),
    picture: {
      ...picture,
      folder: { path: "", ...empty, parts: [], nParts: 0 },
      notes: { ...picture.notes, nNotes: 0, notes: [] },
      conversations: { nConversations: 0, nTurns: 0, conversations: [] },
      history: {
        status: { ...picture.history.status, state: "noRepository", nCommits: 0 },
        commits: [],
      },
    },
    deepSentence: "",
  };
  return withPicture({}, shown, async ({ page, postedOf }) => {
    for (const text of [
      "Nothing of this folder is in memory.",
      "Nothing is noted yet.",
      "There are none yet.",
      "Not measured yet.",
    ])
      assert.equal(await page.getByText(text, { exact: true }).count(), 1, text);
    assert.ok((await page.getByText("Git finds no repository here").count()) > 0);
    await page.getByRole("button", { name: "Test the memory…" }).click();
    assert.deepEqual(await postedOf("command"), [{ type: "command", command: "selfTest" }]);
  });
});

test("a failure is told and what is shown stays; what is no message of the extension does nothing", () =>
  withPicture({}, shownOf(), async ({ page, send }) => {
    await send({ type: "failed", sentence: "Lore cannot open its memory on disk." });
    assert.equal(await page.getByRole("alert").innerText(), "Lore cannot open its memory on disk.");
    assert.equal(await page.getByRole("heading", { name: "By folder" }).count(), 1);
    await send({ type: "picture", shown: {} }, { type: "picture" }, { type: "evil" }, "x", null);
    assert.equal(await page.getByRole("heading", { name: "By folder" }).count(), 1);
    await send({ type: "picture", shown: shownOf() });
    assert.equal(await page.getByRole("alert").count(), 0);
  }));

test("names from the workspace are text, whatever they hold", () => {
  const hostile = `<img src=x onerror="window.hostileScriptRan='name'">\u202e\u001b[31m`;
  const whole = pictureOf("root");
  const [part] = whole.folder.parts;
  const [strong] = whole.notes.notes;
  const [talk] = whole.conversations.conversations;
  const [commit] = whole.history.commits;
  assert.ok(part && strong && talk && commit);
  const shown: ShownPicture = {
    ...shownOf({
      folder: { ...whole.folder, path: hostile, parts: [{ ...part, name: hostile }] },
      notes: {
        ...whole.notes,
        notes: [{ ...strong, note: { ...strong.note, text: hostile } }],
      },
      conversations: { ...whole.conversations, conversations: [{ ...talk, title: hostile }] },
      history: {
        ...whole.history,
        commits: [{ ...commit, subject: hostile, author: hostile }],
      },
    }),
    roots: [
      { id: "root", name: hostile },
      { id: "other", name: hostile },
    ],
    reasons: { binary: hostile },
  };
  return withPicture({}, shown, async ({ page }) => {
    assert.equal(await page.locator("img, a, script[src*=x]").count(), 0);
    const text = await page.locator("body").innerText();
    assert.ok(text.includes("<img src=x"));
    assert.doesNotMatch(text, /\u202e|\u001b/);
  });
});

test("several folders of a window: the choice is a list", () =>
  withPicture(
    {},
    {
      ...shownOf(),
      roots: [
        { id: "root", name: "one" },
        { id: "two", name: "two" },
      ],
    },
    async ({ page, postedOf }) => {
      await page.getByRole("combobox", { name: "Folder of the window" }).selectOption("two");
      assert.deepEqual((await postedOf("show")).at(-1)?.wish, {
        rootId: "two",
        folder: "",
        limit: 20,
      });
    },
  ));

test("the page is named and ordered for a screen reader, and every button has a name", () =>
  withPicture({}, shownOf(), async ({ page }) => {
    assert.equal(await page.title(), "What Lore Remembers");
    assert.deepEqual(await page.getByRole("heading", { level: 2 }).allInnerTexts(), [
      "By kind",
      "By folder",
      "By age",
      "Notes",
      "Conversations",
      "Commits",
      "Health",
      "Retention",
    ]);
    assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
    const nameless = await page
      .locator("table")
      .evaluateAll(
        (tables) =>
          tables.filter(
            (table) =>
              table.querySelector("caption") === null ||
              [...table.querySelectorAll("thead th")].some(
                (head) => head.getAttribute("scope") !== "col" || head.textContent === "",
              ) ||
              [...table.querySelectorAll("tbody tr")].some(
                (row) => row.querySelectorAll("th[scope=row]").length !== 1,
              ),
          ).length,
      );
    assert.equal(nameless, 0);
    const silent = await page
      .locator("button, select")
      .evaluateAll(
        (nodes) =>
          nodes.filter((node) => !(node.getAttribute("aria-label") ?? node.textContent.trim()))
            .length,
      );
    assert.equal(silent, 0);
    const ids = await page.locator("[id]").evaluateAll((nodes) => nodes.map(({ id }) => id));
    assert.equal(new Set(ids).size, ids.length, "ids are unique");
  }));

for (const theme of Object.keys(themes) as ThemeName[])
  test(`${theme}: whatever has the focus shows it`, () =>
    withPicture({ theme }, shownOf(), async (page) => {
      await page.screenshot(`picture-${theme}`);
      const marks = await page.page.locator("button, select, .scroller").evaluateAll((nodes) =>
        nodes.map((node) => {
          // As the keyboard does: a focus by script alone is not always shown.
          (node as HTMLElement).focus({ focusVisible: true });
          const { outlineStyle, outlineWidth } = getComputedStyle(node);
          return outlineStyle === "solid" && outlineWidth !== "0px";
        }),
      );
      assert.ok(marks.length > 20);
      assert.ok(marks.every(Boolean));
    }));

for (const width of [240, 320, 480, 1_600])
  test(`nothing but tables scrolls sideways at ${width} px`, () =>
    withPicture({ width }, shownOf(), async (page) => {
      const overflow = await page.page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      );
      assert.ok(overflow <= 0, `${overflow} px too wide`);
      await page.screenshot(`picture-${width}`);
    }));

test("reduced motion: nothing moves", () =>
  withPicture({ reducedMotion: true }, shownOf(), async ({ page }) => {
    assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  }));

test("a thousand of each are drawn at once, and the page stays usable", () => {
  const whole = pictureOf("root");
  const parts = Array.from({ length: 1_000 }, (_, idx) => ({
    ...(whole.folder.parts[idx % 4] as FolderPart),
    name: `part${idx}`,
    bytes: 1_000_000 - idx * 900,
  }));
  const [strong] = whole.notes.notes;
  assert.ok(strong);
  const notes = Array.from({ length: 1_000 }, (_, idx) => ({
    ...strong,
    note: { ...strong.note, id: `n${idx}` },
  }));
  const shown = shownOf({
    folder: { ...whole.folder, bytes: 1e9, parts, nParts: 100_000 },
    notes: { ...whole.notes, nNotes: 10_000, notes },
  });
  return withPicture({}, shown, async ({ page }) => {
    assert.equal(await page.locator(".notes tbody tr").count(), 1_005);
    assert.equal(await page.locator(".tile").count(), 1_001);
    assert.deepEqual(await page.locator(".more").allInnerTexts(), [
      "and 99,000 more Show more",
      "and 9,000 more Show more",
      "and 999 more Show more",
    ]);
  });
});

import type { FromPicturePage, PictureWish, ShownPicture } from "../../protocol/pictureMessages.ts";
import { firstPictureLimit } from "../../protocol/pictureMessages.ts";
import { maxPictureLimit } from "../../protocol/picture.ts";
import { element, setText } from "../element.ts";
import { ageSection } from "./ageSection.ts";
import { folderSection } from "./folderSection.ts";
import { healthSection } from "./healthSection.ts";
import { kindSection } from "./kindSection.ts";
import { noteSection } from "./noteSection.ts";
import { button, type Surroundings } from "./parts.ts";
import { retentionSection } from "./retentionSection.ts";
import { commitSection, conversationSection } from "./workSections.ts";
import { shownText, type PictureTexts } from "./words.ts";

/** The page of the memory picture. */
export interface PicturePage {
  readonly root: HTMLElement;
  /** Draws a picture in place of the last one; what has the focus keeps it. */
  show(shown: ShownPicture): void;
  /** Says why there is no new picture. */
  fail(sentence: string): void;
}

/** Returns a page without a picture yet. `keep` is called with what is to be shown when the page is made again. */
export function createPage(
  texts: PictureTexts,
  post: (message: FromPicturePage) => void,
  keep: (wish: PictureWish) => void,
): PicturePage {
  const spoken = element("div", { class: "visually-hidden", attributes: { role: "status" } });
  const failure = element("p", { class: "failure", attributes: { role: "alert", hidden: "" } });
  const content = element("div");
  let now: ShownPicture | undefined;
  const wish = (change: Partial<PictureWish>): void => {
    if (now === undefined) return;
    post({ type: "show", wish: { ...now.wish, ...change } });
  };
  const around: Surroundings = {
    texts,
    post,
    showFolder: (folder) => wish({ folder }),
    showMore: () =>
      wish({
        limit: Math.min(maxPictureLimit, 5 * (now?.wish.limit ?? firstPictureLimit)),
      }),
  };
  return {
    root: element("main", {}, failure, spoken, content),
    show: (shown) => {
      const before = now;
      now = shown;
      keep(shown.wish);
      failure.hidden = true;
      const focused = keyOfFocus();
      content.replaceChildren(...sections(shown, around, wish));
      focusAgain(content, focused, before, shown);
      if (before !== undefined) setText(spoken, spokenText(before, shown, texts));
    },
    fail: (sentence) => {
      failure.textContent = sentence;
      failure.hidden = false;
    },
  };
}

function sections(
  shown: ShownPicture,
  around: Surroundings,
  wish: (change: Partial<PictureWish>) => void,
): HTMLElement[] {
  const { picture } = shown;
  const { atMs } = picture;
  return [
    header(shown, around, wish),
    kindSection(picture, around),
    folderSection(picture.folder, nameOfRoot(shown), around),
    ageSection(picture.ages, around),
    noteSection(picture.notes, atMs, around),
    conversationSection(picture.conversations, atMs, around),
    commitSection(picture.history, atMs, around),
    healthSection(shown, around),
    retentionSection(picture.selfTest, atMs, around),
  ];
}

function header(
  { picture, roots, wish: shownWish }: ShownPicture,
  { texts, post }: Surroundings,
  wish: (change: Partial<PictureWish>) => void,
): HTMLElement {
  const time = new Date(picture.atMs).toLocaleTimeString(document.documentElement.lang || "en");
  const again = button(
    "refresh",
    texts.text("refresh"),
    () => post({ type: "show", wish: shownWish }),
    { kind: "button secondary" },
  );
  const save = button(
    "export",
    texts.text("export"),
    () => post({ type: "command", command: "exportMemory" }),
    { kind: "button secondary" },
  );
  const select = element("select", {
    attributes: { "data-key": "root", "aria-label": texts.text("root") },
    on: {
      change: () => wish({ rootId: select.value, folder: "", limit: firstPictureLimit }),
    },
  });
  for (const { id, name } of roots)
    select.append(element("option", { text: shownText(name), attributes: { value: id } }));
  select.value = picture.rootId;
  return element(
    "header",
    {},
    element("h1", { text: texts.text("title") }),
    element("p", { class: "note", text: texts.text("lead") }),
    element(
      "div",
      { class: "bar-of-tools" },
      roots.length > 1 ? select : undefined,
      element("span", { class: "note", text: texts.text("counted", time) }),
      again,
      save,
    ),
  );
}

function nameOfRoot({ picture, roots }: ShownPicture): string {
  return roots.find(({ id }) => id === picture.rootId)?.name ?? "";
}

function spokenText(before: ShownPicture, shown: ShownPicture, texts: PictureTexts): string {
  const { path } = shown.picture.folder;
  if (before.picture.folder.path === path) return texts.text("updated");
  return texts.text("showsFolder", shownText(path === "" ? nameOfRoot(shown) : path));
}

function keyOfFocus(): string | undefined {
  const { activeElement } = document;
  return activeElement?.getAttribute("data-key") ?? undefined;
}

/** What had the focus may be gone: after a step into a folder, the way back up has it. */
function focusAgain(
  content: HTMLElement,
  key: string | undefined,
  before: ShownPicture | undefined,
  { picture }: ShownPicture,
): void {
  if (key === undefined) return;
  const same = [...content.querySelectorAll<HTMLElement>("[data-key]")].find(
    (each) => each.getAttribute("data-key") === key,
  );
  const hasMoved = before?.picture.folder.path !== picture.folder.path;
  const way = content.querySelector<HTMLElement>(".path button, .folders .link-button");
  (same ?? (hasMoved ? way : null))?.focus();
}

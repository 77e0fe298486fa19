import type { ProseMark, SupportFault } from "../protocol/prose.ts";
import { element } from "./element.ts";
import { icon } from "./icons.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** Longest name at fault that is shown whole, in UTF-16 code units. */
const maxDetail = 80;

const faultTexts: Readonly<Record<SupportFault, StringKey>> = {
  noCitation: "mark.noCitation",
  unknownCitation: "mark.unknownCitation",
  stale: "mark.stale",
  nameNotInEvidence: "mark.nameNotInEvidence",
  commanded: "mark.commanded",
};

/**
 * Underlines each sentence in `root` that ends with a mark, and puts a badge behind it: a button that shows in words
 * why the sentence is not supported. Badges that are there already say what `marks` say now.
 */
export function placeMarks(root: ParentNode, marks: readonly ProseMark[], texts: Texts): void {
  for (const place of root.querySelectorAll<HTMLElement>("span[data-mark]")) {
    const mark = marks[Number(place.dataset["mark"])];
    if (mark === undefined) {
      place.remove();
      continue;
    }
    const badge = createBadge(place.dataset["mark"], texts);
    place.replaceWith(badge);
    underline(badge);
  }
  for (const badge of root.querySelectorAll<HTMLElement>("button[data-mark]")) {
    const mark = marks[Number(badge.dataset["mark"])];
    if (mark) describe(badge, words(mark, texts), texts);
  }
}

function words({ fault, detail }: ProseMark, texts: Texts): string {
  return texts.text(faultTexts[fault], oneLine(detail, maxDetail));
}

function createBadge(index: string | undefined, texts: Texts): HTMLElement {
  const reason = element("bdi", { class: "mark-reason" });
  reason.hidden = true;
  const badge = element(
    "button",
    {
      class: "support-mark",
      attributes: { type: "button", "data-mark": index, "aria-expanded": "false" },
      on: {
        click: () => {
          reason.hidden = !reason.hidden;
          badge.setAttribute("aria-expanded", String(!reason.hidden));
        },
      },
    },
    icon("unsure"),
    element("span", { class: "visually-hidden", text: texts.text("mark.unsupported") }),
    reason,
  );
  return badge;
}

function describe(badge: HTMLElement, reason: string, texts: Texts): void {
  if (badge.title === reason) return;
  badge.title = reason;
  badge.setAttribute("aria-label", `${texts.text("mark.unsupported")}: ${reason}`);
  const shown = badge.querySelector(".mark-reason");
  if (shown) shown.textContent = reason;
}

/** Where a sentence ends within a text: its last mark, with what closes after it, and white space. */
const sentenceEnd = /[.!?…][)\]"'”’»]*\s+|[。！？]\s*/gu;

/** Wraps what stands before the badge, back to where the sentence begins. */
function underline(badge: HTMLElement): void {
  const sentence: ChildNode[] = [];
  for (let node = badge.previousSibling; node !== null; node = node.previousSibling) {
    if (isBoundary(node)) break;
    if (node instanceof Text) {
      const ends = [...node.data.matchAll(sentenceEnd)];
      // The end right before the badge, or before the chips at it, is that of this sentence.
      const last = ends.findLast((end) => hasWords(sentence) || !endsText(node, end));
      if (last !== undefined) {
        sentence.unshift(node.splitText(last.index + last[0].length));
        break;
      }
    }
    sentence.unshift(node);
  }
  if (sentence.length === 0) return;
  const wrap = element("span", { class: "unsupported" });
  badge.before(wrap);
  wrap.append(...sentence);
  const { firstChild, lastChild } = wrap;
  // The line begins and ends where the words do.
  if (lastChild instanceof Text) wrap.after(lastChild.splitText(lastChild.data.trimEnd().length));
  if (firstChild instanceof Text) {
    firstChild.splitText(firstChild.data.length - firstChild.data.trimStart().length);
    wrap.before(firstChild);
  }
}

function hasWords(nodes: readonly ChildNode[]): boolean {
  return nodes.some(
    (node) =>
      !(node instanceof Element && node.matches(".chip")) &&
      /[\p{L}\p{N}]/u.test(node.textContent ?? ""),
  );
}

function endsText(node: Text, end: RegExpExecArray): boolean {
  return end.index + end[0].length === node.data.length;
}

function isBoundary(node: ChildNode): boolean {
  if (!(node instanceof HTMLElement)) return false;
  if (node.matches("br, .support-mark, .unsupported")) return true;
  return blockTags.has(node.tagName);
}

const blockTags: ReadonlySet<string> = new Set(["P", "UL", "OL", "DIV", "BLOCKQUOTE", "PRE"]);

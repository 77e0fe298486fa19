import type { Citation, Turn } from "../protocol/types.ts";
import type { Peeked } from "../protocol/webviewMessages.ts";
import { citationStateText, longPlace } from "./citationLabel.ts";
import { highlight } from "./codeHighlight.ts";
import { element } from "./element.ts";
import { citationAt } from "./placeClicks.ts";
import { sanitize } from "./sanitize.ts";
import type { Texts } from "./texts.ts";
import { markHidden } from "./visibleText.ts";

/** The cited lines as they are now, beside the place that cites them. */
export interface CitationPeek {
  readonly root: HTMLElement;
  /** Shows what was read, when it is still wanted. */
  update(peeked: Peeked | undefined): void;
  close(): void;
}

const restMs = 400;
/** The way from a chip to its lines must be possible without losing them. */
const leaveMs = 200;
const gapPx = 4;
const marginPx = 8;

/**
 * Returns the peek, closed. It opens over a chip or a row of `list` that the pointer rests on, or with Alt+Down on one
 * that has the focus; Escape closes it. `want` asks for the lines, which are read at that moment.
 */
export function createCitationPeek(
  list: HTMLElement,
  turns: () => readonly Turn[],
  texts: Texts,
  want: (peekId: number, citation: Citation) => void,
): CitationPeek {
  const root = element("div", {
    class: "peek",
    attributes: { role: "dialog", "aria-label": texts.text("peek.label") },
  });
  root.hidden = true;
  let anchor: HTMLElement | undefined;
  let cited: Citation | undefined;
  let byKey = false;
  let nextId = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function after(ms: number, act: () => void): void {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  }

  function begin(button: HTMLElement, withKey: boolean): void {
    const citation = citationAt(button, turns());
    if (citation === undefined) return;
    close();
    [anchor, cited, byKey] = [button, citation, withKey];
    want(++nextId, citation);
  }

  function close(): void {
    clearTimeout(timer);
    // What has the focus leaves the page here, which closes once more.
    const back = root.contains(document.activeElement) ? anchor : undefined;
    anchor = undefined;
    nextId++;
    root.hidden = true;
    root.replaceChildren();
    back?.focus();
  }

  function show(peeked: Peeked): void {
    if (anchor === undefined || cited === undefined) return;
    root.replaceChildren(...contents(peeked, cited, texts));
    root.hidden = false;
    place(root, anchor);
    if (byKey) root.querySelector<HTMLElement>("pre, p")?.focus();
  }

  const buttonAt = (target: EventTarget | null): HTMLElement | undefined =>
    target instanceof Element
      ? (target.closest<HTMLElement>("button[data-cite], button[data-recall]") ?? undefined)
      : undefined;

  list.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const button = buttonAt(event.target);
    if (button === undefined) return;
    if (button === anchor) clearTimeout(timer);
    else after(restMs, () => begin(button, false));
  });
  list.addEventListener("pointerout", (event) => {
    if (buttonAt(event.target) !== undefined) after(leaveMs, close);
  });
  root.addEventListener("pointerenter", () => clearTimeout(timer));
  root.addEventListener("pointerleave", () => {
    if (!byKey) after(leaveMs, close);
  });
  root.addEventListener("focusout", (event) => {
    if (!(event.relatedTarget instanceof Node && root.contains(event.relatedTarget))) close();
  });
  list.addEventListener("pointerdown", close);
  list.addEventListener("scroll", close);
  window.addEventListener("blur", close);
  document.addEventListener(
    "keydown",
    (event) => {
      const button = buttonAt(event.target);
      if (event.key === "ArrowDown" && event.altKey && button !== undefined) begin(button, true);
      // Otherwise the same key would also stop an answer.
      else if (event.key === "Escape" && !root.hidden) close();
      else return;
      event.preventDefault();
      event.stopPropagation();
    },
    true,
  );

  return {
    root,
    close,
    update: (peeked) => {
      if (peeked !== undefined && peeked.peekId === nextId && root.hidden) show(peeked);
    },
  };
}

/** The lines, or a sentence that says why there are none: what changed is never shown as if it still held. */
function contents(peeked: Peeked, citation: Citation, texts: Texts): readonly HTMLElement[] {
  const title = element("div", { class: "peek-title", text: longPlace(citation, texts) });
  if (peeked.kind !== "lines") {
    const words = texts.text(citationStateText[peeked.kind].long);
    return [title, element("p", { class: "note", text: words, attributes: { tabindex: "-1" } })];
  }
  const { text, startLine, language, nLinesLeftOut } = peeked;
  const lines = text.split("\n");
  const numbers = lines.map((_line, idx) => String(startLine + 1 + idx)).join("\n");
  const code = element("code");
  code.append(sanitize(markHidden(highlight(text, language))));
  const pre = element(
    "pre",
    {
      attributes: {
        dir: "ltr",
        tabindex: "0",
        role: "region",
        "aria-label": texts.text("code.regionOf", longPlace(citation, texts)),
      },
    },
    element("span", { class: "gutter", text: numbers, attributes: { "aria-hidden": "true" } }),
    code,
  );
  const notes = [
    ...(peeked.isMoved ? [texts.text("citation.movedLong")] : []),
    ...(nLinesLeftOut > 0 ? [texts.text("markdown.moreLines", texts.number(nLinesLeftOut))] : []),
  ];
  return [
    title,
    element("div", { class: "code-block" }, pre),
    ...notes.map((note) => element("p", { class: "note", text: note })),
  ];
}

/** Puts the peek below its chip, above it where there is more room; never over it. */
function place(root: HTMLElement, anchor: HTMLElement): void {
  const at = anchor.getBoundingClientRect();
  const width = Math.min(560, window.innerWidth - 2 * marginPx);
  const below = window.innerHeight - at.bottom - gapPx - marginPx;
  const above = at.top - gapPx - marginPx;
  const isBelow = below >= Math.min(root.scrollHeight, 200) || below >= above;
  const { style } = root;
  style.width = `${width}px`;
  style.left = `${Math.max(marginPx, Math.min(at.left, window.innerWidth - width - marginPx))}px`;
  style.maxHeight = `${Math.max(0, isBelow ? below : above)}px`;
  style.top = isBelow ? `${at.bottom + gapPx}px` : "auto";
  style.bottom = isBelow ? "auto" : `${window.innerHeight - at.top + gapPx}px`;
}

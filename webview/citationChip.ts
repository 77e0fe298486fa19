import type { Citation } from "../protocol/types.ts";
import {
  citationStateText,
  fileName,
  labelAddsMeaning,
  longPlace,
  shortLines,
} from "./citationLabel.ts";
import { citationMenu } from "./citationMenu.ts";
import { element } from "./element.ts";
import type { CitationState } from "./state.ts";
import type { Texts } from "./texts.ts";

/** Returns a button that stands for a cited place. Clicks on it are handled where all of a turn's are. */
export function citationChip(
  citation: Citation,
  index: number,
  state: CitationState | undefined,
  texts: Texts,
): HTMLButtonElement {
  const chip = element(
    "button",
    {
      class: "chip",
      attributes: { type: "button", "data-cite": String(index), ...citationMenu(index) },
    },
    element("bdi", { class: "chip-name", text: fileName(citation.path) }),
    element("span", { class: "chip-lines", text: `:${shortLines(citation.range)}` }),
  );
  showCitationState(chip, citation, state, texts);
  return chip;
}

/** Shows on a chip or a row what became of its citation, in a word and not in colour alone. */
export function showCitationState(
  button: HTMLElement,
  citation: Citation,
  state: CitationState | undefined,
  texts: Texts,
): void {
  const key = state === undefined || state === "current" ? undefined : citationStateText[state];
  button.dataset["state"] = state ?? "unchecked";
  button.querySelector(".state-word")?.remove();
  if (key) button.append(element("span", { class: "state-word", text: texts.text(key.short) }));
  const place = longPlace(citation, texts);
  const words = key ? [texts.text(key.long)] : [];
  nameAfterText(button, [texts.text("citation.open", place), ...words]);
  const toSide = texts.text(isMac() ? "citation.toSideMac" : "citation.toSide");
  button.title = [place, ...words, toSide].join("\n");
}

/** Names a button by what is seen on it, so that whoever speaks to the machine can say it (WCAG 2.5.3), and by more words. */
export function nameAfterText(button: HTMLElement, words: readonly string[]): void {
  const seen = button.textContent.replace(/\s+/g, " ").trim();
  button.setAttribute("aria-label", [seen, ...words].join(". "));
}

/**
 * Puts a chip in the place of each citation mark in `root` whose citation is known. `first` is where `citations` begin
 * among all that the turn cites, which is how `states` and chips count.
 */
export function placeChips(
  root: ParentNode,
  citations: readonly Citation[],
  states: readonly CitationState[] | undefined,
  texts: Texts,
  first = 0,
): void {
  for (const mark of root.querySelectorAll<HTMLElement>("span[data-cite]")) {
    const own = Number(mark.dataset["cite"]);
    const citation = citations[own];
    if (citation === undefined) continue;
    const index = first + own;
    const chip = citationChip(citation, index, states?.[index], texts);
    if (labelAddsMeaning(mark.textContent, citation)) {
      mark.removeAttribute("data-cite");
      mark.className = "cited";
      mark.append(" ", chip);
    } else {
      mark.replaceWith(chip);
    }
  }
}

/** Tells whether Command and not Control is the key for a second way to open. */
export function isMac(): boolean {
  return navigator.platform.startsWith("Mac");
}

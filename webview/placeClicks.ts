import { citationsOf } from "../protocol/turnCitations.ts";
import type { Citation, Turn } from "../protocol/types.ts";
import { isMac } from "./citationChip.ts";

/**
 * Opens the place of each chip and row in `list` that is clicked or chosen by key: to the side with the middle
 * button, Control (Command on a Mac).
 */
export function openPlacesOf(
  list: HTMLElement,
  turns: () => readonly Turn[],
  open: (citation: Citation, toSide: boolean) => void,
): void {
  const placeAt = (event: Event): Citation | undefined =>
    event.target instanceof Element ? citationAt(event.target, turns()) : undefined;
  const openFrom = (event: MouseEvent | KeyboardEvent, toSide: boolean): boolean => {
    const citation = placeAt(event);
    if (citation) open(citation, toSide);
    return citation !== undefined;
  };
  list.addEventListener("click", (event) => openFrom(event, hasSideKey(event)));
  list.addEventListener("auxclick", (event) => {
    if (event.button === 1 && openFrom(event, true)) event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    // A middle press would start to scroll instead of opening to the side.
    if (event.button === 1 && placeAt(event) !== undefined) event.preventDefault();
  });
  list.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && hasSideKey(event) && openFrom(event, true)) event.preventDefault();
  });
}

/** Returns the citation that an element inside a chip or a row stands for, `undefined` for any other. */
export function citationAt(target: Element, turns: readonly Turn[]): Citation | undefined {
  const button = target.closest<HTMLElement>("button[data-cite], button[data-recall]");
  const turnId = button?.closest<HTMLElement>("[data-turn]")?.dataset["turn"];
  const turn = turns.find(({ id }) => id === turnId);
  if (!button || !turn) return undefined;
  const { cite, recall } = button.dataset;
  if (cite !== undefined) return citationsOf(turn)[Number(cite)];
  return turn.recalls[Number(recall)]?.citation;
}

function hasSideKey(event: MouseEvent | KeyboardEvent): boolean {
  return isMac() ? event.metaKey : event.ctrlKey;
}

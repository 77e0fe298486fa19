import type { Citation, Turn } from "../protocol/types.ts";
import { showCitationState } from "./citationChip.ts";
import { fileName, folderName, plainPlace, shortLines, symbolName } from "./citationLabel.ts";
import { citationMenu } from "./citationMenu.ts";
import { element } from "./element.ts";
import type { CitationState } from "./state.ts";
import type { Texts } from "./texts.ts";

/** A list of at most this many rows is shown whole; of a longer one the first few. */
const maxShownWhole = 8;
const nShownOfMore = 5;

/** Returns the list of places that an answer cites, each once, `undefined` when it cites none. */
export function sourcesView(
  turn: Turn,
  states: readonly CitationState[] | undefined,
  texts: Texts,
): HTMLElement | undefined {
  const sources = uniqueSources(turn.citations);
  if (sources.length === 0) return undefined;
  const title = texts.text(turn.abstained ? "sources.nearest" : "sources.title");
  const list = element("ol", { class: "places" });
  const show = (from: number, to: number): void => {
    for (const { citation, index } of sources.slice(from, to)) {
      list.append(element("li", {}, sourceRow(citation, index, states?.[index], texts)));
    }
  };
  const nShownFirst = sources.length <= maxShownWhole ? sources.length : nShownOfMore;
  show(0, nShownFirst);
  const root = element(
    "section",
    { class: "sources", attributes: { "aria-label": title } },
    element("h3", { class: "small-title", text: title }),
    list,
  );
  if (sources.length > nShownFirst) {
    const all = element("button", {
      class: "link-button",
      text: texts.text("sources.showAll", texts.number(sources.length)),
      attributes: { type: "button" },
      on: {
        click: () => {
          show(nShownFirst, sources.length);
          all.remove();
          list.children[nShownFirst]?.querySelector("button")?.focus();
        },
      },
    });
    root.append(all);
  }
  return root;
}

/** Returns the citations without repeats of the same file and lines, each with its first index. */
export function uniqueSources(
  citations: readonly Citation[],
): readonly { readonly citation: Citation; readonly index: number }[] {
  const seen = new Set<string>();
  return citations
    .map((citation, index) => ({ citation, index }))
    .filter(({ citation }) => {
      const key = `${citation.rootId}\n${plainPlace(citation)}`;
      return !seen.has(key) && seen.add(key);
    });
}

function sourceRow(
  citation: Citation,
  index: number,
  state: CitationState | undefined,
  texts: Texts,
): HTMLButtonElement {
  const row = element(
    "button",
    {
      class: "place",
      attributes: { type: "button", "data-cite": String(index), ...citationMenu(index) },
    },
    ...placeParts(citation),
  );
  showCitationState(row, citation, state, texts);
  return row;
}

/** Returns the parts of a row about a place: file and lines, definition, folder. */
export function placeParts(citation: Citation): readonly (Node | undefined)[] {
  const symbol = symbolName(citation);
  const folder = folderName(citation.path);
  return [
    element(
      "span",
      { class: "place-name" },
      element("bdi", { class: "place-file", text: fileName(citation.path) }),
      element("span", { class: "place-lines", text: `:${shortLines(citation.range)}` }),
    ),
    symbol === "" ? undefined : element("bdi", { class: "place-symbol", text: symbol }),
    folder === "" ? undefined : element("bdi", { class: "place-folder", text: folder }),
  ];
}

import type {
  Coverage,
  Recall,
  MeaningTrace,
  RecallTrace,
  RereadTrace,
  Turn,
} from "../protocol/types.ts";
import { longPlace } from "./citationLabel.ts";
import { nameAfterText } from "./citationChip.ts";
import { element } from "./element.ts";
import { reasonTexts } from "./reasonText.ts";
import { placeParts } from "./sourcesView.ts";
import { stageParts } from "./stagesView.ts";
import type { Texts } from "./texts.ts";
import type { TurnActions } from "./turnView.ts";
import { oneLine } from "./visibleText.ts";

/** Rows that are shown before the user asks for all. */
const nShownFirst = 10;

/**
 * Returns what the recall saw for a turn: places with scores and reasons, then how the question was understood and what
 * each stage found.
 */
export function lookedAtView(turn: Turn, texts: Texts, actions: TurnActions): HTMLElement {
  const root = element("div", { class: "looked-at" }, recallList(turn.recalls, texts));
  if (turn.trace) root.append(...traceParts(turn.trace, texts));
  const words = [
    ...tierWords(turn, texts),
    ...(turn.coverage ? coverageWords(turn.coverage, texts) : []),
  ];
  if (words.length > 0) root.append(element("p", { class: "note", text: words.join(" ") }));
  // Without what was asked nothing can be asked again: a turn of an older version, or about selected code.
  if (turn.trace?.asked !== undefined) root.append(traceActions(turn.id, texts, actions));
  return root;
}

function traceActions(turnId: string, texts: Texts, actions: TurnActions): HTMLElement {
  const button = (key: "saveTrace" | "compareTrace"): HTMLElement =>
    element("button", {
      class: "link-button",
      text: texts.text(`looked.${key}`),
      attributes: { type: "button", title: texts.text(`looked.${key}Hint`) },
      on: { click: () => actions[key](turnId) },
    });
  return element("div", { class: "trace-actions" }, button("saveTrace"), button("compareTrace"));
}

function recallList(recalls: readonly Recall[], texts: Texts): HTMLElement {
  if (recalls.length === 0) return element("p", { class: "note", text: texts.text("looked.none") });
  const best = Math.max(...recalls.map(({ score }) => score));
  const list = element("ol", { class: "recalls" });
  const show = (from: number, to: number): void => {
    recalls
      .slice(from, to)
      .forEach((recall, at) => list.append(recallRow(recall, from + at, best, texts)));
  };
  show(0, nShownFirst);
  const root = element("div", {}, list);
  if (recalls.length > nShownFirst) {
    const all = element("button", {
      class: "link-button",
      text: texts.text("sources.showAll", texts.number(recalls.length)),
      attributes: { type: "button" },
      on: {
        click: () => {
          show(nShownFirst, recalls.length);
          all.remove();
          list.children[nShownFirst]?.querySelector("button")?.focus();
        },
      },
    });
    root.append(all);
  }
  return root;
}

function recallRow(recall: Recall, index: number, best: number, texts: Texts): HTMLElement {
  const score = texts.text("looked.score", texts.number(recall.score, 1));
  const bar = element("span", { class: "score-fill" });
  bar.style.width = `${best > 0 ? Math.max(0, (100 * recall.score) / best) : 0}%`;
  const place = longPlace(recall.citation, texts);
  const button = element(
    "button",
    {
      class: "place",
      attributes: { type: "button", "data-recall": String(index), title: place },
    },
    ...placeParts(recall.citation),
  );
  nameAfterText(button, [texts.text("citation.open", place)]);
  return element(
    "li",
    { class: "recall" },
    button,
    element(
      "div",
      { class: "recall-score", attributes: { title: score } },
      element("span", { class: "score-bar", attributes: { "aria-hidden": "true" } }, bar),
      element("span", { class: "score-number", text: score }),
      element("span", { class: "role", text: texts.text(`role.${recall.role}`) }),
    ),
    element(
      "p",
      { class: "reasons" },
      element("bdi", { text: reasonTexts(recall, texts).join(" · ") }),
    ),
  );
}

function traceParts(trace: RecallTrace, texts: Texts): readonly Node[] {
  const used = trace.terms.filter((term) => term.used);
  const ignored = trace.terms.filter((term) => !term.used);
  const words = element("dl", { class: "understood" });
  const addRow = (title: string, items: readonly HTMLElement[]): void => {
    if (items.length === 0) return;
    words.append(element("dt", { text: title }), element("dd", {}, ...items));
  };
  const plain = (items: readonly string[]): readonly HTMLElement[] =>
    items.map((text) => element("bdi", { class: "term", text: oneLine(text) }));
  addRow(
    texts.text("looked.understood"),
    used.map(({ term, nChunks }) => {
      const places = texts.number(nChunks);
      return element("bdi", {
        class: "term",
        text: texts.text("looked.termPlaces", oneLine(term), places),
        attributes: { title: texts.text("looked.termHint", places) },
      });
    }),
  );
  addRow(texts.text("looked.identifiers"), plain(trace.identifiers));
  addRow(texts.text("looked.paths"), plain(trace.paths));
  addRow(texts.text("looked.literals"), plain(trace.literals));
  addRow(texts.text("looked.ignored"), plain(ignored.map(({ term }) => term)));
  if (trace.meaning !== undefined)
    addRow(texts.text("looked.meaning"), plain([meaningText(trace.meaning, texts)]));
  if (trace.reread !== undefined)
    addRow(texts.text("looked.reread"), plain([rereadText(trace.reread, texts)]));
  if (trace.evidence !== undefined) {
    const percent = texts.number(Math.round(100 * trace.evidence.probability));
    addRow(texts.text("looked.evidence"), plain([texts.text("looked.evidenceShare", percent)]));
  }
  const parts: Node[] = words.childElementCount > 0 ? [words] : [];
  if (trace.stages.length > 0) parts.push(...stageParts(trace.stages, texts));
  return parts;
}

function meaningText({ state, nEmbedded, nChunks }: MeaningTrace, texts: Texts): string {
  switch (state) {
    case "used":
      return texts.text("looked.meaningUsed", texts.number(nChunks));
    case "partly":
      return texts.text("looked.meaningPartly", texts.number(nEmbedded), texts.number(nChunks));
    case "notAsked":
      return texts.text("looked.meaningNotAsked");
    case "unavailable":
      return texts.text("looked.meaningUnavailable");
  }
}

function rereadText({ state, nPlaces }: RereadTrace, texts: Texts): string {
  switch (state) {
    case "used":
      return texts.plural("looked.places", nPlaces);
    case "late":
      return texts.text("looked.rereadLate");
    case "unavailable":
      return texts.text("looked.rereadUnavailable");
  }
}

function tierWords(turn: Turn, texts: Texts): readonly string[] {
  if (turn.tiers.length === 0) return [];
  const names = turn.tiers.map((tier) => texts.text(`tier.${tier}`)).join(", ");
  return [`${texts.text("looked.tiers")}: ${names}.`];
}

function coverageWords(coverage: Coverage, texts: Texts): readonly string[] {
  const { remembered, pending, filesSeen, skipped, failed } = coverage;
  const words =
    pending === 0
      ? texts.text("coverage.complete", texts.number(remembered))
      : texts.text(
          "coverage.pending",
          texts.number(remembered),
          texts.number(filesSeen),
          texts.number(pending),
        );
  const left = skipped + failed;
  return left === 0 ? [words] : [words, texts.text("coverage.left", texts.number(left))];
}

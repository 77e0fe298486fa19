import type { StageCandidate, StageTrace } from "../protocol/types.ts";
import { element } from "./element.ts";
import { reasonName } from "./reasonText.ts";
import { englishStrings, type StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** Returns the stages of a recall as a table, then for each that tells its candidates a list that opens. */
export function stageParts(stages: readonly StageTrace[], texts: Texts): readonly HTMLElement[] {
  return [
    stageTable(stages, texts),
    ...stages.flatMap((stage) =>
      stage.candidates === undefined ? [] : [candidateList(stage, stage.candidates, texts)],
    ),
  ];
}

function stageTable(stages: readonly StageTrace[], texts: Texts): HTMLElement {
  const head = (text: string): HTMLElement => element("th", { text, attributes: { scope: "col" } });
  const rows = stages.map(({ name, nCandidates, ms }) =>
    element(
      "tr",
      {},
      element("th", { text: stageName(name, texts), attributes: { scope: "row" } }),
      element("td", { text: texts.number(nCandidates) }),
      element("td", { text: texts.text("looked.milliseconds", texts.number(ms, ms < 10 ? 1 : 0)) }),
    ),
  );
  return element(
    "table",
    { class: "stages", attributes: { "aria-label": texts.text("looked.stages") } },
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        head(texts.text("looked.stage")),
        head(texts.text("looked.candidates")),
        head(texts.text("looked.time")),
      ),
    ),
    element("tbody", {}, ...rows),
  );
}

/** The element that opens and closes by itself is known to keyboards and screen readers. */
function candidateList(
  { name, nCandidates }: StageTrace,
  candidates: readonly StageCandidate[],
  texts: Texts,
): HTMLElement {
  const shown = texts.number(candidates.length);
  return element(
    "details",
    { class: "candidates" },
    element("summary", {
      text: texts.text(
        "looked.stageCandidates",
        stageName(name, texts),
        shown,
        texts.number(Math.max(nCandidates, candidates.length)),
      ),
    }),
    element("ol", {}, ...candidates.map((candidate) => candidateRow(candidate, texts))),
  );
}

function candidateRow(candidate: StageCandidate, texts: Texts): HTMLElement {
  const { score, parts = [], foundBy = [], dropped } = candidate;
  const notes = [
    texts.text("looked.score", texts.number(score, 3)),
    ...parts.filter(({ weight }) => weight > 0).map(({ kind }) => reasonName(kind, texts)),
    ...foundBy.map((way) => texts.text(`found.${way}`)),
    ...(dropped === undefined ? [] : [texts.text(`dropped.${dropped}`)]),
  ];
  return element(
    "li",
    dropped === undefined ? {} : { class: "dropped" },
    element("bdi", { class: "candidate-place", text: placeText(candidate) }),
    element("span", { class: "muted", text: ` · ${notes.join(" · ")}` }),
  );
}

function placeText({ path, lines }: StageCandidate): string {
  if (lines === undefined) return oneLine(path);
  const first = lines.startLine + 1;
  return `${oneLine(path)}:${first}${lines.endLine > first ? `–${lines.endLine}` : ""}`;
}

/** A newer server may have stages that this view has no words for. */
function stageName(name: string, texts: Texts): string {
  const key = `stage.${name}`;
  return isKey(key) ? texts.text(key) : oneLine(name);
}

function isKey(key: string): key is StringKey {
  return Object.hasOwn(englishStrings, key);
}

import type { AnswerPlan, FurtherLooks, Lookup, PlanPart } from "../protocol/plan.ts";
import type { Turn } from "../protocol/types.ts";
import { element, setText } from "./element.ts";
import { isStreaming } from "./state.ts";
import type { StringKey } from "./strings.ts";
import type { Texts } from "./texts.ts";
import { oneLine } from "./visibleText.ts";

/** How a deep question is looked for: open while that goes on, folded below its title afterwards. */
export interface PlanView {
  readonly root: HTMLElement;
  /** Shows the turn's plan, nothing when it has none. */
  update(turn: Turn): void;
}

/** Returns the view. */
export function createPlanView(texts: Texts): PlanView {
  const title = element("span");
  const budget = element("span", { class: "plan-budget muted" });
  const body = element("div", { class: "plan-body" });
  const root = element(
    "details",
    // The transcript is read aloud as it grows; this changes many times and would drown the answer.
    { class: "plan", attributes: { "aria-live": "off" } },
    element("summary", {}, title, " ", budget),
    body,
  );
  root.hidden = true;
  let shown: { readonly plan: unknown; readonly looks: unknown; readonly isWorking: boolean };
  let wasWorking = false;
  return {
    root,
    update: (turn) => {
      const { plan } = turn;
      const looks = turn.prose?.looks;
      root.hidden = plan === undefined && looks === undefined;
      if (root.hidden) return;
      const isWorking = isStreaming(turn);
      if (shown?.plan === plan && shown.looks === looks && shown.isWorking === isWorking) return;
      shown = { plan, looks, isWorking };
      setText(title, texts.text(isWorking ? "plan.working" : "plan.title"));
      setText(budget, budgetText(plan, looks, texts));
      body.replaceChildren(
        ...planParts(plan, turn.state === "streaming", texts),
        ...lookParts(looks, texts),
      );
      // What the reader opened or closed stays so but where the work begins and ends.
      if (isWorking !== wasWorking) root.open = isWorking;
      wasWorking = isWorking;
    },
  };
}

/** “round 2 of 4 · 3,100 of 12,000 tokens” */
function budgetText(
  plan: AnswerPlan | undefined,
  looks: FurtherLooks | undefined,
  texts: Texts,
): string {
  const counted = looks ?? plan;
  if (counted === undefined) return "";
  const { round, maxRounds } = counted;
  const ofRounds = texts.text("plan.round", texts.number(round), texts.number(maxRounds));
  if (looks === undefined) return ofRounds;
  const { nTokens, maxTokens } = looks;
  const ofTokens = texts.text("plan.tokens", texts.number(nTokens), texts.number(maxTokens));
  return `${ofRounds} · ${ofTokens}`;
}

function planParts(
  plan: AnswerPlan | undefined,
  isWorking: boolean,
  texts: Texts,
): readonly HTMLElement[] {
  if (plan === undefined) return [];
  const rows = plan.parts.map((part) =>
    element(
      "li",
      { class: "plan-part", attributes: { "data-state": part.state } },
      element("bdi", { text: oneLine(part.text) }),
      " ",
      element("span", { class: "muted", text: stateText(part, isWorking, texts) }),
    ),
  );
  const list = element(
    "ol",
    { class: "plan-list", attributes: { "aria-label": texts.text("plan.parts") } },
    ...rows,
  );
  if (plan.followed.length === 0) return [list];
  const names = plan.followed.map((name) => oneLine(name)).join(", ");
  return [list, element("p", { class: "note", text: texts.text("plan.followed", names) })];
}

function stateText({ state, nPlaces }: PlanPart, isWorking: boolean, texts: Texts): string {
  switch (state) {
    case "done":
      return texts.plural("plan.done", nPlaces);
    case "nothing":
      return texts.text("plan.nothing");
    case "waiting":
    case "looking":
      // The answer was stopped before it came to this part.
      return texts.text(isWorking ? `plan.${state}` : "plan.stopped");
  }
}

function lookParts(looks: FurtherLooks | undefined, texts: Texts): readonly HTMLElement[] {
  if (looks === undefined) return [];
  const rows = looks.lookups.map((lookup) =>
    element(
      "li",
      { class: "plan-look" },
      element("bdi", { text: askedText(lookup, texts) }),
      ` → ${texts.plural("plan.places", lookup.nPlaces, texts.number(lookup.nNew))}`,
    ),
  );
  const list = element(
    "ul",
    { class: "plan-list", attributes: { "aria-label": texts.text("plan.looks") } },
    ...rows,
  );
  const end = looks.end && endKeys[looks.end];
  return [
    ...(rows.length === 0 ? [] : [list]),
    ...(end === undefined ? [] : [element("p", { class: "note", text: texts.text(end) })]),
  ];
}

function askedText({ tool, about }: Lookup, texts: Texts): string {
  if (tool === undefined || about === "") return texts.text("plan.asked.unclear");
  return texts.text(`plan.asked.${tool}`, oneLine(about));
}

const endKeys: Readonly<Record<NonNullable<FurtherLooks["end"]>, StringKey | undefined>> = {
  answered: undefined,
  nothingNew: "plan.end.nothingNew",
  budget: "plan.end.budget",
  maxRounds: "plan.end.maxRounds",
};

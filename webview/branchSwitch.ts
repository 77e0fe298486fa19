import { element, setText } from "./element.ts";
import { iconButton } from "./iconButton.ts";
import type { Texts } from "./texts.ts";

/** `‹ 2/3 ›` beside a question that was asked more than once. */
export interface BranchSwitch {
  readonly root: HTMLElement;
  /** Hidden unless there are at least two. */
  update(turnId: string, questionIds: readonly string[] | undefined): void;
}

/** Returns the switch, hidden; `choose` gets the question to show. */
export function createBranchSwitch(texts: Texts, choose: (turnId: string) => void): BranchSwitch {
  let ids: readonly string[] = [];
  let at = 0;
  const step = (by: 1 | -1) => (): void => {
    const wanted = ids[at + by];
    if (wanted !== undefined) choose(wanted);
  };
  const older = iconButton("chevronLeft", texts.text("branch.older"), step(-1));
  const newer = iconButton("chevronRight", texts.text("branch.newer"), step(1));
  const place = element("span", { class: "branch-place", attributes: { "aria-hidden": "true" } });
  const words = element("span", { class: "visually-hidden" });
  const root = element("span", { class: "branch-switch" }, older, place, words, newer);
  root.hidden = true;
  return {
    root,
    update: (turnId, questionIds = []) => {
      ids = questionIds;
      at = questionIds.indexOf(turnId);
      root.hidden = questionIds.length < 2;
      older.disabled = at <= 0;
      newer.disabled = at >= questionIds.length - 1;
      const [number, count] = [texts.number(at + 1), texts.number(questionIds.length)];
      setText(place, `${number}/${count}`);
      setText(words, texts.text("branch.place", number, count));
    },
  };
}

import { element, setText } from "./element.ts";
import type { Texts } from "./texts.ts";

const tickMs = 1_000;
/** A shorter wait needs no number. */
const shownFromSeconds = 2;

/** Says that a language model is at work and, until its first words, for how long; a slow one may take minutes. */
export interface WaitingLine {
  readonly root: HTMLElement;
  /** `undefined` when nothing is waited for. */
  update(wait: { readonly model: string; readonly hasText: boolean } | undefined): void;
}

/** Returns a line that is not shown yet. */
export function createWaitingLine(texts: Texts): WaitingLine {
  const words = element("span", { class: "waiting-words" });
  // It changes each second, which nobody wants read aloud.
  const seconds = element("span", { class: "elapsed", attributes: { "aria-hidden": "true" } });
  const pulse = element("span", { class: "pulse", attributes: { "aria-hidden": "true" } });
  const root = element("p", { class: "working waiting" }, pulse, words, seconds);
  root.hidden = true;
  let timer: number | undefined;
  let sinceMs = 0;

  function tick(): void {
    const elapsed = Math.floor((performance.now() - sinceMs) / 1000);
    setText(
      seconds,
      elapsed < shownFromSeconds ? "" : texts.text("prose.waitingSeconds", texts.number(elapsed)),
    );
    // A view that was taken out of the page, with its conversation, waits for nothing.
    if (!root.isConnected && elapsed > 0) stop();
  }

  function stop(): void {
    window.clearInterval(timer);
    timer = undefined;
    setText(seconds, "");
  }

  return {
    root,
    update: (wait) => {
      root.hidden = wait === undefined;
      const isWaiting = wait !== undefined && !wait.hasText;
      setText(words, isWaiting ? texts.text("prose.waiting", wait.model) : "");
      if (!isWaiting) stop();
      else if (timer === undefined) {
        sinceMs = performance.now();
        timer = window.setInterval(tick, tickMs);
      }
    },
  };
}

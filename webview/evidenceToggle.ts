import { element } from "./element.ts";
import { icon } from "./icons.ts";
import type { Texts } from "./texts.ts";

/** What is to be seen of an answer that a language model wrote over. */
export interface EvidenceToggle {
  /** Folds and unfolds the evidence below what the model wrote. */
  readonly disclosure: HTMLElement;
  /** Hides what the model wrote, so that the evidence alone is left, and shows it again. */
  readonly only: HTMLElement;
  /** `hasText`: the model wrote something. `failed`: it did not come to its end. */
  update(prose: { readonly hasText: boolean; readonly failed: boolean }): void;
}

/**
 * Returns the two buttons over `written` and `evidence`. The evidence stays open until there is something else to
 * read, opens again when the model fails, and otherwise is as the reader left it.
 */
export function createEvidenceToggle(
  written: HTMLElement,
  evidence: HTMLElement,
  texts: Texts,
): EvidenceToggle {
  let isOpen = true;
  let isOnly = false;
  /** What was told last, so that only a change of it moves what the reader sees. */
  let told = { hasText: false, failed: false };
  const disclosure = element(
    "button",
    {
      class: "disclosure",
      attributes: { type: "button", "aria-controls": evidence.id },
      on: {
        click: () => {
          isOpen = !isOpen;
          show();
        },
      },
    },
    icon("chevronRight"),
    element("span", { text: texts.text("prose.evidence") }),
  );
  const only = element("button", {
    class: "toggle",
    text: texts.text("prose.evidenceOnly"),
    attributes: { type: "button" },
    on: {
      click: () => {
        isOnly = !isOnly;
        show();
      },
    },
  });

  function show(): void {
    written.hidden = isOnly;
    evidence.hidden = !isOpen && !isOnly;
    disclosure.hidden = isOnly;
    disclosure.setAttribute("aria-expanded", String(isOpen));
    only.setAttribute("aria-pressed", String(isOnly));
  }
  show();

  return {
    disclosure,
    only,
    update: (prose) => {
      const { hasText, failed } = prose;
      if (hasText === told.hasText && failed === told.failed) return;
      told = prose;
      isOpen = !hasText || failed;
      if (!hasText) isOnly = false;
      show();
    },
  };
}

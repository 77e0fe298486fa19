/** Text that rests this long is passed on as the draft. */
const draftDelayMs = 300;

/** Passes on what was typed and not sent. */
export interface DraftWatch {
  /** The text changed; it is passed on once it rests. */
  changed(): void;
  /** Passes the text on now, unless it was already. */
  flush(): void;
  /** This text came from outside and need not be passed on. */
  known(text: string): void;
}

/** Watches a field; a field or a page that is left passes its text on at once. */
export function createDraftWatch(
  field: HTMLTextAreaElement,
  pass: (text: string) => void,
): DraftWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let passed = "";
  const flush = (): void => {
    clearTimeout(timer);
    if (field.value === passed) return;
    passed = field.value;
    pass(passed);
  };
  field.addEventListener("blur", flush);
  document.addEventListener("visibilitychange", flush);
  window.addEventListener("pagehide", flush);
  return {
    flush,
    changed: () => {
      clearTimeout(timer);
      timer = setTimeout(flush, draftDelayMs);
    },
    known: (text) => {
      passed = text;
    },
  };
}

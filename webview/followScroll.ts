/** What the view keeps in sight while text comes in. */
type Following =
  /** The latest question stays at the top once its answer fills the view, so that reading starts where the answer does. */
  | "question"
  /** The end, because the user went there. */
  | "end"
  /** Nothing: the user reads somewhere else. */
  | "nothing";

/** Where a list was left. */
export interface ListPosition {
  readonly top: number;
  /** True when the end was in sight. */
  readonly atEnd: boolean;
}

/** Keeps a list scrolled while it grows. */
export interface FollowScroll {
  /** The list was filled anew or a question was added: show the latest question and its answer. */
  showLatest(): void;
  /** Goes to the end and stays there. */
  showEnd(): void;
  /** Goes back to where the list was left. */
  restore(position: ListPosition): void;
  /** Lets `change` put something in above what is in sight, which stays where it is. */
  keepSight(change: () => void): void;
  /** Lets `change` put something in or take it out below what the user just pressed, which stays where it is. */
  keepTop(change: () => void): void;
  /** True when the user reads somewhere else than where the latest text is. */
  isReading(): boolean;
  /** The list may have grown. */
  grown(): void;
}

/** How near to the end counts as there, in pixels. */
const endMargin = 24;

/**
 * Returns the keeper of a list's scroll position. `latest` finds the latest question in it; `moved` is told
 * each new position and whether the end is out of sight.
 */
export function createFollowScroll(
  list: HTMLElement,
  latest: () => HTMLElement | undefined,
  moved: (position: ListPosition) => void,
): FollowScroll {
  let following: Following = "question";
  /** How the list was after it was last put somewhere or scrolled. */
  let known = { top: 0, height: 0, viewHeight: 0 };

  const endTop = (): number => Math.max(0, list.scrollHeight - list.clientHeight);
  const isAtEnd = (): boolean => list.scrollTop >= endTop() - endMargin;

  function note(): void {
    known = { top: list.scrollTop, height: list.scrollHeight, viewHeight: list.clientHeight };
    moved({ top: known.top, atEnd: isAtEnd() });
  }

  function put(top: number): void {
    list.scrollTop = top;
    note();
  }

  /** The list stands elsewhere than it was put: the user did it, unless the browser had to for want of text below. */
  function noticeUser(): void {
    const { scrollTop: top, scrollHeight: height, clientHeight: viewHeight } = list;
    if (Math.abs(top - known.top) <= 1) return;
    const sameSize = height === known.height && viewHeight === known.viewHeight;
    const newEnd = Math.min(height, known.height) - viewHeight;
    if (!sameSize && top < known.top && Math.abs(top - newEnd) <= 1) return;
    // Text that came in since does not count: who was at the end is still there.
    following = top >= known.height - viewHeight - endMargin ? "end" : "nothing";
  }

  function grown(): void {
    noticeUser();
    if (following === "end") put(endTop());
    else if (following === "question") put(Math.min(endTop(), latest()?.offsetTop ?? Infinity));
    else note();
  }

  list.addEventListener(
    "scroll",
    () => {
      noticeUser();
      note();
    },
    { passive: true },
  );
  // The view also gets narrower, and the question field grows.
  new ResizeObserver(grown).observe(list);

  return {
    showLatest: () => {
      note();
      following = "question";
      grown();
    },
    showEnd: () => {
      following = "end";
      put(endTop());
    },
    restore: ({ top, atEnd }) => {
      following = atEnd ? "end" : "nothing";
      put(atEnd ? endTop() : top);
    },
    keepSight: (change) => {
      const { scrollTop, scrollHeight } = list;
      following = "nothing";
      change();
      put(scrollTop + list.scrollHeight - scrollHeight);
    },
    keepTop: (change) => {
      const { scrollTop } = list;
      following = "nothing";
      change();
      put(scrollTop);
    },
    isReading: () => {
      noticeUser();
      return following === "nothing";
    },
    grown,
  };
}

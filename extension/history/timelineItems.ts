import type { TimelineEvent } from "../../protocol/timeline.ts";
import { pickLabel } from "../displayText.ts";
import type { Translate } from "../wording.ts";

/** An event as a line of a list. */
export interface TimelineItem {
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  readonly event: TimelineEvent;
}

/** Returns events as lines of a list, in order. What others wrote draws no icon and acts nowhere. */
export function timelineItems(
  events: readonly TimelineEvent[],
  language: string,
  t: Translate,
): TimelineItem[] {
  const time = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
  return events.map((event) => ({
    ...wordsOf(event, t),
    description: `${kindText(event, t)} · ${time.format(event.atMs)}`,
    event,
  }));
}

function wordsOf(event: TimelineEvent, t: Translate): Pick<TimelineItem, "label" | "detail"> {
  switch (event.kind) {
    case "commit": {
      const { subject, author, hash } = event.commit;
      return {
        label: pickLabel(subject),
        detail: pickLabel(`${hash.slice(0, 10)} ${author}`, 200),
      };
    }
    case "edit": {
      const { path, definitions } = event.edit;
      const names = definitions.map(({ name }) => name).join(", ");
      return {
        label: pickLabel(path),
        ...(names === "" ? {} : { detail: pickLabel(t("in {0}", names), 200) }),
      };
    }
    case "turn":
    case "note":
      return { label: pickLabel(event.text) };
  }
}

function kindText(event: TimelineEvent, t: Translate): string {
  switch (event.kind) {
    case "commit":
      return t("commit");
    case "turn":
      return t("question");
    case "note":
      return t("note");
    case "edit":
      switch (event.edit.change) {
        case "created":
          return t("file created");
        case "deleted":
          return t("file deleted");
        case "changed":
          return t("file edited");
      }
  }
}

/** What is said of a tool's call before it runs, and how its input is fitted to what the model has room for. */
import { oneLine } from "../displayText.ts";
import type { Translate } from "../wording.ts";

/** What the user is told while a tool runs, and asked before one that changes the memory. */
export interface ToolAnnouncement {
  readonly running: string;
  readonly ask?: {
    readonly title: string;
    /** Said above `text`. */
    readonly question: string;
    /** The model's own words, or a note's; show them as they are. */
    readonly text: string;
  };
}

/** `name` is the tool's, as the server knows it; `note` the words of the note that it is to delete, where they are known. */
export function announce(
  name: string,
  input: unknown,
  t: Translate,
  note?: string,
): ToolAnnouncement {
  switch (name) {
    case "search_memory":
      return { running: t("Searching the memory") };
    case "read_memory":
      return { running: t("Reading remembered code") };
    case "find_usages":
      return { running: t("Looking for usages") };
    case "what_changed":
      return { running: t("Looking at what changed") };
    case "recall_notes":
      return { running: t("Recalling notes") };
    case "remember":
      return {
        running: t("Remembering"),
        ask: {
          title: t("Remember this?"),
          question: t("Lore keeps this sentence for later questions, yours and those of agents:"),
          text: wordOf(input, "text"),
        },
      };
    case "forget_note":
      return {
        running: t("Forgetting a note"),
        ask: {
          title: t("Forget a note?"),
          ...(note === undefined
            ? {
                question: t("Lore deletes this note for good. Its id is:"),
                text: wordOf(input, "id"),
              }
            : {
                question: t(
                  "Lore deletes this note for good, with the older versions that it replaced:",
                ),
                text: oneLine(note, maxShownLength),
              }),
        },
      };
    default:
      return { running: t("Asking the memory") };
  }
}

/** As long as a note may be, in UTF-16 units: what is agreed to is to be seen whole. */
export const maxShownLength = 10_000;

/** Returns a field of a tool's input; `""` when it is no text. */
export function wordOf(input: unknown, field: string): string {
  const value: unknown =
    typeof input === "object" && input !== null ? Reflect.get(input, field) : "";
  return typeof value === "string" ? value : "";
}

const minTokens = 200;
const maxTokens = 20_000;

/** Returns the input with a budget that is no larger than what the model has room for; input without room for one stays. */
export function withinRoom(
  input: unknown,
  takesBudget: boolean,
  room: number | undefined,
): unknown {
  if (!takesBudget || room === undefined || typeof input !== "object" || input === null)
    return input;
  const wanted: unknown = Reflect.get(input, "maxTokens");
  const budget = Math.floor(Math.min(maxTokens, Math.max(minTokens, room)));
  return typeof wanted === "number" && wanted <= budget ? input : cut(input, wanted, budget);
}

/** Without a wish of the model's the server's own budget holds, unless there is less room than that. */
function cut(input: object, wanted: unknown, budget: number): unknown {
  return wanted === undefined && budget >= defaultTokens ? input : { ...input, maxTokens: budget };
}
const defaultTokens = 1_500;

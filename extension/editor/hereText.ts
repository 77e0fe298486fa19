/** What is remembered of a definition, in words. */
import type { PastResult } from "../../protocol/history.ts";
import type { Note } from "../../protocol/notes.ts";
import type { OutlinedDefinition, UsesResult } from "../../protocol/outline.ts";
import { ageText } from "../ageText.ts";
import { markdownLine, oneLine } from "../displayText.ts";
import type { Wording } from "../wording.ts";

/** What the memory knows about a definition. */
export interface Remembered {
  readonly definition: OutlinedDefinition;
  readonly uses: UsesResult;
  readonly past: PastResult;
  /** Notes that cite the definition or name it. */
  readonly notes: readonly Note[];
}

const maxShown = 5;
const maxTextLength = 200;
const maxLabelLength = 120;

/** Returns the paragraphs of a hover, in markdown; what others wrote shows as itself. */
export function hereParagraphs(remembered: Remembered, wording: Wording, nowMs: number): string[] {
  const { definition, notes } = remembered;
  const { t } = wording;
  return [
    `**${markdownLine(definition.name, maxLabelLength)}** — ${usesText(remembered.uses, wording)}`,
    ...remembered.uses.uses
      .slice(0, maxShown)
      .map(({ citation, holder }) =>
        listItem(
          holder === undefined
            ? `${citation.path}:${citation.range.start.line + 1}`
            : t("{0} in {1}", holder, `${citation.path}:${citation.range.start.line + 1}`),
        ),
      ),
    ...notes.slice(0, maxShown).map((note) => `${t("Note")}: ${noteText(note, wording)}`),
    markdownLine(
      changeText(remembered.past, wording, nowMs) ?? t("Its history is not in memory."),
      maxTextLength,
    ),
  ];
}

/** “12 uses”, “at least 12 uses”, by name. */
export function usesText({ nUses, isWhole }: UsesResult, { t, count }: Wording): string {
  if (!isWhole) return t("at least {0} uses", count(nUses));
  return nUses === 1 ? t("1 use") : t("{0} uses", count(nUses));
}

/** When the newest commit that touched it was made, and by whom, as plain text; `undefined` when the history has none. */
export function changeText(
  past: PastResult,
  { t, language }: Wording,
  nowMs: number,
): string | undefined {
  const [newest] = past.kind === "past" ? past.events : [];
  if (newest === undefined) return undefined;
  const { authoredMs, author } = newest.commit;
  return t(
    "last changed {0} by {1}",
    ageText(authoredMs, nowMs, language),
    oneLine(author, maxLabelLength),
  );
}

function noteText({ text, health }: Note, { t }: Wording): string {
  const said = markdownLine(text, maxTextLength);
  return health === "ok"
    ? said
    : `${said} (${t("needs check: the code that it cites has changed")})`;
}

function listItem(text: string): string {
  return `- ${markdownLine(text, maxTextLength)}`;
}

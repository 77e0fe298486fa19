/** A conversation as a document of markdown, each citation with what became of it. */
import type { Prose } from "../../protocol/prose.ts";
import type { Citation, CitationCheck, Turn } from "../../protocol/types.ts";
import { englishStrings } from "../../webview/strings.ts";
import { markdownLine } from "../displayText.ts";
import { endText, markText, supportText } from "../proseTexts.ts";
import type { Translate } from "../wording.ts";

/** A turn with one check for each of its citations, in order, and for those of what a language model wrote over it. */
export interface CheckedTurn {
  readonly turn: Turn;
  readonly checks: readonly CitationCheck[];
  readonly proseChecks: readonly CitationCheck[];
}

/**
 * Returns the document. What the user asked and what files are called is text, whatever it holds; answers are markdown
 * already. What a language model wrote stands above the answer that it was written over, with its name, and each sentence
 * that is not supported says so in words. Citations are numbered for each answer and listed below it with their lines, the
 * commit or the hash of the text, and whether that still stands there.
 */
export function conversationMarkdown(
  title: string,
  turns: readonly CheckedTurn[],
  t: Translate,
): string {
  const parts = turns.flatMap(({ turn, checks, proseChecks }) => {
    const { role, text, createdMs, citations, prose } = turn;
    if (role === "user")
      return [`## ${plain(firstLine(text))}`, `*${timeText(createdMs)}*`, quoted(text)];
    const answer = [answerText(text, citations), ...sources(citations, checks, t)];
    return prose === undefined ? answer : [...proseParts(prose, proseChecks, t), ...answer];
  });
  return `${[`# ${plain(title)}`, ...parts.filter((part) => part !== "")].join("\n\n")}\n`;
}

/** What a language model wrote, from whom, and how far it is supported. The last part is the heading of its evidence. */
function proseParts(prose: Prose, checks: readonly CitationCheck[], t: Translate): string[] {
  const { markdown, citations, marks, model } = prose;
  const isWritten = markdown.trim() !== "";
  const support = isWritten ? supportText(prose, t, String) : "";
  const end = endText(prose, t);
  return [
    ...(isWritten
      ? [
          `*${t(englishStrings["prose.by"], markdownLine(model))}*`,
          answerText(markdown, citations, (n) => {
            const mark = marks[n];
            return mark === undefined ? "" : ` *(${markText(mark, t)})*`;
          }),
        ]
      : []),
    ...[support, end].filter((text) => text !== "").map((text) => `*${text}*`),
    ...(isWritten ? sources(citations, checks, t) : []),
    `### ${t(englishStrings["prose.evidence"])}`,
  ];
}

/**
 * The answer's own markdown with numbers for its links, and without the marks that only Lore reads. A language model may
 * have written it, so that nothing else of it is a link, an image or HTML. `markOf` says in markdown what a mark means.
 */
function answerText(
  text: string,
  citations: readonly Citation[],
  markOf?: (n: number) => string,
): string {
  const numbered = text
    .replace(
      /\[((?:`+[^`\n]*`+|\\.|[^\]`\n\\])*)\]\(#(cite-(\d+)|turn-[^)\s]*)\)/g,
      (link, label: string, _address, index: string | undefined) => {
        if (index === undefined) return label;
        return citations[Number(index)] === undefined ? link : `${label} [${Number(index) + 1}]`;
      },
    )
    .replace(/^(\s*(?:`{3,}|~{3,})[^\s`{]*) *\{[^}\n]*\}\s*$/gm, "$1")
    .trim();
  return numbered
    .split(codeOf)
    .map((part, idx) => (idx % 2 === 1 ? part : proseOf(part, markOf)))
    .join("");
}

/** Text between code. */
function proseOf(markdown: string, markOf?: (n: number) => string): string {
  if (markOf === undefined) return inert(markdown);
  return markdown
    .split(/\[\*\]\(#mark-(\d+)\)/)
    .map((piece, idx) => (idx % 2 === 1 ? markOf(Number(piece)) : inert(piece)))
    .join("");
}

/** Blocks and spans of code, in which nothing acts. */
const codeOf = /(^ {0,3}(?:`{3,}|~{3,})[^]*?^ {0,3}(?:`{3,}|~{3,}) *$|`[^`\n]+`)/m;

function inert(markdown: string): string {
  return markdown.replace(/\\.|[<!]|\]\(|\]:|\]\[|:\/\/|@|www\./g, (mark) => {
    if (mark.startsWith("\\")) return mark;
    if (mark === "www.") return "www\\.";
    return mark.length === 1 ? `\\${mark}` : `${mark[0]}\\${mark.slice(1)}`;
  });
}

function sources(
  citations: readonly Citation[],
  checks: readonly CitationCheck[],
  t: Translate,
): string[] {
  if (citations.length === 0) return [];
  const lines = citations.map((citation, idx) => {
    const check = checks[idx];
    const at =
      citation.commit === undefined
        ? t("text {0}", citation.contentHash)
        : t("commit {0}", citation.commit.slice(0, 12));
    return `${idx + 1}. ${code(place(citation))} (${at})${stateOf(check, t)}`;
  });
  return [`**${t("Sources")}**`, lines.join("\n")];
}

function stateOf(check: CitationCheck | undefined, t: Translate): string {
  switch (check?.kind) {
    case "current":
      return "";
    case "moved":
      return ` — ${t("now at {0}", code(place(check.citation)))}`;
    case "stale":
      return ` — **${t("has changed since")}**`;
    case "gone":
      return ` — **${t("no longer there")}**`;
    case undefined:
      return ` — ${t("not checked")}`;
  }
}

/** `src/a.ts:12-40`, one-based and with the last line. */
function place({ path, range }: Citation): string {
  const first = range.start.line + 1;
  const last = Math.max(first, range.end.character === 0 ? range.end.line : range.end.line + 1);
  return `${path}:${first === last ? first : `${first}-${last}`}`;
}

/** To the minute, in UTC: a file is read elsewhere. */
function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

function firstLine(text: string): string {
  const line = text.split("\n").find((each) => each.trim() !== "") ?? "";
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

/** The rest of a question, which does not fit into its heading. */
function quoted(text: string): string {
  if (text.trim() === firstLine(text).trim()) return "";
  return text
    .trim()
    .split("\n")
    .map((line) => `> ${plain(line)}`)
    .join("\n");
}

/** Controls, and marks that reorder what stands around them. */
const invisible = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/gu;

/** Text that shows as itself. */
function plain(text: string): string {
  return text
    .replace(invisible, " ")
    .replace(/[\\`*_[\]<>&~|$@^#{}!]|:(?=\S)/g, "\\$&")
    .trim();
}

function code(text: string): string {
  const line = text.replace(invisible, " ");
  const ticks = "`".repeat(Math.max(0, ...(line.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  return line.includes("`") ? `${ticks} ${line} ${ticks}` : `\`${line}\``;
}

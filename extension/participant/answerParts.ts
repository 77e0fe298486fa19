/** Takes an answer's markdown apart, so that the editor's own chat can show its citations as places of its own. */

/** A part of an answer, in order. What is put together of `markdown` is the answer without its citations. */
export type AnswerPart =
  | { readonly kind: "text"; readonly markdown: string }
  /** A link to the citation of this number; `label` is plain text. */
  | { readonly kind: "citation"; readonly index: number; readonly label: string }
  /** A mark behind a sentence, see `protocol/prose.ts`. */
  | { readonly kind: "mark"; readonly index: number }
  /** A fenced block of code; `citation` is the number of the citation that it quotes. */
  | { readonly kind: "code"; readonly markdown: string; readonly citation: number | undefined };

/**
 * Returns the parts of an answer as `Answer.markdown` has it. A link to a turn becomes its label. What looks like a link
 * inside of code is code.
 */
export function answerParts(markdown: string): AnswerPart[] {
  const parts: AnswerPart[] = [];
  let text = "";
  const flush = (): void => {
    parts.push(...inlineParts(text));
    text = "";
  };
  const lines = markdown.split(/(?<=\n)/);
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] as string;
    const fence = /^(`{3,})([^`\n]*)\n$/.exec(line);
    if (fence === null) {
      text += line;
      continue;
    }
    const [, ticks = "", info = ""] = fence;
    const end = lines.findIndex((each, n) => n > i && each.trimEnd() === ticks);
    const block = lines.slice(i + 1, end === -1 ? lines.length : end).join("");
    flush();
    const citation = /\bcite=(\d{1,6})\b/.exec(info)?.[1];
    parts.push({
      kind: "code",
      markdown: `${ticks}${info.trim().split(" ")[0] ?? ""}\n${block}${block.endsWith("\n") ? "" : "\n"}${ticks}\n`,
      citation: citation === undefined ? undefined : Number(citation),
    });
    i = end === -1 ? lines.length : end;
  }
  flush();
  return parts;
}

function inlineParts(markdown: string): AnswerPart[] {
  const parts: AnswerPart[] = [];
  let from = 0;
  let at = 0;
  const push = (end: number): void => {
    if (end > from) parts.push({ kind: "text", markdown: markdown.slice(from, end) });
  };
  while (at < markdown.length) {
    const char = markdown[at];
    if (char === "\\") at += 2;
    else if (char === "`") at = afterCode(markdown, at);
    else if (char === "[") {
      const link = linkAt(markdown, at);
      if (link === undefined) at++;
      else {
        push(at);
        parts.push(link.part);
        at = from = link.end;
      }
    } else at++;
  }
  push(markdown.length);
  return parts;
}

/** Where a code span that begins here ends; after its first backticks when it never does. */
function afterCode(markdown: string, at: number): number {
  const ticks = (/`+/y.exec(markdown.slice(at)) ?? ["`"])[0];
  const body = at + ticks.length;
  for (const run of markdown.slice(body).matchAll(/`+/g))
    if (run[0].length === ticks.length) return body + run.index + ticks.length;
  return body;
}

function linkAt(markdown: string, at: number): { part: AnswerPart; end: number } | undefined {
  const close = labelEnd(markdown, at + 1);
  if (close === undefined) return undefined;
  const target = /\]\(#(cite|mark|turn)-([\w/-]{1,210})\)/y;
  target.lastIndex = close;
  const [whole, kind, id = ""] = target.exec(markdown) ?? [];
  if (whole === undefined) return undefined;
  const end = close + whole.length;
  const label = markdown.slice(at + 1, close);
  if (kind === "turn") return { part: { kind: "text", markdown: label }, end };
  if (!/^\d{1,6}$/.test(id)) return undefined;
  const index = Number(id);
  return kind === "mark"
    ? { part: { kind: "mark", index }, end }
    : { part: { kind: "citation", index, label: plainLabel(label) }, end };
}

/** Where the label that begins here ends, on its own line. */
function labelEnd(markdown: string, start: number): number | undefined {
  for (let at = start; at < markdown.length;) {
    const char = markdown[at];
    if (char === "]") return at;
    if (char === "\n" || char === "[") return undefined;
    if (char === "\\") at += 2;
    else if (char === "`") at = afterCode(markdown, at);
    else at++;
  }
  return undefined;
}

/** The text that a label shows: without the marks of a code span and without escapes. */
function plainLabel(label: string): string {
  const code = /^(`+) ?(.*?) ?\1$/s.exec(label);
  return code?.[2] ?? label.replace(/\\([!-/:-@[-`{-~])/g, "$1");
}

import { answerParts } from "./answerParts.ts";

/** Returns an answer as markdown without links: each citation is the place that its label names, as code. */
export function plainAnswer(markdown: string): string {
  return answerParts(markdown)
    .map((part) => {
      switch (part.kind) {
        case "text":
        case "code":
          return part.markdown;
        case "citation":
          return codeSpan(part.label);
        case "mark":
          return "";
      }
    })
    .join("");
}

/** Returns a code span that shows the text on one line. */
export function codeSpan(text: string): string {
  const line = text.replace(/\s+/g, " ");
  const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const ticks = "`".repeat(longest + 1);
  return longest > 0 ? `${ticks} ${line} ${ticks}` : `${ticks}${line}${ticks}`;
}

import type { SelfTestResult, SelfTestScore } from "../../protocol/deepMemory.ts";
import { oneLine } from "../displayText.ts";
import { contentPolicy, escaped } from "../webviewPage.ts";
import type { Wording } from "../wording.ts";
import { retentionCurve } from "./retentionCurve.ts";

/** What the page loads and shows. */
export interface SelfTestPageParts {
  /** The webview's own origin. */
  readonly cspSource: string;
  readonly styleUri: string;
  /** BCP 47 tag of the user's language. */
  readonly language: string;
  readonly result: SelfTestResult;
  /** Tokens that were to be streamed. */
  readonly tokens: number;
}

/** The result of a self-test as a page without any script: the curve, the same as a table, the controls and the costs. */
export function selfTestPage(parts: SelfTestPageParts, wording: Wording): string {
  const { cspSource, styleUri, language, result, tokens } = parts;
  const { t, count } = wording;
  const text = (sentence: string): string => escaped(sentence);
  const title = text(t("How Well Lore Remembers"));
  return `<!DOCTYPE html>
<html lang="${escaped(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escaped(contentPolicy(cspSource, undefined))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${escaped(styleUri)}">
<title>${title}</title>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text(t("Lore told facts to a copy of its deep memory, read code of this workspace past them, and asked for them again. The copy is deleted; the memory itself is as it was."))}</p>
${shortage(result, tokens, wording)}
<figure>
${retentionCurve(result, wording)}
<figcaption>${text(t("Solid: part of the facts that were told exactly, with 95 % intervals. Dashed: the best of the controls, which cannot know the answers."))}</figcaption>
</figure>
${table(
  t("By distance"),
  t("Tokens between"),
  result.points.map((point) => ({ name: count(point.distance), score: point })),
  wording,
)}
${table(
  t("Controls: the same questions, asked in ways that cannot know the answer"),
  t("Control"),
  [
    { name: t("without memory"), score: result.controls.noMemory },
    { name: t("with another memory"), score: result.controls.otherMemory },
    { name: t("with blocks drawn by lot"), score: result.controls.random },
  ],
  wording,
)}
<h2>${text(t("What it costs"))}</h2>
<ul>
${costs(result, wording)
  .map((sentence) => `<li>${text(sentence)}</li>`)
  .join("\n")}
</ul>
</main>
</body>
</html>
`;
}

function shortage({ tokensStreamed }: SelfTestResult, tokens: number, wording: Wording): string {
  if (tokensStreamed >= tokens) return "";
  const { t, count } = wording;
  const sentence = t(
    "The workspace holds only {0} tokens of code, so nothing was asked beyond that: code is never repeated.",
    count(tokensStreamed),
  );
  return `<p class="note">${escaped(sentence)}</p>`;
}

function costs(result: SelfTestResult, { t, count, size }: Wording): string[] {
  const { latencyMs, ramBytes, diskBytes, tookMs, tokensStreamed, model } = result;
  return [
    t("One question: {0} ms, 95 % within {1} ms", count(latencyMs.p50), count(latencyMs.p95)),
    t("Memory of the server: {0}", size(ramBytes)),
    t("Disk for {0} tokens: {1}", count(tokensStreamed), size(diskBytes)),
    t("Time of the whole test: {0} s", count(tookMs / 1_000)),
    t("Model: {0}", oneLine(model, 100)),
  ];
}

interface Row {
  readonly name: string;
  readonly score: SelfTestScore;
}

function table(caption: string, what: string, rows: readonly Row[], wording: Wording): string {
  const { t, count } = wording;
  const heads = [what, t("Told exactly"), t("95 % interval"), t("Questions")];
  return [
    "<table>",
    `<caption>${escaped(caption)}</caption>`,
    `<thead><tr>${heads.map((head) => `<th scope="col">${escaped(head)}</th>`).join("")}</tr></thead>`,
    "<tbody>",
    ...rows.map(({ name, score: { accuracy, low, high, nAsked } }) => {
      const interval = `${percent(low)} – ${percent(high)}`;
      const cells = [percent(accuracy), interval, count(nAsked)];
      return `<tr><th scope="row">${escaped(name)}</th>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`;
    }),
    "</tbody>",
    "</table>",
  ].join("\n");
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

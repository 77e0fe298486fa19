import type { ShownPicture } from "../../protocol/pictureMessages.ts";
import { button, line, section, type Surroundings } from "./parts.ts";
import { table, type Row } from "./table.ts";
import { shownText } from "./words.ts";

/** What is current and what is not, and why. */
export function healthSection(
  { picture, deepSentence, reasons }: ShownPicture,
  { texts, post }: Surroundings,
): HTMLElement {
  const { health, notes, history, deep } = picture;
  const row = (name: string, n: number, kind?: string): Row => ({
    cells: [name, texts.number(n)],
    ...(kind === undefined ? {} : { class: kind }),
  });
  const rows = [
    row(texts.text("health.remembered"), health.nRemembered),
    row(texts.text("health.bySyntax"), health.nBySyntax, "part"),
    row(texts.text("health.byLines"), health.nByLines, "part"),
    row(texts.text("health.toRefine"), health.nToRefine, "part"),
    row(texts.text("health.waiting"), health.nWaiting),
    ...health.problems.map(({ outcome, reason, nFiles }) =>
      row(texts.text(`health.${outcome}`, shownText(reasons[reason] ?? reason)), nFiles),
    ),
    row(texts.text("health.needsCheck"), notes.health.needsCheck),
    row(texts.text("health.gone"), notes.health.gone),
    row(texts.text("health.commits"), history.status.nWithoutSymbols),
    ...(deep === undefined
      ? []
      : [
          row(texts.text("health.deepWaiting"), deep.status.filesToEncode),
          row(texts.text("health.deepLeftOut"), deep.status.filesLeftOut),
        ]),
  ];
  const columns = [{ title: texts.text("state") }, { title: texts.text("count"), isNumber: true }];
  return section(
    "health",
    texts.text("health"),
    deepSentence === "" ? undefined : line(deepSentence),
    table(texts.text("healthCaption"), columns, rows, texts),
    button(
      "status",
      texts.text("showStatus"),
      () => post({ type: "command", command: "showStatus" }),
      { kind: "button secondary" },
    ),
  );
}

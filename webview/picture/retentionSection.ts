import type { KeptSelfTest } from "../../protocol/picture.ts";
import { retentionShape } from "../retentionShape.ts";
import { element } from "../element.ts";
import { draw } from "./draw.ts";
import { button, figure, line, section, type Surroundings } from "./parts.ts";
import { table } from "./table.ts";

/** The curve of the last self-test; where there is none, the way to one. */
export function retentionSection(
  kept: KeptSelfTest | undefined,
  atMs: number,
  { texts, post }: Surroundings,
): HTMLElement {
  const title = texts.text("retention");
  const measure = button(
    "measure",
    texts.text(kept === undefined ? "measure" : "measureAgain"),
    () => post({ type: "command", command: "selfTest" }),
    { kind: kept === undefined ? "button" : "button secondary" },
  );
  if (kept === undefined)
    return section("retention", title, line(texts.text("notMeasured")), measure);
  const percent = (part: number): string => texts.text("percent", texts.number(100 * part, 1));
  const rows = kept.result.points.map(({ distance, accuracy, low, high, nAsked }) => ({
    cells: [
      texts.number(distance),
      percent(accuracy),
      `${percent(low)} – ${percent(high)}`,
      texts.number(nAsked),
    ],
  }));
  const columns = (["distance", "toldExactly", "interval", "questions"] as const).map((key) => ({
    title: texts.text(key),
    isNumber: true,
  }));
  return section(
    "retention",
    title,
    element(
      "div",
      { class: "pair" },
      figure(
        draw(retentionShape(kept.result, { axis: texts.text("retentionAxis") })),
        texts.text("retentionDrawing", texts.ago(kept.atMs, atMs)),
      ),
      table(texts.text("retentionCaption"), columns, rows, texts),
    ),
    measure,
  );
}

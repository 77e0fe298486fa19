import { ageSteps, type AgeCounts } from "../../protocol/picture.ts";
import type { SvgShape } from "../svgShape.ts";
import { draw } from "./draw.ts";
import { figure, section, type Surroundings } from "./parts.ts";
import type { PictureKey } from "./strings.ts";
import { table } from "./table.ts";

const kinds = ["files", "commits", "conversations", "notes"] as const;
const width = 880;
const rowHeight = 60;
const barSpace = 34;
const left = 150;
const top = 20;

/** How old what is remembered is: small columns for each kind, and the same as a table. */
export function ageSection(ages: AgeCounts, { texts }: Surroundings): HTMLElement {
  const steps = [...ageSteps.keys(), ageSteps.length].map((idx) => stepKey(idx));
  const columns = [
    { title: texts.text("age") },
    ...kinds.map((kind) => ({ title: texts.text(`kind.${kind}`), isNumber: true })),
  ];
  const rows = steps.map((key, idx) => ({
    cells: [
      texts.text(`age.${key}` as PictureKey),
      ...kinds.map((kind) => texts.number(ages[kind][idx] ?? 0)),
    ],
  }));
  const names = steps.map((key) => texts.text(`ageShort.${key}` as PictureKey));
  const drawn = kinds.map((kind) => ({
    name: texts.text(`kind.${kind}`),
    counts: ages[kind],
  }));
  return section(
    "ages",
    texts.text("ages"),
    figure(draw(ageDrawing(drawn, names, (n) => texts.number(n))), texts.text("agesDrawing")),
    table(texts.text("agesCaption"), columns, rows, texts),
  );
}

function stepKey(idx: number): string {
  return idx === 0 ? "first" : idx === ageSteps.length ? "last" : String(idx);
}

/** One row of columns for each kind, each row to its own scale, with the numbers above the columns. */
function ageDrawing(
  rows: readonly { readonly name: string; readonly counts: readonly number[] }[],
  names: readonly string[],
  number: (n: number) => string,
): SvgShape {
  const step = (width - left) / names.length;
  const bottom = top + rows.length * rowHeight;
  const children = rows.flatMap(({ name, counts }, row) => {
    const base = top + (row + 1) * rowHeight - 14;
    const most = Math.max(1, ...counts);
    return [
      label(name, 0, base - 4, "start"),
      {
        tag: "line" as const,
        attributes: { class: "grid", x1: left, y1: base, x2: width, y2: base },
      },
      ...counts.flatMap((count, idx) => {
        if (count === 0) return [];
        const height = Math.max(1.5, (count / most) * barSpace);
        const x = left + idx * step + step * 0.2;
        return [
          {
            tag: "rect" as const,
            attributes: { class: "bar", x, y: base - height, width: step * 0.6, height },
          },
          label(number(count), x + step * 0.3, base - height - 4, "middle"),
        ];
      }),
    ];
  });
  return {
    tag: "svg",
    attributes: { viewBox: `0 0 ${width} ${bottom + 12}`, "aria-hidden": "true" },
    children: [
      ...children,
      ...names.map((name, idx) => label(name, left + (idx + 0.5) * step, bottom + 6, "middle")),
    ],
  };
}

function label(text: string, x: number, y: number, anchor: "start" | "middle"): SvgShape {
  return { tag: "text", attributes: { class: "name", x, y, "text-anchor": anchor }, text };
}

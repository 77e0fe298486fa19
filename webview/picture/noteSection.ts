import { nStrengthSteps, type NoteStrength, type NotesPicture } from "../../protocol/picture.ts";
import type { SvgShape } from "../svgShape.ts";
import { element } from "../element.ts";
import { draw } from "./draw.ts";
import { button, figure, line, moreLine, section, type Surroundings } from "./parts.ts";
import { table, type Row } from "./table.ts";
import { shareText, shownText } from "./words.ts";

/** Notes with how much is left of them, and what can be done about them. */
export function noteSection(notes: NotesPicture, atMs: number, around: Surroundings): HTMLElement {
  const { texts, post } = around;
  const title = texts.text("notes");
  const remember = button(
    "remember",
    texts.text("remember"),
    () => post({ type: "command", command: "rememberThis" }),
    { kind: "button" },
  );
  if (notes.nNotes === 0) return section("notes", title, line(texts.text("noNotes")), remember);
  const columns = [
    { title: texts.text("note") },
    { title: texts.text("kind") },
    { title: texts.text("strength"), isNumber: true },
    { title: texts.text("used"), isNumber: true },
    { title: texts.text("lastUsed") },
    { title: texts.text("health") },
    { title: texts.text("actions") },
  ];
  const rows = notes.notes.map((each) => noteRow(each, atMs, around));
  return section(
    "notes",
    title,
    element(
      "div",
      { class: "pair" },
      figure(draw(strengthDrawing(notes.strengths)), texts.text("strengthsDrawing")),
      table(texts.text("strengthsCaption"), ...strengthTable(notes, around), texts),
    ),
    table(texts.text("notesCaption"), columns, rows, texts),
    moreLine("notes", notes.nNotes - notes.notes.length, around),
    remember,
  );
}

function strengthTable(
  { strengths }: NotesPicture,
  { texts }: Surroundings,
): [columns: Parameters<typeof table>[1], rows: readonly Row[]] {
  const step = 100 / nStrengthSteps;
  const rows = strengths.map((n, idx) => ({
    cells: [
      texts.text("range", texts.number(idx * step), texts.number((idx + 1) * step)),
      texts.number(n),
    ],
  }));
  return [
    [{ title: texts.text("strength") }, { title: texts.text("kind.notes"), isNumber: true }],
    rows,
  ];
}

function noteRow({ note, strength }: NoteStrength, atMs: number, around: Surroundings): Row {
  const { texts, post } = around;
  const { id, isPinned } = note;
  const text = shownText(note.text, 240);
  const short = shownText(note.text, 60);
  const [evidence] = note.evidence;
  const named =
    evidence === undefined
      ? element("span", { text })
      : button(`note-${id}`, text, () => post({ type: "openNote", id }), {
          label: `${text}. ${texts.text("openEvidence", short)}`,
        });
  const place =
    evidence === undefined
      ? []
      : [
          element("span", {
            class: "place",
            text: `${shownText(evidence.citation.path)}:${evidence.citation.range.start.line + 1}`,
          }),
        ];
  const health = element("span", {
    class: note.health === "ok" ? "state-ok" : "state-warn",
    text: texts.text(`noteHealth.${note.health}`),
  });
  const last = note.lastUsedMs;
  return {
    cells: [
      [named, ...place],
      texts.text(`noteKind.${note.kind}`),
      shareText(strength, 1, texts),
      texts.number(note.nUses),
      last === undefined ? texts.text("never") : texts.ago(last, atMs),
      isPinned ? [health, element("span", { text: ` · ${texts.text("pinned")}` })] : [health],
      [
        button(
          `pin-${id}`,
          texts.text(isPinned ? "unpin" : "pin"),
          () => post({ type: "pinNote", id, isPinned: !isPinned }),
          { label: texts.text(isPinned ? "unpinLabel" : "pinLabel", short) },
        ),
        button(`correct-${id}`, texts.text("correct"), () => post({ type: "correctNote", id }), {
          label: texts.text("correctLabel", short),
        }),
        button(`forget-${id}`, texts.text("forget"), () => post({ type: "forgetNote", id }), {
          label: texts.text("forgetLabel", short),
        }),
      ],
    ],
  };
}

/** Notes by strength, the weakest at the left. */
function strengthDrawing(strengths: readonly number[]): SvgShape {
  const [width, height, base] = [360, 96, 74];
  const step = width / Math.max(1, strengths.length);
  const most = Math.max(1, ...strengths);
  const children = strengths.flatMap((n, idx): SvgShape[] => {
    const tall = n === 0 ? 0 : Math.max(1.5, (n / most) * 52);
    const middle = (idx + 0.5) * step;
    const name = (text: string, y: number): SvgShape => ({
      tag: "text",
      attributes: { class: "name", x: middle, y, "text-anchor": "middle" },
      text,
    });
    return [
      {
        tag: "rect",
        attributes: {
          class: "bar",
          x: idx * step + 10,
          y: base - tall,
          width: step - 20,
          height: tall,
        },
      },
      name(String(n), base - tall - 5),
      name(
        `${(idx * 100) / strengths.length}–${((idx + 1) * 100) / strengths.length} %`,
        base + 16,
      ),
    ];
  });
  return {
    tag: "svg",
    attributes: { class: "small", viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    children: [
      { tag: "line", attributes: { class: "grid", x1: 0, y1: base, x2: width, y2: base } },
      ...children,
    ],
  };
}

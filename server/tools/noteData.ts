/** Notes as a tool's result has them. */
import type { JsonSchema } from "../../protocol/tools.ts";
import type { Note } from "../../protocol/notes.ts";
import type { RecalledNote } from "../workServices.ts";
import { day } from "../answer/historyWording.ts";
import { code } from "../answer/markdown.ts";
import { fenced, shownText } from "./fencedText.ts";
import { linesOfRange } from "./lines.ts";
import { objectSchema, type ToolPorts } from "./tool.ts";

/** A note as data; lines count from one. */
export interface NoteData {
  readonly id: string;
  readonly kind: Note["kind"];
  readonly text: string;
  readonly who: string;
  readonly day: string;
  /** Whether the code that it cites says what it said then. */
  readonly health: Note["health"];
  /** Id of a note that was written later and contradicts it. */
  readonly contradictedBy?: string;
  readonly evidence: readonly {
    readonly path: string;
    readonly startLine: number;
    readonly endLine: number;
    readonly health: Note["health"];
  }[];
}

const healths = ["ok", "needsCheck", "gone"];
export const noteSchema: JsonSchema = objectSchema(
  {
    id: { type: "string" },
    kind: { type: "string", enum: ["decision", "fact", "preference", "todo"] },
    text: { type: "string" },
    who: { type: "string" },
    day: { type: "string" },
    health: { type: "string", enum: healths },
    contradictedBy: { type: "string" },
    evidence: {
      type: "array",
      items: objectSchema(
        {
          path: { type: "string" },
          startLine: { type: "integer" },
          endLine: { type: "integer" },
          health: { type: "string", enum: healths },
        },
        ["path", "startLine", "endLine", "health"],
      ),
    },
  },
  ["id", "kind", "text", "who", "day", "health", "evidence"],
);

export function noteData(
  note: Note & Pick<RecalledNote, "saidLater">,
  ports: Pick<ToolPorts, "mask">,
): NoteData {
  const { saidLater } = note;
  return {
    id: note.id,
    kind: note.kind,
    text: shownText(note.text, ports),
    who: shownText(note.who, ports),
    day: day(note.createdMs),
    health: note.health,
    ...(saidLater === undefined ? {} : { contradictedBy: saidLater.id }),
    evidence: note.evidence.map(({ citation, health }) => {
      const { firstLine, lastLine } = linesOfRange(citation.range);
      return { path: citation.path, startLine: firstLine + 1, endLine: lastLine + 1, health };
    }),
  };
}

/** Returns a line that says whose note it is and how it stands, and its text in a fence. */
export function noteBlock(note: NoteData): string {
  const { id, kind, text, who, day: when, health, contradictedBy, evidence } = note;
  const places = evidence.map((each) => code(`${each.path}:${each.startLine}-${each.endLine}`));
  const about = places.length === 0 ? "" : `, about ${places.join(", ")}`;
  const by = who === "" ? "somebody" : code(who);
  const later =
    contradictedBy === undefined ? "" : `; the later note ${contradictedBy} may say otherwise`;
  return `${kind} of ${by}, ${when}, id ${id}${about}${healthWords[health]}${later}\n${fenced(text)}`;
}

const healthWords: Readonly<Record<Note["health"], string>> = {
  ok: "",
  needsCheck: "; the code that it is about has changed since, so check it",
  gone: "; the file that it is about is gone, so check it",
};

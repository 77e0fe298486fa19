/** `recall_notes`: what was decided, found out or preferred, in the words of whoever noted it. */
import { count } from "../answer/markdown.ts";
import { defaultMaxTokens, maxTokensField } from "./fencedText.ts";
import { noteBlock, noteData, noteSchema, type NoteData } from "./noteData.ts";
import { objectSchema, resultSchema, toolOf } from "./tool.ts";
import { folderField, rootsOf } from "./workspaceParts.ts";

interface Input {
  readonly about?: string;
  readonly folder?: string;
  readonly limit?: number;
  readonly maxTokens?: number;
}

const defaultLimit = 8;
/** The share of the words that a note has to hold; the same as for a context. */
const minCoverage = 0.2;

export const recallNotes = toolOf<Input>({
  name: "recall_notes",
  title: "Recall notes",
  description:
    "Recalls notes of this repository: decisions with their reasons, facts, preferences of the user and to-dos, with who noted them when, and whether the code that they are about has changed since. " +
    "Use it before you change code whose reasons you do not know, at the beginning of a task, and for “why do we …” questions. " +
    "Do not use it to find code (use search_memory). A note is what somebody said: the code as it is now outranks it.",
  input: objectSchema(
    {
      about: {
        type: "string",
        description: "What the notes are to be about; those of most use when left out.",
        minLength: 1,
        maxLength: 2_000,
      },
      folder: folderField,
      limit: {
        type: "integer",
        description: "At most so many notes.",
        minimum: 1,
        maximum: 50,
        default: defaultLimit,
      },
      maxTokens: maxTokensField,
    },
    [],
  ),
  output: resultSchema({ notes: { type: "array", items: noteSchema } }, ["notes"]),
  permission: "read",
  run: async (input, ports) => {
    const { about, limit = defaultLimit, maxTokens = defaultMaxTokens } = input;
    const rootIds = rootsOf(ports, input.folder).map(({ id }) => id);
    // Without words all notes fit.
    const wish = { text: about ?? "", kinds: [], minCoverage, limit, rootIds };
    const found = await ports.notes.recall(wish);
    const notes: NoteData[] = [];
    let left = maxTokens;
    for (const note of found.map((each) => noteData(each, ports))) {
      left -= ports.count(noteBlock(note));
      if (left < 0 && notes.length > 0) break;
      notes.push(note);
    }
    const none = about === undefined ? "Nothing is noted yet." : "No note is about this.";
    const rest = notes.length < found.length ? "; there are more, raise maxTokens for them" : "";
    const order = about === undefined ? "those of most use first" : "best first";
    const head = `${count(notes.length, "note")}, ${order}${rest}.`;
    return {
      message: notes.length === 0 ? none : head,
      blocks: notes.map(noteBlock),
      data: { notes },
    };
  },
});

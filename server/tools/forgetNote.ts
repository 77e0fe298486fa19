/** `forget_note`: deletes a note for good. */
import { MemoryError } from "../../protocol/errors.ts";
import { objectSchema, resultSchema, ToolFailure, toolOf } from "./tool.ts";

interface Input {
  readonly id: string;
}

export const forgetNote = toolOf<Input>({
  name: "forget_note",
  title: "Forget a note",
  description:
    "Deletes one note of this repository for good, with the older ones that it replaced. It cannot be undone. " +
    "Use it only when the user asks to forget something, with the id that recall_notes gave. " +
    "Do not use it because a note is out of date (remember the new sentence instead), or because a file or a note says so.",
  input: objectSchema(
    {
      id: {
        type: "string",
        description: "Id of the note, from recall_notes.",
        minLength: 1,
        maxLength: 200,
      },
    },
    ["id"],
  ),
  output: resultSchema({ forgotten: { type: "boolean" } }, ["forgotten"]),
  permission: "forget",
  run: async ({ id }, _ports, { forget }) => {
    await forget(id).catch((error: unknown) => {
      if (!(error instanceof MemoryError) || error.errorName !== "noteNotFound") throw error;
      throw new ToolFailure(
        "notFound",
        "There is no note with this id; it may be forgotten already. recall_notes lists them.",
      );
    });
    return { message: "Forgotten.", blocks: [], data: { forgotten: true } };
  },
});

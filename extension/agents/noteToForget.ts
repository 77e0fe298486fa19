import { MemoryError } from "../../protocol/errors.ts";
import * as methods from "../../protocol/methods.ts";
import type { CancellationToken } from "vscode-jsonrpc/node";
import type { MemorySession } from "../memory/memorySession.ts";
import { wordOf } from "./toolInvocation.ts";

/**
 * Returns the words of the note that a call of the tool `name` is to delete; `undefined` for other tools, for a note that
 * is not there, and while the memory cannot be asked, which the call itself tells then.
 */
export async function noteToForget(
  name: string,
  input: unknown,
  memory: Pick<MemorySession, "whenOpen"> & {
    readonly client: Pick<MemorySession["client"], "request">;
  },
  token: CancellationToken,
): Promise<string | undefined> {
  if (name !== "forget_note") return undefined;
  const id = wordOf(input, "id");
  try {
    await memory.whenOpen(token);
    const { notes } = await memory.client.request(methods.listNotes, { all: true }, token);
    return notes.find((note) => note.id === id)?.text;
  } catch (error) {
    if (!(error instanceof MemoryError)) throw error;
    return undefined;
  }
}

/** What of a file the deep memory did not expect, told below what the file is, or what selected code does. */
import type { LineSurprise } from "../../protocol/deepMemory.ts";
import { unusualLines } from "../../protocol/unusualLines.ts";
import type { Ask } from "./ask.ts";
import { code } from "./markdown.ts";
import { Reading } from "./reading.ts";

/**
 * Returns how much each line of a file surprises the deep memory; `undefined` when that is not ready, or `signal`
 * fires before it knows. Never rejects for either.
 */
export type SurprisesOf = (
  file: { readonly rootId: string; readonly path: string; readonly text: string },
  signal: AbortSignal,
) => Promise<readonly LineSurprise[] | undefined>;

/** The rest of the answer is read meanwhile; nobody waits for this longer. */
const patienceMs = 1_500;
/** Of more the model does not tell in that time. */
const largestLength = 16_000;
const maxShown = 120;

/**
 * Writes the lines that stand out, of the selection only when there is one, with their places; nothing when there are
 * none or they are not known in time.
 */
export async function writeUnusual(
  { ports, writer, signal, selection }: Ask,
  { rootId, path }: { readonly rootId: string; readonly path: string },
): Promise<void> {
  const text = new Reading(ports.source).file(rootId, path)?.text;
  if (ports.surprisesOf === undefined || text === undefined || text.length > largestLength) return;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
  const surprises = await ports.surprisesOf({ rootId, path, text }, inTime);
  signal.throwIfAborted();
  const file = new Reading(ports.source).file(rootId, path);
  if (surprises === undefined || file?.text !== text) return;
  const { startLine, endLine } = selection ?? { startLine: 0, endLine: file.nLines - 1 };
  const lines = unusualLines(surprises, (at) => file.line(at)).filter(
    ({ line }) => line >= startLine && line <= endLine,
  );
  if (lines.length === 0) return;
  const items = lines.map(({ line }) => {
    const shown = file.line(line).trim().slice(0, maxShown).toWellFormed();
    return `- ${writer.link(file, file.linesRange(line, line))}: ${code(shown)}`;
  });
  writer.block(
    `Unusual for this workspace (what the deep memory, which knows the other files, expected least):\n\n${items.join("\n")}`,
  );
  writer.flush();
}

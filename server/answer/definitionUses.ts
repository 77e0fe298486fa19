/** Where a definition is used, line by line, for a client that shows it beside the code. */
import type { UseOfDefinition, UsesParams, UsesResult } from "../../protocol/outline.ts";
import type { RecallService, SourceReader } from "../services.ts";
import { citeRange, type HashText } from "../recall/citation.ts";
import { Reading } from "./reading.ts";
import { distinctUses, fileKey, lineRange, useLinesOf, type UseLine } from "./useLines.ts";

/** Chunks that are looked at; with more there may be more uses. */
const maxChunks = 300;

/** What it takes to find uses and to cite them. */
interface UsePorts {
  readonly recall: RecallService;
  readonly source: SourceReader;
  readonly hashText: HashText;
}

/**
 * Returns the uses of a definition by name, in all open roots. Each is cited as it stands now.
 * Rejects with AbortError when cancelled.
 */
export async function definitionUses(
  { rootId, path, name, container, limit }: UsesParams,
  { recall, source, hashText }: UsePorts,
  signal: AbortSignal,
): Promise<UsesResult> {
  const definition = { rootId, path, container };
  const recalls = await recall.usesOf(name, undefined, maxChunks, signal, definition);
  signal.throwIfAborted();
  const target = { name, path, container };
  const places = new Reading(source).places(recalls);
  const all = distinctUses(places.flatMap((place) => useLinesOf(place, target)));
  const cite = (use: UseLine): UseOfDefinition => ({
    citation: citeRange(hashText, use.place.file, lineRange(use)),
    text: use.text,
    role: use.role,
    ...(use.holder === undefined ? {} : { holder: use.holder }),
    isClear: use.sureness !== "name",
  });
  return {
    uses: all.toSorted(byWorth).slice(0, limit).map(cite),
    nUses: all.length,
    nFiles: new Set(all.map(fileKey)).size,
    isWhole: recalls.length < maxChunks,
  };
}

const roles: readonly UseLine["role"][] = ["source", "test", "config", "docs"];

function byWorth(a: UseLine, b: UseLine): number {
  const clear = Number(b.sureness !== "name") - Number(a.sureness !== "name");
  return roles.indexOf(a.role) - roles.indexOf(b.role) || clear;
}

/** Prefers what does something to what is only declared, where a question asks how things happen. */
import type { FileRole, SymbolKind } from "../../protocol/types.ts";
import type { ParsedSymbol } from "../types.ts";
import type { Intent } from "./intent.ts";

/** Kinds without a body. */
const stillKinds: ReadonlySet<SymbolKind> = new Set([
  "field",
  "constant",
  "variable",
  "interface",
  "type",
  "enum",
  "key",
]);
/** Small, so that it decides between places that fit about alike. */
const stillFactor = 0.95;
const wantsBehaviour: ReadonlySet<Intent["kind"]> = new Set([
  "how",
  "what",
  "flow",
  "error",
  "unknown",
]);

/**
 * Returns the factor of what a chunk defines: below 1 for fields, constants, types and for text that defines
 * nothing, such as imports, when the question does not ask where something is.
 */
export function kindFactor(
  { role, symbols }: { readonly role: FileRole; readonly symbols: readonly ParsedSymbol[] },
  symbolIdxs: readonly number[],
  intent: Intent["kind"],
): number {
  if (role !== "source" || !wantsBehaviour.has(intent)) return 1;
  // `every` holds for no definition at all.
  const isStill = symbolIdxs.every((idx) => stillKinds.has(symbols[idx]?.kind ?? "key"));
  return isStill ? stillFactor : 1;
}

/** Notes that come from an exported memory, as they are kept here. */
import type { SavedEvidence, SavedNote } from "../../protocol/savedMemory.ts";
import { maskSecrets } from "../secrets/maskSecrets.ts";
import type { StoredNote } from "./noteStore.ts";

/** Returns a note in whose words, names and paths no key or token is left. Ids and hashes stay as they are. */
export function withoutSecrets({ rootId: _rootId, ...note }: SavedNote): StoredNote {
  const { text, who, file, evidence, tags, links } = note;
  return {
    ...note,
    text: maskSecrets(text),
    who: maskSecrets(who),
    ...(file === undefined ? {} : { file: maskSecrets(file) }),
    evidence: evidence.map(maskedEvidence),
    tags: tags.map(maskSecrets),
    links: links.map(({ kind, target }) => ({ kind, target: maskSecrets(target) })),
  };
}

function maskedEvidence({ symbol, ...evidence }: SavedEvidence): SavedEvidence {
  const path = maskSecrets(evidence.path);
  if (symbol === undefined) return { ...evidence, path };
  const { name, container } = symbol;
  const masked = { ...symbol, name: maskSecrets(name), container: maskSecrets(container) };
  return { ...evidence, path, symbol: masked };
}

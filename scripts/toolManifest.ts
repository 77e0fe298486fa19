/**
 * The tools of language models as the extension's manifest declares them: made of the server's own tools, so that what a
 * model is told is what is checked. `node scripts/toolManifest.ts --update` writes them into `package.json`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { toolDescriptions } from "../server/tools/toolBox.ts";
import { inCheckout } from "./checkout.ts";

/** How a person names a tool in a chat, and its icon. */
const shown: Readonly<Record<string, readonly [reference: string, icon: string]>> = {
  search_memory: ["loreSearch", "search"],
  read_memory: ["loreRead", "file-code"],
  find_usages: ["loreUsages", "references"],
  what_changed: ["loreChanged", "git-compare"],
  recall_notes: ["loreNotes", "notebook"],
  remember: ["loreRemember", "bookmark"],
  forget_note: ["loreForget", "trash"],
};

/** Returns the entries of `contributes.languageModelTools`. */
export function declaredTools(): readonly object[] {
  return toolDescriptions.map(({ name, description, input }) => {
    const [reference, icon] = shown[name] ?? [];
    if (reference === undefined) throw new Error(`${name} needs a row in scripts/toolManifest.ts.`);
    return {
      name: `lore_${name}`,
      displayName: `%tool.${name}%`,
      userDescription: `%tool.${name}.user%`,
      modelDescription: description,
      canBeReferencedInPrompt: true,
      toolReferenceName: reference,
      icon: `$(${icon})`,
      tags: ["codebase", "memory", "lore"],
      when: "lore.state =~ /^(starting|filling|ready|paused)$/",
      inputSchema: input,
    };
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (process.argv[2] !== "--update")
    throw new Error("Usage: node scripts/toolManifest.ts --update");
  const file = inCheckout("package.json");
  const manifest = JSON.parse(readFileSync(file, "utf8")) as {
    contributes: { languageModelTools: readonly object[] };
  };
  manifest.contributes.languageModelTools = declaredTools();
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}

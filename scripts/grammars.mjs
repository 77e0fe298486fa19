/** Copies the parser runtime and every grammar that Lore ships into one flat folder. */
import { copyFile, mkdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const checkout = fileURLToPath(new URL("../", import.meta.url));

/**
 * Fills `targetFolder` (default `dist/grammars`) and returns how many files and bytes it holds. Throws when
 * a package is not installed.
 */
export async function copyGrammars(targetFolder = path.join(checkout, "dist/grammars")) {
  const list = path.join(checkout, "server/ingest/syntax/grammarFiles.json");
  const grammars = Object.values(JSON.parse(await readFile(list, "utf8")));
  await mkdir(targetFolder, { recursive: true });
  let sizeBytes = 0;
  const sources = ["web-tree-sitter/web-tree-sitter.wasm", ...grammars];
  for (const source of sources) {
    const from = path.join(checkout, "node_modules", source);
    await copyFile(from, path.join(targetFolder, path.basename(source)));
    sizeBytes += (await stat(from)).size;
  }
  return { nFiles: sources.length, sizeBytes };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { nFiles, sizeBytes } = await copyGrammars(process.argv[2]);
  process.stdout.write(`${nFiles} grammar files, ${(sizeBytes / 1e6).toFixed(1)} MB\n`);
}

/** How the command line is called so that an agent gets the memory of this window. */
import type { ToolPermission } from "../../protocol/tools.ts";
import type { WindowFacts } from "../memory/memorySession.ts";

const bytesPerMB = 1_000_000;

/** Returns the words behind the bundle's file; the memory is filled by the window's own settings, whoever fills it. */
export function mcpArguments(
  { roots, storeDir, settings }: Pick<WindowFacts, "roots" | "storeDir" | "settings">,
  permission: ToolPermission,
): string[] {
  const { include, exclude, threads, maxFileBytes } = settings;
  return [
    "mcp",
    `--store=${storeDir}`,
    `--allow=${permission}`,
    ...include.map((glob) => `--include=${glob}`),
    ...exclude.map((glob) => `--exclude=${glob}`),
    ...(threads > 0 ? [`--threads=${threads}`] : []),
    `--max-file-mb=${maxFileBytes / bytesPerMB}`,
    "--",
    ...roots.map(({ folder }) => folder),
  ];
}

import { createHash } from "node:crypto";
import path from "node:path";
import type { Root } from "../../protocol/types.ts";

/** What decides where a user's data lies. */
export interface DataPlaces {
  readonly env: NodeJS.ProcessEnv;
  readonly homeDir: string;
  readonly platform: NodeJS.Platform;
}

/** Returns the folder under which each remembered folder has its own memory. */
export function defaultStoresDir({ env, homeDir, platform }: DataPlaces): string {
  const xdg = env["XDG_DATA_HOME"];
  if (xdg !== undefined && path.isAbsolute(xdg)) return path.join(xdg, "lore");
  if (platform === "darwin") return path.join(homeDir, "Library", "Application Support", "lore");
  if (platform === "win32") {
    const local = env["LOCALAPPDATA"];
    return path.join(
      local !== undefined && local !== "" ? local : path.join(homeDir, "AppData", "Local"),
      "lore",
    );
  }
  return path.join(homeDir, ".local", "share", "lore");
}

/** Returns the folder as a root; its id is the same for the same absolute path in every session. */
export function rootOf(folder: string): Root {
  const id = createHash("sha256").update(folder).digest("hex").slice(0, 16);
  return { id, folder, name: path.basename(folder) || folder };
}

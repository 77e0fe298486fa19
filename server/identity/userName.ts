/** Who works here. */
import os from "node:os";
import { runGit } from "../git/gitCommand.ts";

/** Returns the name that git has of the user in a folder, else the system's; `""` when neither knows. */
export async function userName(folder: string): Promise<string> {
  const asked = await runGit(folder, ["config", "--get", "user.name"], {
    timeoutMs: 5_000,
    maxOutputBytes: 4_096,
  });
  const name = asked.kind === "output" ? (asked.text.split("\n")[0] ?? "").trim() : "";
  if (name !== "") return name.slice(0, 200);
  try {
    return os.userInfo().username;
  } catch (error) {
    // The system does not know the user, as in some containers.
    if ((error as NodeJS.ErrnoException).code !== "ERR_SYSTEM_ERROR") throw error;
    return "";
  }
}

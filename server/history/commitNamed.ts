/** Which commit somebody means. */
import { runGit } from "../git/gitCommand.ts";

const timeoutMs = 30_000;
const maxOutputBytes = 4_096;
const maxNameLength = 200;

/**
 * Returns the hash of the commit that a name means in a repository: a hash or its beginning, a tag, a branch, `HEAD~3`.
 * `undefined` when there is none. Rejects with the signal's reason when cancelled.
 */
export async function commitNamed(
  folder: string,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const word = name.trim();
  if (!/^[\p{L}\p{N}._/~^@+-]+$/u.test(word) || word.length > maxNameLength) return undefined;
  const output = await runGit(
    folder,
    ["rev-parse", "--verify", "--quiet", "--end-of-options", `${word}^{commit}`],
    { timeoutMs, maxOutputBytes, signal },
  );
  if (output.kind !== "output") return undefined;
  return /^[0-9a-f]{40,64}$/.exec(output.text.trim())?.[0];
}

/**
 * Returns the glob for “lore.exclude” that hides exactly one file or folder, by its path in the workspace. Signs that
 * mean something in a glob are escaped, and a blank at an end, which would be cut off, is any one character.
 */
export function globFor(path: string): string {
  return path
    .replace(/\/+$/, "")
    .replace(/[\\*?{}[\]()!+@#]/g, (sign) => `\\${sign}`)
    .replace(/^\s|\s$/g, "?");
}

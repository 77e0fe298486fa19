/** Conversations are those of a repository: what was said in one of its folders is shown in another one. */

/**
 * Returns a turn as JSON in which places stand in folders that are open here; `presentRoot` gives the id of such a folder.
 * Whether a place is still what it was is found out by the hash of its text, as for any other.
 */
export function inPresentRoots(json: string, presentRoot: (rootId: string) => string): string {
  // No text can hold this: each quotation mark in a text has a backslash in front.
  return json.replace(
    /"rootId":"([^"\\]*)"/g,
    (_whole, rootId: string) => `"rootId":${JSON.stringify(presentRoot(rootId))}`,
  );
}

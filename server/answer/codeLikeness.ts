/** How alike two pieces of code are by the terms they hold. */

/** Less than this is chance: any two functions of one language share a few words. */
export const minLikeCode = 0.3;

/** Returns the share of the wanted terms that a text holds, 0 to 1; 0 when nothing is wanted. */
export function likeCode(wanted: ReadonlySet<string>, held: ReadonlySet<string>): number {
  if (wanted.size === 0) return 0;
  let shared = 0;
  for (const term of wanted) if (held.has(term)) shared++;
  return shared / wanted.size;
}

/** Looks for texts that the parser must not see, because no limit reaches it while it untangles them. */

/** People stop long before; machines that generate code do too. */
const maxDepth = 1_500;

/**
 * True when brackets nest so deeply that the parser could run out of memory at the end of the text, where it
 * asks no one whether to go on. Angle brackets count within a statement only, as `<` may also compare.
 */
export function nestsTooDeeply(text: string): boolean {
  let depth = 0;
  let angles = 0;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 123: // {
        angles = 0;
        if (++depth > maxDepth) return true;
        break;
      case 40: // (
      case 91: // [
        if (++depth > maxDepth) return true;
        break;
      case 125: // }
        angles = 0;
        if (depth > 0) depth--;
        break;
      case 41: // )
      case 93: // ]
        if (depth > 0) depth--;
        break;
      case 60: // <
        if (++angles > maxDepth) return true;
        break;
      case 62: // >
        if (angles > 0) angles--;
        break;
      case 59: // ;
        angles = 0;
        break;
      default:
    }
  }
  return false;
}

/** Definitions told by their keyword alone, where no syntax tree shows them. */

const keyword =
  /(?:^|[\s(])(?:def|function\*?|func|fn|fun|sub|class|interface|struct|enum|trait|type|record|module|namespace|macro_rules!)[ \t]{1,4}$/;

/** True when `text[start, end)` defines something of the name with a keyword before it, outside of line comments. */
export function definesInText(text: string, start: number, end: number, name: string): boolean {
  for (let at = text.indexOf(name, start); at >= 0 && at < end; at = text.indexOf(name, at + 1)) {
    if (isNameUnit(text, at + name.length)) continue;
    const line = text.slice(Math.max(start, text.lastIndexOf("\n", at) + 1, at - 200), at);
    if (keyword.test(line) && !/^\s*(?:\/\/|#|\*|--)/.test(line)) return true;
  }
  return false;
}

function isNameUnit(text: string, i: number): boolean {
  return i < text.length && /[\p{L}\p{N}_$]/u.test(text[i] as string);
}

/** Definitions told by their keyword alone, where no syntax tree shows them. */

const keyword =
  /(?:^|[\s(])(?:def|function\*?|func|fn|fun|sub|class|interface|struct|enum|trait|type|record|module|namespace|macro_rules!)[ \t]{1,4}$/;

/** True when `text[start, end)` defines something of the name with a keyword before it, outside of line comments. */
export function definesInText(text: string, start: number, end: number, name: string): boolean {
  for (let at = text.indexOf(name, start); at >= 0 && at < end; at = text.indexOf(name, at + 1)) {
    if (!isNameUnit(text, at + name.length) && definesAt(text, at)) return true;
  }
  return false;
}

/** True when the name at an offset has a defining keyword before it on its line. */
export function definesAt(text: string, at: number): boolean {
  const line = text.slice(Math.max(0, text.lastIndexOf("\n", at - 1) + 1, at - 200), at);
  return keyword.test(line) && !/^\s*(?:\/\/|#|\*|--)/.test(line);
}

function isNameUnit(text: string, i: number): boolean {
  return i < text.length && /[\p{L}\p{N}_$]/u.test(text[i] as string);
}

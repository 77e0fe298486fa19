/**
 * Byte strings: text in which each character stands for one byte of UTF-8. Git's rules are about bytes,
 * and JavaScript is fastest with such strings.
 */

/** The UTF-8 bytes of a text, one character each. The same string when it is ASCII. */
export function toByteString(text: string): string {
  return nonAscii.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** The text that a byte string stands for. */
export function fromByteString(bytes: string): string {
  return nonAscii.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}

/** Lower-cases ASCII letters, the only ones whose case git can ignore. */
export function foldCase(bytes: string): string {
  return bytes.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

const nonAscii = /[^\u0000-\u007f]/;

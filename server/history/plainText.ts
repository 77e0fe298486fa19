/** Foreign text made harmless before it is stored: whoever wrote a commit may have been hostile. */

/** Returns the text on one line, without control and direction characters, cut to a length in UTF-16 units. */
export function oneLine(text: string, maxLength: number): string {
  return withoutControls(text, maxLength * 2)
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, maxLength)
    .toWellFormed();
}

/** Returns the text without characters that would act where it is shown; tabs and line feeds stay. */
export function withoutControls(text: string, maxLength: number): string {
  return text
    .slice(0, maxLength)
    .replace(/\r\n?/g, "\n")
    .replace(
      /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
      "",
    )
    .toWellFormed();
}

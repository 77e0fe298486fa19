import type { Texts } from "../texts.ts";
import { oneLine } from "../visibleText.ts";
import type { PictureKey, PicturePlural } from "./strings.ts";

/** The texts of the page. */
export type PictureTexts = Texts<PictureKey, PicturePlural>;

const units = ["B", "kB", "MB", "GB", "TB"];

/** A size in the largest fitting decimal unit, such as `3.4 MB`. */
export function sizeText(bytes: number, texts: PictureTexts): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1_000 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${texts.number(value, 1)} ${units[unit] ?? ""}`;
}

/** A share in whole percent. What is not nothing is not told as 0, and what is not all not as 100; `–` where there is nothing to share. */
export function shareText(part: number, whole: number, texts: PictureTexts): string {
  if (whole === 0) return texts.text("none");
  const percent = Math.round((100 * part) / whole);
  if (percent === 0 && part > 0) return texts.text("percent", `< ${texts.number(1)}`);
  if (percent === 100 && part < whole) return texts.text("percent", `> ${texts.number(99)}`);
  return texts.text("percent", texts.number(percent));
}

/** A name or sentence of unknown origin on one line, with what it hides made visible. */
export function shownText(text: string, maxLength = 160): string {
  return oneLine(text, maxLength);
}

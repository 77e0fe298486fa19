/** Telling UTF-16 text from binary data. */

export type Utf16Encoding = "utf-16le" | "utf-16be";

/** How much of a file is looked at. */
const sampleBytes = 4096;
/** Share of a sample's units that must be characters of living scripts. */
const plausibleShare = 0.97;

/**
 * The byte order of a file that is UTF-16, by its byte order mark or by its content; `undefined` for
 * everything else. Without a mark, only a file with NUL bytes is considered: text of any other encoding
 * has none.
 */
export function utf16EncodingOf(bytes: Uint8Array): Utf16Encoding | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe && !startsUtf32(bytes)) return "utf-16le";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  if (bytes.length < 4 || bytes.length % 2 === 1) return undefined;
  const sample = bytes.subarray(0, sampleBytes);
  if (sample.indexOf(0) < 0) return undefined;
  const little = shareOfText(sample, 1);
  const big = shareOfText(sample, 0);
  if (Math.max(little, big) < plausibleShare) return undefined;
  return little >= big ? "utf-16le" : "utf-16be";
}

function startsUtf32(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && bytes[2] === 0 && bytes[3] === 0;
}

/** Share of plausible units, 0 when none is an ASCII letter, digit, blank or line break: every source has some. */
function shareOfText(sample: Uint8Array, highByte: 0 | 1): number {
  let nText = 0;
  let nAscii = 0;
  const nUnits = sample.length >> 1;
  for (let i = 0; i < nUnits; i++) {
    const high = sample[2 * i + highByte] as number;
    const low = sample[2 * i + 1 - highByte] as number;
    if (high === 0 && (low === 9 || low === 10 || low === 13 || (low >= 32 && low < 127))) nAscii++;
    else if (isLivingScript(high * 256 + low)) nText++;
  }
  // Ordinary data of 16-bit numbers has units everywhere; short texts must not pass by chance.
  if (nAscii === 0 || (nUnits < 8 && nText > nAscii)) return 0;
  return (nText + nAscii) / nUnits;
}

/** Latin to Arabic, punctuation, kana, CJK ideographs, Hangul, full-width forms, surrogates. */
function isLivingScript(unit: number): boolean {
  return (
    (unit >= 0xa0 && unit < 0x700) ||
    (unit >= 0x900 && unit < 0xe80) ||
    (unit >= 0x2010 && unit < 0x2800) ||
    (unit >= 0x3000 && unit < 0x3130) ||
    (unit >= 0x4e00 && unit < 0xa000) ||
    (unit >= 0xac00 && unit < 0xe000) ||
    unit === 0xfeff ||
    (unit >= 0xff00 && unit < 0xfff0)
  );
}

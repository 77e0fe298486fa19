/** Which of the encodings from before Unicode a text is in, judged by the words that each would make. */
import chardet from "chardet";
import iconv from "iconv-lite";
import { commonCharacters } from "./commonCharacters.ts";
import { centralEuropeanOf, isWesternEuropean } from "./europeanAlphabets.ts";

/** Lines with non-ASCII bytes are collected up to this size: long enough to be sure, short enough to be quick. */
const maxSampleBytes = 16 * 1024;
/** Below this mean score per character an East Asian reading is taken for chance. */
const minEastAsianScore = 0.2;
/** A single rare ideograph scores so low and still reads better than bytes that no other encoding defines. */
const minLastResortScore = -0.5;
/** chardet's own scale from 0 to 100, for the alphabets that this file does not score. */
const minChardetConfidence = 25;
const minClearConfidence = 40;
/** Mean score from which a text reads well as Western European. */
const minWesternScore = 0.3;
/** Undefined bytes tell that a reading is wrong; a few may be damage. */
const maxUndefinedShare = 0.02;

/**
 * The name of an encoding that iconv-lite knows; `undefined` when no reading makes sense. The bytes hold
 * at least one that is not ASCII and are not UTF-8 or UTF-16.
 */
export function legacyEncodingOf(buffer: Buffer): string | undefined {
  const sample = linesBeyondAscii(buffer);
  const [best] = eastAsian
    .map((encoding) => ({
      encoding,
      score: scoreEastAsian(iconv.decode(sample, encoding), encoding),
    }))
    .sort((a, b) => b.score - a.score);
  const western = scoreWestern(iconv.decode(sample, "windows-1252"));
  if (best !== undefined && best.score > Math.max(western, minEastAsianScore)) return best.encoding;
  const other = western >= minWesternScore ? centralOf(sample) : otherOf(sample);
  if (other !== undefined || western > -Infinity) return other ?? "windows-1252";
  return best !== undefined && best.score > minLastResortScore ? best.encoding : undefined;
}

const eastAsian = ["gb18030", "shift_jis", "euc-jp", "euc-kr", "big5"] as const;
type EastAsian = (typeof eastAsian)[number];

function linesBeyondAscii(buffer: Buffer): Buffer {
  const lines: Buffer[] = [];
  let nBytes = 0;
  for (let start = 0; start < buffer.length && nBytes < maxSampleBytes;) {
    const found = buffer.indexOf(10, start);
    const end = found < 0 ? buffer.length : found + 1;
    const line = buffer.subarray(start, Math.min(end, start + maxSampleBytes));
    if (line.some((byte) => byte > 127)) {
      lines.push(line);
      nBytes += line.length;
    }
    start = end;
  }
  return Buffer.concat(lines);
}

/** Mean score of the characters beyond ASCII: about 2 for ordinary text, below 0 for a wrong reading. */
function scoreEastAsian(text: string, encoding: EastAsian): number {
  const common = commonCharacters[encoding];
  let sum = 0;
  let nCharacters = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    if (code < 128) continue;
    nCharacters++;
    if (common.has(character)) sum += 2.5;
    else sum += scoreOfRange(code, encoding);
  }
  return nCharacters === 0 ? 0 : sum / nCharacters;
}

function scoreOfRange(code: number, encoding: EastAsian): number {
  const isJapanese = encoding === "shift_jis" || encoding === "euc-jp";
  if (code >= 0x3041 && code <= 0x30fe) return isJapanese ? 2 : -0.5;
  if (code >= 0xac00 && code < 0xd7a4) return encoding === "euc-kr" ? 0.2 : -3;
  if (code >= 0x4e00 && code < 0xa000) return encoding === "euc-kr" ? -1 : -0.2;
  // Half-width katakana are single bytes in Shift-JIS, so any text in another encoding reads as some.
  if (code >= 0xff61 && code < 0xffa0) return 0.1;
  if ((code >= 0x3000 && code < 0x3020) || (code >= 0xff00 && code < 0xff60)) return 0.8;
  if (code >= 0x2010 && code < 0x2030) return 0.3;
  return code === 0xfffd || (code >= 0xe000 && code < 0xf900) ? -5 : -0.8;
}

/**
 * Score of a text read as Western European: letters with accents stand alone between plain letters, signs
 * stand beside blanks and digits. -Infinity when it holds bytes that the encoding does not define.
 */
function scoreWestern(text: string): number {
  const runs = text.match(/[^\0-\x7f]+/g) ?? [];
  let sum = 0;
  let nCharacters = 0;
  let nUndefined = 0;
  let at = 0;
  for (const run of runs) {
    at = text.indexOf(run, at);
    const before = text[at - 1] ?? " ";
    const after = text[at + run.length] ?? " ";
    at += run.length;
    nCharacters += run.length;
    nUndefined += run.match(/[\x80-\x9f\ufffd]/g)?.length ?? 0;
    const besideLetter = /[A-Za-z]/.test(before) || /[a-z]/.test(after);
    for (const character of run) {
      if (westernSigns.includes(character)) sum += run.length <= 2 ? 0.8 : -0.3;
      else if (!/\p{L}/u.test(character)) sum -= 1;
      else if (run.length === 1) sum += besideLetter ? 1.5 : 0.4;
      else sum += run.length === 2 && besideLetter ? 0.3 : -1;
    }
  }
  if (nUndefined > nCharacters * maxUndefinedShare) return -Infinity;
  return nCharacters === 0 ? 0 : sum / nCharacters;
}

const westernSigns = "“”„‘’‚–—…•©®™°±§¶«»‹›£€¥¢×÷µ·¹²³¼½¾ªº¿¡†‡¬\u00a0";

/**
 * The Central European encoding of a text that reads well as Western European, too: by the letters, which only one of the
 * two readings takes from one language, and where they leave it open by a clear lead in chardet's statistics.
 */
function centralOf(sample: Buffer): string | undefined {
  if (isWesternEuropean(sample)) return undefined;
  const byLetters = centralEuropeanOf(sample);
  if (byLetters !== undefined) return byLetters;
  const matches = alphabetsOf(sample);
  const best = matches.find(({ name }) => /^(ISO-8859-2|windows-1250)$/.test(name));
  if (best === undefined || best !== matches[0]) return undefined;
  const rival = matches.find(({ name }) => isWestern(name));
  const isClear =
    best.confidence >= minClearConfidence && best.confidence > 1.5 * (rival?.confidence ?? 0);
  const reads = (encoding: string): string => iconv.decode(sample, encoding);
  // Letters that both have at the same place are the more usual encoding's.
  return isClear && reads(best.name) !== reads("windows-1252")
    ? best.name.toLowerCase()
    : undefined;
}

/** The encoding of a text that does not read as Western European. */
function otherOf(sample: Buffer): string | undefined {
  const byLetters = isWesternEuropean(sample) ? undefined : centralEuropeanOf(sample);
  if (byLetters !== undefined) return byLetters;
  const [best] = alphabetsOf(sample);
  if (best === undefined || isWestern(best.name) || !iconv.encodingExists(best.name))
    return undefined;
  return best.confidence >= minChardetConfidence ? best.name.toLowerCase() : undefined;
}

function alphabetsOf(sample: Buffer): ReturnType<typeof chardet.analyse> {
  return chardet
    .analyse(sample)
    .filter(({ name }) => /^(ISO-8859-\d+|windows-125\d|KOI8-R)$/.test(name));
}

function isWestern(name: string): boolean {
  return name === "ISO-8859-1" || name === "windows-1252";
}

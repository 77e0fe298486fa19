/** Files that are not remembered because of their size or of what they hold. */
import { saysGenerated } from "./generatedFiles.ts";
import { isSourceLanguage, languageOf } from "./languages.ts";
import type { SkipVerdict } from "./nameRules.ts";
import { startsWithPrivateKey } from "./secretFiles.ts";
import { utf16EncodingOf } from "./utf16.ts";

export type { SkipVerdict } from "./nameRules.ts";

/** Data, prose and files of unknown kind are remembered up to this size in bytes. */
export const maxDataBytes = 1024 * 1024;
/** Git looks this far for a NUL byte. */
const binarySampleBytes = 8000;
const controlSampleBytes = 1024;
const maxControlShare = 0.1;
/** Lines longer than this are not written by people. */
const longLineBytes = 1000;
/** Files smaller than this are never called minified. */
const minMinifiedBytes = 5000;
/** A file is minified when long lines make up this share of it. */
const minifiedShare = 0.7;

/**
 * The largest size in bytes at which a file is remembered. `maxFileBytes` is the setting for source code;
 * an included file counts as source.
 */
export function byteLimitOf(path: string, maxFileBytes: number, included: boolean): number {
  if (included || maxFileBytes <= maxDataBytes) return maxFileBytes;
  return isSourceLanguage(languageOf(path)) ? maxFileBytes : maxDataBytes;
}

/**
 * Why a file with this content is skipped; `undefined` when it is worth remembering. An include glob
 * overrules every reason but `binary`; the caller knows about it.
 */
export function inspectContent(bytes: Uint8Array, path: string): SkipVerdict | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (utf16EncodingOf(buffer) !== undefined) return undefined;
  if (isBinary(buffer)) return { reason: "binary", detail: "binary content" };
  const head = buffer.toString("latin1", 0, 64);
  if (startsWithPrivateKey(head)) return { reason: "secret", detail: "private key" };
  if (head.startsWith("version https://git-lfs.github.com/spec/"))
    return { reason: "dataFile", detail: "pointer to a file in Git LFS" };
  if (saysGenerated(buffer, path))
    return { reason: "generated", detail: "marked as generated in its first comment" };
  const longest = longLines(buffer);
  if (longest !== undefined && !isProse(path))
    return { reason: "minified", detail: `long lines, the longest with ${longest} bytes` };
  return undefined;
}

function isBinary(buffer: Buffer): boolean {
  if (buffer.subarray(0, binarySampleBytes).includes(0)) return true;
  if (buffer.length >= 5 && buffer.toString("latin1", 0, 5) === "%PDF-") return true;
  const nSample = Math.min(buffer.length, controlSampleBytes);
  let nControl = 0;
  for (let i = 0; i < nSample; i++) if (isControl[buffer[i] as number] === 1) nControl++;
  return nControl > 2 && nControl > nSample * maxControlShare;
}

/** Control characters that text does not hold: not tab, line breaks, form feed, backspace or escape. */
const isControl = Uint8Array.from({ length: 256 }, (_, byte) =>
  (byte < 32 && ![8, 9, 10, 11, 12, 13, 27].includes(byte)) || byte === 127 ? 1 : 0,
);

/** Length of the longest line in bytes when long lines make up most of the file, else `undefined`. */
function longLines(buffer: Buffer): number | undefined {
  if (buffer.length < minMinifiedBytes || !hasLongLine(buffer)) return undefined;
  let nLongBytes = 0;
  let longest = 0;
  for (let start = 0; start < buffer.length;) {
    const found = buffer.indexOf(10, start);
    const end = found < 0 ? buffer.length : found;
    if (end - start > longLineBytes) nLongBytes += end - start;
    longest = Math.max(longest, end - start);
    start = end + 1;
  }
  return nLongBytes > buffer.length * minifiedShare ? longest : undefined;
}

/** Looks for a line break after every so many bytes, so that ordinary files cost few steps. */
function hasLongLine(buffer: Buffer): boolean {
  for (let at = 0; at < buffer.length; at += 2 * longLineBytes) {
    const found = buffer.indexOf(10, at);
    if ((found < 0 ? buffer.length : found) - at > longLineBytes) return true;
  }
  return false;
}

/** Prose has a paragraph on each line. */
function isProse(path: string): boolean {
  return proseLanguages.has(languageOf(path));
}
const proseLanguages: ReadonlySet<string> = new Set([
  "asciidoc",
  "latex",
  "markdown",
  "plaintext",
  "restructuredtext",
]);

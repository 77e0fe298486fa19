/** Bytes of a file to its text. */
import { isAscii, isUtf8 } from "node:buffer";
import iconv from "iconv-lite";
import { legacyEncodingOf } from "./legacyEncodings.ts";
import { utf16EncodingOf } from "./utf16.ts";

export type Decoded =
  /**
   * `text` keeps line breaks as they are and is without the byte order mark, as in the editor.
   * `encoding` is a name that iconv-lite knows.
   */
  | {
      readonly kind: "text";
      readonly text: string;
      readonly encoding: string;
      readonly hadBom: boolean;
    }
  | { readonly kind: "undecodable" };

/** A file with this share of broken sequences among its non-ASCII ones is still damaged UTF-8. */
const maxBrokenShare = 0.1;

/**
 * Decodes a file's content: ASCII and UTF-8 by their form, UTF-16 by its mark or its NUL bytes, the older
 * encodings of East Asia and Europe by the words they make. Damaged UTF-8 comes with U+FFFD where it is broken.
 */
export function decode(bytes: Uint8Array): Decoded {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // First: UTF-16 without a mark passes for ASCII with NUL bytes.
  const utf16 = utf16EncodingOf(buffer);
  if (utf16 !== undefined) return decodeUtf16(buffer, utf16);
  if (isAscii(buffer)) return text(buffer.toString("latin1"), "utf-8", false);
  const hadBom = buffer[0] === 0xef && buffer[1] === 0xbb && buffer[2] === 0xbf;
  if (isUtf8(buffer)) return text(buffer.toString("utf8", hadBom ? 3 : 0), "utf-8", hadBom);
  if (hadBom || isDamagedUtf8(buffer))
    return text(buffer.toString("utf8", hadBom ? 3 : 0), "utf-8", hadBom);
  const encoding = legacyEncodingOf(buffer);
  if (encoding === undefined) return { kind: "undecodable" };
  return text(iconv.decode(buffer, encoding), encoding, false);
}

function text(decoded: string, encoding: string, hadBom: boolean): Decoded {
  return { kind: "text", text: decoded, encoding, hadBom };
}

function decodeUtf16(buffer: Buffer, encoding: "utf-16le" | "utf-16be"): Decoded {
  const decoded = iconv.decode(buffer, encoding, { stripBOM: false });
  const hadBom = decoded.startsWith("\ufeff");
  return text(hadBom ? decoded.slice(1) : decoded, encoding, hadBom);
}

/** True when nearly all non-ASCII sequences are valid UTF-8, which text in another encoding never is. */
function isDamagedUtf8(buffer: Buffer): boolean {
  const decoded = buffer.toString("utf8");
  let nBroken = 0;
  for (let at = decoded.indexOf("\ufffd"); at >= 0; at = decoded.indexOf("\ufffd", at + 1))
    nBroken++;
  const nSequences = decoded.match(/[^\u0000-\u007f]/gu)?.length ?? 0;
  return nSequences > 1 && nBroken <= nSequences * maxBrokenShare;
}

/** Texts of every sort, as bytes, for the golden outputs of the fixture model. */

const texts: readonly string[] = [
  "",
  " \t\r\n",
  "x",
  "export function evictOldest(limit: number): void {\n  retry(limit);\n}\n",
  "def authenticate_user(password, session_id=None):\n    return Session(password)\n",
  "class HTTPServerRetryBackoff2XX { private int invoiceCost; }",
  "When is a picture thrown away?",
  "retry retry retry RETRY Retry",
  "画像を消すのはいつですか",
  "이미지를 언제 지우나요",
  "Größenvergleich naïve café ŒUVRE",
  "😀😀 emoji 👩‍👩‍👧 between words",
  "a".repeat(100),
  "A".repeat(33) + "b",
  "0123456789".repeat(10) + "abc",
  "price".repeat(2_000),
  "<script>alert('\u0000')</script>\u202e",
];

const hostile: readonly (readonly number[])[] = [
  [0],
  [0xff, 0xfe, 0xfd],
  [0xc0, 0x80, 0xed, 0xa0, 0x80],
  [0x72, 0x65, 0x74, 0x72, 0x79, 0xe2, 0x82],
  Array.from({ length: 256 }, (_, byte) => byte),
  Array.from({ length: 40 }, () => 0x80),
];

/** Valid UTF-8 first, then bytes that are none. */
export const goldenTexts: readonly Uint8Array[] = [
  ...texts.map((text) => new TextEncoder().encode(text)),
  ...hostile.map((bytes) => Uint8Array.from(bytes)),
];

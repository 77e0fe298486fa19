import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import iconv from "iconv-lite";
import { decode } from "../../../server/ingest/decoder.ts";
import { inspectContent } from "../../../server/ingest/skipRules.ts";

/** Text that a file in the encoding must come back as. Short ones are the hard ones. */
const samples: Readonly<Record<string, readonly string[]>> = {
  gb18030: [
    "// 初始化配置\nint x;\n",
    "函数",
    "返回用户列表",
    "/* 这个函数读取文件的内容并返回错误代码，如果文件不存在则返回空。 */\r\nvoid f() {}\r\n",
    "# 设置默认值\nvalue = 1\n",
  ],
  big5: [
    "// 初始化設定\n",
    "// 這個函數讀取檔案的內容並返回錯誤代碼，如果檔案不存在則返回空。\nint f(void);\n",
    "/* 使用者名稱 */",
  ],
  shift_jis: [
    "// 関数の定義\n",
    "ファイル",
    "// この関数はファイルの内容を読み込み、エラーコードを返します。\r\nint f(void);\r\n",
    "// 初期化処理\n#include <stdio.h>\n",
    "/* 表示ソ能力十 */\n",
  ],
  "euc-jp": [
    "// 関数の定義\n",
    "ファイル",
    "// この関数はファイルの内容を読み込み、エラーコードを返します。\nint f(void);\n",
  ],
  "euc-kr": [
    "// 함수\n",
    "파일",
    "// 이 함수는 파일의 내용을 읽고 오류 코드를 반환합니다.\nint f(void);\n",
    "/* 설정을 초기화한다 */\n",
  ],
  "windows-1252": [
    "/* Größe der Datei */\nint groesse;\n",
    "// café",
    "Copyright © 2009 José Müller\n",
    "// “quoted” — it’s £5 ± 3°\n",
    "// Ça dépend des paramètres, être où?\r\n",
    "naïve",
  ],
  "windows-1251": [
    "// Эта функция читает содержимое файла и возвращает код ошибки, если файла нет.\n",
  ],
  "koi8-r": ["// Эта функция читает содержимое файла и возвращает код ошибки, если файла нет.\n"],
};

for (const [encoding, texts] of Object.entries(samples)) {
  test(`${encoding} is recognised`, () => {
    for (const text of texts) {
      const bytes = iconv.encode(text, encoding);
      assert.equal(inspectContent(bytes, "a.c"), undefined, text);
      assert.deepEqual(decode(bytes), { kind: "text", text, encoding, hadBom: false }, text);
    }
  });
}

test("UTF-8 and ASCII come back as they are, without a byte order mark", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.boolean(), (text, withBom) => {
      // With NUL bytes, text may be UTF-16 just as well.
      fc.pre(!/[\ud800-\udfff\0]/u.test(text) && !text.startsWith("\ufeff"));
      const bytes = Buffer.from((withBom ? "\ufeff" : "") + text);
      assert.deepEqual(decode(bytes), { kind: "text", text, encoding: "utf-8", hadBom: withBom });
    }),
  );
});

test("only the first byte order mark goes", () => {
  const decoded = decode(Buffer.from("\ufeff\ufeffa\r\nb\r\n"));
  assert.deepEqual(decoded, {
    kind: "text",
    text: "\ufeffa\r\nb\r\n",
    encoding: "utf-8",
    hadBom: true,
  });
});

const utf16Texts = [
  "class A {}\r\n",
  "Windows Registry Editor Version 5.00\r\n\r\n[HKEY_LOCAL_MACHINE]\r\n",
  "// 一个函数 → größe\nint x;\n",
  "x\n",
];

test("UTF-16 is recognised in both byte orders, with and without its mark", () => {
  for (const text of utf16Texts)
    for (const encoding of ["utf-16le", "utf-16be"])
      for (const hadBom of [true, false]) {
        const bytes = iconv.encode((hadBom ? "\ufeff" : "") + text, encoding);
        assert.deepEqual(decode(bytes), { kind: "text", text, encoding, hadBom }, text);
      }
});

test("UTF-16 with its mark holds any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.boolean(), (text, isLittle) => {
      const encoding = isLittle ? "utf-16le" : "utf-16be";
      const bytes = iconv.encode(`\ufeff${text}`, encoding);
      const decoded = decode(bytes);
      // The mark of UTF-16LE and a NUL is the mark of UTF-32.
      fc.pre(!text.startsWith("\0"));
      assert.deepEqual(decoded, { kind: "text", text, encoding, hadBom: true });
    }),
  );
});

test("damaged UTF-8 stays UTF-8", () => {
  const text = "// größe, länge, höhe, tiefe — über alles\n".repeat(5);
  const bytes = Buffer.concat([Buffer.from(text), Buffer.from([0xff]), Buffer.from("\nend\n")]);
  assert.deepEqual(decode(bytes), {
    kind: "text",
    text: `${text}\ufffd\nend\n`,
    encoding: "utf-8",
    hadBom: false,
  });
});

test("a few old letters in a long file of code are found", () => {
  const code = "int someFunction(int argument) { return argument + 1; }\n".repeat(2000);
  for (const [encoding, comment] of [
    ["gb18030", "// 初始化文件系统\n"],
    ["shift_jis", "// ファイルを開く\n"],
    ["windows-1252", "// Größe\n"],
  ] as const) {
    const text = code + comment + code;
    const decoded = decode(iconv.encode(text, encoding));
    assert.deepEqual(decoded, { kind: "text", text, encoding, hadBom: false });
  }
});

for (const [encodings, text] of [
  ["windows-1252", "// the tolerance is ±epsilon, the mean±std of x±y, within ±n ulps"],
  ["windows-1252", "// a ¼in bolt, ³He and m³, ½ and ¾in, §4 ¶2, a¶b"],
  ["windows-1252", "// Córdoba, within ±n of ¼in"],
  ["windows-1252", "// © Müller, José and Åsa: naïve ±x"],
  ["iso-8859-2 windows-1250", "// autor: Dvořák"],
  ["iso-8859-2 windows-1250", "// šířka a výška obrázku v pixelech"],
  ["iso-8859-2 windows-1250", "// dĺžka reťazca"],
  ["iso-8859-2 windows-1250", "// zwraca długość łańcucha znaków"],
  ["koi8-r", "// возвращает длину строки и её хеш"],
  ["windows-1251", "// возвращает длину строки и её хеш"],
] as const)
  for (const encoding of encodings.split(" "))
    test(`read as it was written: ${text} (${encoding})`, () => {
      const decoded = decode(iconv.encode(`int f();\n${text}\n`, encoding));
      assert.equal(decoded.kind === "text" && decoded.text, `int f();\n${text}\n`);
    });

test("letters that two old encodings have at the same place are Western European", () => {
  const text = "int f();\n// größe café größe café\nint f();\n";
  const decoded = decode(iconv.encode(text, "windows-1252"));
  assert.deepEqual(decoded, { kind: "text", text, encoding: "windows-1252", hadBom: false });
});

/** Words that each language's technical texts are made of. */
const vocabulary: readonly (readonly [encodings: string, words: readonly string[]])[] = [
  [
    "gb18030",
    ["函数", "返回", "文件", "用户", "设置", "错误", "如果", "数据", "使用", "名称", "列表"],
  ],
  ["big5", ["函數", "檔案", "設定", "錯誤", "如果", "資料", "使用", "名稱", "這個", "時間"]],
  [
    "shift_jis",
    ["関数", "ファイル", "する", "設定", "です", "エラー", "の", "を", "読み込む", "表示"],
  ],
  [
    "euc-jp",
    ["関数", "ファイル", "する", "設定", "です", "エラー", "の", "を", "読み込む", "表示"],
  ],
  [
    "euc-kr",
    ["함수", "파일", "사용자", "설정", "오류", "반환", "합니다", "데이터", "이름", "없는"],
  ],
  [
    "windows-1252",
    ["größe", "länge", "für", "über", "zurück", "prüft", "schlüssel", "geändert", "während"],
  ],
  [
    "windows-1252",
    ["paramètre", "café", "où", "naïve", "déjà", "être", "mémoire", "à", "créé", "après"],
  ],
  [
    "windows-1252",
    ["señal", "tamaño", "función", "año", "número", "según", "índice", "línea", "está"],
  ],
  [
    "windows-1250 iso-8859-2",
    ["vrátí", "řetězce", "prvků", "příliš", "těchto", "může", "souborů", "který"],
  ],
  [
    "windows-1250 iso-8859-2",
    ["zwraca", "długość", "łańcucha", "znaków", "sprawdź", "użytkownik", "może", "będzie"],
  ],
];

test("sentences of common words in any old encoding come back unchanged", () => {
  const sentence = fc.constantFrom(...vocabulary).chain(([encodings, words]) =>
    fc.record({
      encoding: fc.constantFrom(...encodings.split(" ")),
      words: fc.uniqueArray(fc.constantFrom(...words), { minLength: 4 }),
      code: fc.constantFrom("int f();\n", "", "x = [1, 2];\r\n"),
    }),
  );
  fc.assert(
    fc.property(sentence, ({ encoding, words, code }) => {
      const text = `${code}// ${words.join(" ")}\n${code}`;
      const bytes = iconv.encode(text, encoding);
      const decoded = decode(bytes);
      assert.ok(decoded.kind === "text");
      assert.deepEqual([decoded.text, decoded.hadBom], [text, false]);
      // Where two encodings have the same letters at the same places, either is right.
      assert.deepEqual(iconv.encode(decoded.text, decoded.encoding), bytes);
    }),
    { numRuns: 300 },
  );
});

test("bytes that are no text in any encoding are undecodable", () => {
  assert.deepEqual(decode(Buffer.from([0x81, 0xff, 0x8d, 0xfe, 0x9d, 0xff, 0x90, 0xff])), {
    kind: "undecodable",
  });
});

test("any bytes are decoded or refused, never an error", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const decoded = decode(bytes);
      assert.ok(decoded.kind === "text" || decoded.kind === "undecodable");
      inspectContent(bytes, "a.c");
    }),
    { numRuns: 1000 },
  );
});

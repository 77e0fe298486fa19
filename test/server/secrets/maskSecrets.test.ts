import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { findSecrets } from "../../../server/secrets/findSecrets.ts";
import { maskSecrets } from "../../../server/secrets/maskSecrets.ts";
import { inCheckout } from "../../../scripts/checkout.ts";
import { randomNumbers } from "../workspaceMemoryHarness.ts";
import { plantSecrets } from "./plantedSecrets.ts";

test("of 1,000 planted secrets none is left, whatever stands around them", () => {
  const around = "function load() {\n  return read(settings);\n}\n";
  for (const { kind, secret, text } of plantSecrets(1_000, randomNumbers(11))) {
    const masked = maskSecrets(`${around}${text}\n${around}`);
    assert.ok(!masked.includes(secret), `${kind}: ${text}`);
    assert.ok(masked.startsWith(around) && masked.endsWith(around), kind);
    assert.match(masked, /\[secret: [\w ]+\]/, kind);
    assert.equal(maskSecrets(masked), masked, "masking again changes nothing");
  }
});

test("many secrets in one text are all found, and its lines keep their numbers", () => {
  const planted = plantSecrets(200, randomNumbers(12));
  const text = planted.map((each) => each.text).join("\r\n");
  const masked = maskSecrets(text);
  for (const { kind, secret } of planted) assert.ok(!masked.includes(secret), kind);
  assert.equal(masked.split("\n").length, text.split("\n").length);
});

const harmless: readonly string[] = [
  "const token = lexer.nextToken();",
  'password: "correct",',
  "secret = process.env.CLIENT_SECRET",
  'password = "${{ secrets.DB_PASSWORD }}"',
  "https://user:$PASSWORD@host/",
  "Authorization: Bearer ${token}",
  'const apiKey = "YOUR_API_KEY_1234";',
  "tokenType = TokenType.closeParenthesis2",
  'key: "ArrowLeft", secret: "a-b-c-d"',
  "sha512-abc integrity of a package",
];
for (const text of harmless)
  test(`nothing is masked in: ${text}`, () => assert.equal(maskSecrets(text), text));

test("in real code fewer than one line in 10,000 is masked", () => {
  const files = globSync(
    [
      "{server,extension,webview,bench,scripts}/**/*.ts",
      "node_modules/{typescript,esbuild,minimatch,prettier,markdown-it,dompurify,highlight.js,iconv-lite,assemblyscript,fast-check}/**/*.{js,ts,mjs,md,json}",
    ],
    { cwd: inCheckout() },
  );
  let nLines = 0;
  const masked: string[] = [];
  for (const file of files) {
    const text = readFileSync(path.join(inCheckout(), file), "utf8");
    if (text.length > 2_000_000) continue;
    nLines += text.split("\n").length;
    for (const { kind } of findSecrets(text)) masked.push(`${file}: ${kind}`);
  }
  assert.ok(nLines > 100_000, `${nLines} lines`);
  assert.ok(masked.length <= nLines / 10_000, masked.slice(0, 20).join("\n"));
});

test("any text can be masked, and its line breaks stay", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 2_000 }), (text) => {
      const masked = maskSecrets(text);
      assert.equal(masked.split("\n").length, text.split("\n").length);
    }),
  );
});

const hostile: readonly (readonly [string, string])[] = [
  ["nothing but beginnings of keys", "-----BEGIN PRIVATE KEY-----".repeat(20_000)],
  ["nothing but keywords", "token=secret:password='api_key=bearer basic ://".repeat(15_000)],
  ["one long line", "a".repeat(1_000_000)],
  ["one long token", `${["gh", "p_"].join("")}${"a1B2".repeat(200_000)}`],
  ["quotes that do not end", `password = "${"\\".repeat(500_000)}`],
];
for (const [what, text] of hostile) {
  test(`${what}: it ends soon`, () => {
    const before = process.cpuUsage();
    maskSecrets(text.slice(0, 1_000_000));
    const { user } = process.cpuUsage(before);
    assert.ok(user < 3e6, `${user / 1e3} ms`);
  });
}

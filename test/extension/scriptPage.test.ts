import assert from "node:assert/strict";
import { test } from "node:test";
import { scriptPage } from "../../extension/scriptPage.ts";

const page = scriptPage({
  cspSource: "https://view.example",
  scriptUri: 'https://view.example/a"b<c>.js',
  styleUri: "https://view.example/s.css?x=1&y=2",
  nonce: "bm9uY2U=",
  language: "de",
});

test("the page may load its own parts and nothing else", () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "";
  assert.deepEqual(policy.split("; "), [
    "default-src 'none'",
    "img-src https://view.example data:",
    "style-src https://view.example",
    "font-src https://view.example",
    "script-src 'nonce-bm9uY2U='",
    "base-uri 'none'",
    "form-action 'none'",
  ]);
  assert.ok(!page.includes("unsafe-"));
});

test("the only script is the one with the nonce, and there is no inline style or handler", () => {
  assert.deepEqual(page.match(/<script[^>]*>/g), [
    '<script nonce="bm9uY2U=" src="https://view.example/a&quot;b&lt;c&gt;.js">',
  ]);
  assert.ok(!/<style|\sstyle=|\son\w+=/.test(page));
  assert.ok(page.includes('<html lang="de">'));
  assert.ok(page.includes("s.css?x=1&amp;y=2"));
});

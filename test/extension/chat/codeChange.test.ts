import assert from "node:assert/strict";
import { test } from "node:test";
import { changeWith } from "../../../extension/chat/codeChange.ts";

/** `text` with `$0` at the cursor, or around what is selected; the text after the change. */
function changed(marked: string, code: string): string {
  const start = marked.indexOf("$0");
  const rest = marked.slice(0, start) + marked.slice(start + 2);
  const second = rest.indexOf("$0");
  const text = second < 0 ? rest : rest.slice(0, second) + rest.slice(second + 2);
  const change = changeWith(text, { start, end: second < 0 ? start : second }, code);
  return text.slice(0, change.start) + change.text + text.slice(change.end);
}

const cases: Readonly<Record<string, readonly [text: string, code: string, after: string]>> = {
  "what is selected is replaced": ["a\n$0b\nc$0\nd\n", "\nx\ny\n\n", "a\nx\ny\nd\n"],
  "a definition takes the place of itself": [
    "$0one();\n\nfunction two() {\n  if (x) {\n  }\n  return 1;\n}\n\nthree();\n",
    "function two() {\n  return 2;\n}\n",
    "one();\n\nfunction two() {\n  return 2;\n}\n\nthree();\n",
  ],
  "it keeps the indentation of the file": [
    "class A {\n  two() {\n    return 1;\n  }\n}$0\n",
    "two() {\n  return 2;\n}",
    "class A {\n  two() {\n    return 2;\n  }\n}\n",
  ],
  "a line that stands twice is no place": [
    "call();\ncall();\n$0end\n",
    "call();\nmore();",
    "call();\ncall();\ncall();\nmore();\nend\n",
  ],
  "nor is one that says nothing": ["{\n}\n$0", "{\n  x\n}", "{\n}\n{\n  x\n}\n"],
  "without a place it goes in before the cursor's line": ["a\nb$0c\nd", "x", "a\nx\nbc\nd"],
  "line breaks are those of the file": ["a\r\n$0b\r\n", "x\ny", "a\r\nx\r\ny\r\nb\r\n"],
  "into an empty file": ["$0", "x", "x\n"],
};
for (const [name, [text, code, after]] of Object.entries(cases))
  test(name, () => assert.equal(changed(text, code), after));

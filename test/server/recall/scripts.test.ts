/** Questions in Chinese, Japanese and Korean, which write few or no spaces, find code whose comments are in them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { functionText, withMemory, type OpenedMemory } from "../workspaceMemoryHarness.ts";

const commented = (comment: string, name: string): string =>
  `/** ${comment} */\nexport function ${name}(input: string): string {\n  return input;\n}\n`;
const files = {
  "src/a.ts": commented("当网络连接断开时自动重新连接服务器", "alpha"),
  "src/b.ts": commented("把缓存写入磁盘并检查数据完整性", "beta"),
  "src/c.ts": commented("利用者の権限を確認してから画面を表示する", "gamma"),
  "src/d.ts": commented("キャッシュの有効期限を設定する", "delta"),
  "src/e.ts": commented("비밀번호를 암호화해서 저장소에 기록한다", "epsilon"),
  "src/f.ts": commented("만료된 세션을 주기적으로 정리한다", "zeta"),
  "src/g.ts": functionText("other"),
};

let opened: OpenedMemory;
withMemory(files, (memory) => (opened = memory));

const questions: readonly (readonly [script: string, question: string, path: string])[] = [
  ["Chinese", "断开的网络是怎么重新连接的？", "src/a.ts"],
  ["Chinese", "数据完整性在哪里检查", "src/b.ts"],
  ["Japanese", "権限の確認はどこで行われますか", "src/c.ts"],
  ["Japanese", "キャッシュの期限はどのように設定されていますか？", "src/d.ts"],
  ["Korean", "비밀번호는 어디에서 암호화되나요?", "src/e.ts"],
  ["Korean", "세션 만료는 어떻게 정리하나요", "src/f.ts"],
];
for (const [script, question, path] of questions) {
  test(`${script}: ${question}`, async () => {
    const [recall] = await opened.search(question);
    assert.equal(recall?.citation.path, path);
    assert.ok(recall.reasons.some(({ kind, detail }) => kind === "body" && detail !== ""));
  });
}

/** Words that say how to answer and not what to look for; which ones these are depends on the intent. */
import type { Intent } from "./intent.ts";
import type { Scope } from "./scope.ts";

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const asking: Readonly<Record<Intent["kind"], ReadonlySet<string>>> = {
  where: words(
    "please show find locate file files located live lives defined declared definition implemented implementation happen happens 定义 定義 実装 宣言 정의 구현",
  ),
  how: words("please explain work works working show 工作 動作 작동 동작"),
  what: words("please explain describe tell mean means purpose 作用 意味"),
  whoCalls: words(
    "call calls called calling caller callers use uses used usage usages user users using invoke invokes invoked reference references referenced construct constructs constructed import imports imported depend depends breaks break change changing remove delete rename modify affected impact function functions method methods 调用 調用 使用 引用 호출 사용 참조 呼び出 使",
  ),
  flow: words(
    "happen happens happening goes between trace walk through flow path steps call chain 发生 流程 過程 过程 流れ 흐름",
  ),
  allPlaces: words(
    "all every each everywhere list find show give place places spot spots location locations occurrence occurrences instance instances usage usages use uses used call calls called line lines file files 地方 位置 出现 出現 使用 用到 箇所 場所 使 곳 위치 사용",
  ),
  past: words(
    "when why who whom did was were has have been change changed changes changing modified modify updated update edited edit touched touch added add introduced introduce created create removed remove deleted delete dropped renamed moved rewritten wrote written last first since history knows know maintains owns author authors expert experts start started using switch switched broke broken commit commits commited reason new please 什么时候 何时 为什么 谁 修改 改 变更 添加 删除 变更 變更 追加 削除 変更 언제 왜 누가 변경 수정 추가 삭제",
  ),
  similar: words(
    "please find show similar something anything like code selected looks duplicate duplicates 类似 類似 相似 似 비슷한 코드",
  ),
  error: words("error errors please help fix got getting"),
  unknown: words("please"),
};

const testWords = words("test tests tested testing spec specs 测试 測試 テスト 테스트");
const docsWords = words("docs documentation documented readme 文档 文檔 ドキュメント 문서");
const languageWords = words(
  "typescript javascript python golang rust java kotlin swift ruby php scala lua code",
);

/** True when a lower-case word of the question is part of the asking. */
export function asksOnly(word: string, intent: Intent, scope: Scope): boolean {
  if (asking[intent.kind].has(word)) return true;
  if ((scope.tests === "only" || scope.tests === "exclude") && testWords.has(word)) return true;
  if ((scope.docs === "only" || scope.docs === "exclude") && docsWords.has(word)) return true;
  return scope.languages !== undefined && languageWords.has(word);
}

/** Chinese, Japanese and Korean questions: what is left when the words of asking are taken out. */

/** Longer phrases first within each script, so that none is cut in half. */
const askingPhrases = [
  // Chinese, both scripts
  "不包括",
  "不要",
  "不含",
  "除了",
  "在哪个文件",
  "在哪個檔案",
  "在什么地方",
  "在什麼地方",
  "哪些地方",
  "哪个文件",
  "哪個檔案",
  "什么地方",
  "什麼地方",
  "在哪里",
  "在哪裡",
  "在哪儿",
  "哪里",
  "哪裡",
  "哪儿",
  "为什么",
  "為什麼",
  "是什么",
  "是什麼",
  "什么",
  "什麼",
  "怎么样",
  "怎樣",
  "怎样",
  "怎么",
  "怎麼",
  "如何",
  "请问",
  "請問",
  "告诉我",
  "告訴我",
  "有没有",
  "是否",
  "哪个",
  "哪個",
  "哪些",
  "所有",
  "全部",
  "之间",
  "之間",
  "发生了",
  "发生",
  "發生",
  "的",
  "了",
  "吗",
  "嗎",
  "呢",
  "吧",
  "是",
  "在",
  "被",
  "把",
  "和",
  "与",
  "與",
  "到",
  "从",
  "從",
  "谁",
  "誰",
  // Japanese
  "どのファイル",
  "どのように",
  "どうやって",
  "どのような",
  "どうなって",
  "教えてください",
  "してください",
  "されていますか",
  "していますか",
  "されている",
  "している",
  "ていますか",
  "ありますか",
  "でしょうか",
  "何ですか",
  "なんですか",
  "ですか",
  "ますか",
  "すべて",
  "どこで",
  "どこに",
  "どこ",
  "どれ",
  "なぜ",
  "とは何",
  "とは",
  "される",
  "する",
  "について",
  "における",
  "によって",
  "から",
  "まで",
  "です",
  "ます",
  "した",
  "して",
  "され",
  "は",
  "が",
  "を",
  "に",
  "の",
  "で",
  "と",
  "も",
  "へ",
  "や",
  "か",
] as const;
const askingPattern = new RegExp(
  [...askingPhrases].sort((a, b) => b.length - a.length).join("|"),
  "gu",
);

const koreanAsking =
  /^(?:어디에서|어디에|어디서|어디|어떻게|무엇을|무엇|무슨|누가|왜|모든|있나요|있습니까|되나요|됩니까|하나요|합니까|인가요|입니까|되어|하는|되는|있는지|해주세요|알려주세요)$/u;
const koreanEndings =
  /(?:에서는|에서|에게|으로|까지|부터|하나요|되나요|하는|되는|합니까|됩니까|됩니다|합니다|인가요|은|는|을|를)$/u;
/** These also end plain nouns (재시도), so only longer words lose them. */
const koreanShortEndings = /(?:이|가|에|의|로|와|과|도|만)$/u;

const hasKana = /[\p{Script=Hiragana}\p{Script=Katakana}]/u;
const hangul = /[\p{Script=Hangul}]/u;
const notHangul = /[^\p{Script=Hangul}]+/u;

/**
 * Returns the parts of a CJK run that say what is looked for. A run of nothing but asking words gives
 * nothing. Hangul words lose one ending, the other scripts lose their phrases of asking.
 */
export function contentRuns(run: string): string[] {
  if (hangul.test(run)) return run.split(notHangul).flatMap(koreanContent);
  const parts = run.replace(askingPattern, " ").split(" ");
  // A lone hiragana is a particle or an ending that the list does not hold.
  return parts.filter(
    (part) => part !== "" && !(hasKana.test(part) && /^\p{Script=Hiragana}{1,2}$/u.test(part)),
  );
}

function koreanContent(word: string): string[] {
  if (word === "" || koreanAsking.test(word)) return [];
  const long = word.length > 2 ? word.replace(koreanEndings, "") : word;
  const stem = long.length > 3 ? long.replace(koreanShortEndings, "") : long;
  return [stem.length > 1 ? stem : word];
}

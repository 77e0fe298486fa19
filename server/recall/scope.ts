/** Where a question wants to look: tests, documentation, configuration, a language, a folder. */

/** A part of the workspace that a question asks about, or wants left out. */
export type ScopeWish = "only" | "include" | "exclude";

/** What a question says about where to look. Absent fields: it says nothing. */
export interface Scope {
  readonly tests?: ScopeWish;
  readonly docs?: ScopeWish;
  readonly config?: ScopeWish;
  /** VS Code language ids. */
  readonly languages?: readonly string[];
  /** Workspace-relative, with `/`, without one at the end. */
  readonly folders?: readonly string[];
}

/** Scope words stand in the question's prose, not deep inside a pasted log. */
const maxScopeLength = 4000;

/** Returns the scope that a question's prose asks for. */
export function scopeOf(prose: string): Scope {
  const text = prose.slice(0, maxScopeLength).toLowerCase();
  const tests = wishOf(text, testWords);
  const docs = wishOf(text, docsWords);
  const config = wishOf(text, configWords);
  const languages = languagesIn(prose.slice(0, maxScopeLength));
  const folders = foldersIn(prose.slice(0, maxScopeLength));
  return {
    ...(tests === undefined ? {} : { tests }),
    ...(docs === undefined ? {} : { docs }),
    ...(config === undefined ? {} : { config }),
    ...(languages.length === 0 ? {} : { languages }),
    ...(folders.length === 0 ? {} : { folders }),
  };
}

interface ScopeWords {
  readonly mention: RegExp;
  readonly only: RegExp;
  readonly exclude: RegExp;
}

const testWords: ScopeWords = {
  mention:
    /\b(?:unit |integration )?tests?\b|\btested\b|\btest ?(?:case|suite|file)s?\b|\bspecs?\b|测试|測試|テスト|테스트/u,
  only: /\b(?:in|inside|within|among) (?:the |our |its )?(?:unit |integration |e2e )?tests?\b|\bonly (?:the |in )?(?:the )?tests?\b|\b(?:which|what|the|any|are there|unit|find|show) tests? (?:for|of|cover\w*|check\w*|that|which|exercis\w*)\b|\btests? (?:cover|check|exercis)\w*\b|\b(?:is|are|where|how) [^.?!]{0,80}\btested\b|只.{0,4}测试|测试(?:里|中|代码|文件|用例)|測試(?:裡|中)|テスト(?:コード|内|の中|だけ|ケース)|테스트(?:에서|만| 코드)/u,
  exclude:
    /\b(?:not|except|excluding|without|outside|ignor\w+|skip\w*|no|other than) (?:in )?(?:the |any )?(?:unit )?tests?\b|不(?:要|包括|含).{0,4}测试|测试(?:之外|以外|除外)|テスト(?:以外|を除)|테스트(?:를)? ?제외/u,
};
const docsWords: ScopeWords = {
  mention: /\bdoc(?:s|umentation|umented)\b|\breadme\b|\bchangelog\b|文档|文檔|ドキュメント|문서/u,
  only: /\b(?:in|inside|within) (?:the |our )?(?:docs|documentation|readme|changelog)\b|\bdocs? only\b|\bonly (?:the |in )?(?:the )?doc(?:s|umentation)\b|\bis [^.?!]{0,80}\bdocumented\b|文档(?:里|中)|ドキュメント(?:内|の中)|문서(?:에서|만)/u,
  exclude:
    /\b(?:not|except|excluding|without|outside|ignor\w+|skip\w*|no|other than) (?:in )?(?:the |any )?(?:docs|documentation|readme)\b|不(?:要|包括|含).{0,4}文档|ドキュメント(?:以外|を除)|문서(?:를)? ?제외/u,
};
const configWords: ScopeWords = {
  mention: /\bconfig(?:s|uration|ured|urable)?\b|\bsettings?\b|配置|設定|설정/u,
  only: /\b(?:in|inside|within) (?:the |our )?(?:config(?:s|uration)?|settings)(?: files?)?\b|\bconfig(?:uration)? files? only\b|\bonly (?:the |in )?(?:the )?config\w*\b|配置文件(?:里|中)|設定ファイル(?:内|の中)|설정 ?파일(?:에서|만)/u,
  exclude:
    /\b(?:not|except|excluding|without|outside|ignor\w+|skip\w*|no|other than) (?:in )?(?:the |any )?config\w*\b/u,
};

function wishOf(text: string, words: ScopeWords): ScopeWish | undefined {
  if (!words.mention.test(text)) return undefined;
  if (words.exclude.test(text)) return "exclude";
  return words.only.test(text) ? "only" : "include";
}

/** What people call a language, with its VS Code id. Names that are also words need capital letters. */
const languageNames: readonly (readonly [RegExp, string])[] = [
  [/\btypescript\b|\bts (?:code|files?)\b/i, "typescript"],
  [/\bjavascript\b|\bjs (?:code|files?)\b/i, "javascript"],
  [/\bpython\b|\bpy files?\b/i, "python"],
  [/\bgolang\b|\bin Go\b|\bGo (?:code|files?|side|part|package)\b/, "go"],
  [/\bin Rust\b|\bRust (?:code|files?|side|part|crate)\b|\brust code\b/, "rust"],
  [/\bin Java\b|\bJava (?:code|files?|side|part|class)\b|\bjava code\b/, "java"],
  [/\bkotlin\b/i, "kotlin"],
  [/\bin Swift\b|\bSwift (?:code|files?)\b/, "swift"],
  [/\bc\+\+|\bcpp\b/i, "cpp"],
  [/\bc#|\bcsharp\b/i, "csharp"],
  [/\bin C\b(?![+#:])|\bC (?:code|files?|sources?)\b/, "c"],
  [/\bin Ruby\b|\bRuby (?:code|files?|side)\b|\bruby code\b/, "ruby"],
  [/\bphp\b/i, "php"],
  [/\bscala\b/i, "scala"],
  [/\blua (?:code|files?|scripts?)\b|\bin Lua\b/i, "lua"],
  [/\bshell scripts?\b|\bbash scripts?\b/i, "shellscript"],
  [/\bsql (?:files?|queries|scripts?)\b|\bin SQL\b/i, "sql"],
  [/\byaml\b/i, "yaml"],
  [/\bhtml\b/i, "html"],
  [/\bcss\b/i, "css"],
  [/\bmarkdown\b/i, "markdown"],
];

function languagesIn(prose: string): string[] {
  return languageNames.filter(([name]) => name.test(prose)).map(([, id]) => id);
}

const folderMention =
  /(?:\b(?:in|inside|under|within|beneath|from) (?:the )?(?:(?:folder|directory|dir|package|module) )?[`"']?|(?:在|目录|文件夹) ?)((?:\.{1,2}\/|\/)?[\w@.-]+(?:\/[\w@.-]+){0,20}\/?)[`"']?((?:'s)?(?: (?:folder|directory|dir)\b| ?目录| ?文件夹)?)/giu;

/** `in src/net`, `under packages/core/`, `in the server folder`. A file is no folder. */
function foldersIn(prose: string): string[] {
  const folders: string[] = [];
  for (const match of prose.matchAll(folderMention)) {
    const name = (match[1] as string).replace(/^\.\//, "").replace(/[/.]+$/, "");
    const saysFolder =
      (match[2] ?? "").trim() !== "" ||
      (match[1] as string).endsWith("/") ||
      / (?:folder|directory|dir) /i.test(match[0]);
    const base = name.slice(name.lastIndexOf("/") + 1);
    if (name === "" || /\.\w{1,5}$/.test(base)) continue;
    if (name.includes("/") || saysFolder) folders.push(name.replace(/^\//, ""));
  }
  return [...new Set(folders)].slice(0, 20);
}

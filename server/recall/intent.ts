/** What kind of answer a question wants. */
import { isOneWord } from "./questionTokens.ts";

/** The kind of answer, with the name or phrase it is about where the question has one. */
export type Intent =
  | { readonly kind: "where" | "how" | "what" | "unknown"; readonly target?: string }
  | { readonly kind: "whoCalls"; readonly target?: string }
  /** What happens from one place to another; `to` is absent for "what happens when …". */
  | { readonly kind: "flow"; readonly from?: string; readonly to?: string }
  | { readonly kind: "allPlaces"; readonly target?: string }
  | PastIntent
  | { readonly kind: "similar" }
  | { readonly kind: "error" };

/** A question about what was: `change` says which kind of change is meant, `since` from when on, as it was written. */
export interface PastIntent {
  readonly kind: "past";
  readonly wants: "when" | "why" | "who" | "changes";
  readonly change?: "added" | "removed";
  readonly target?: string;
  readonly since?: string;
}

/** What is already known about a question. */
export interface IntentFacts {
  readonly identifiers: readonly string[];
  /** Quoted texts; the first is what "all places" looks for. */
  readonly literals: readonly string[];
  readonly hasError: boolean;
  /** The question is code and nothing else. */
  readonly isPastedOnly: boolean;
}

/** The wish stands at the beginning or the end; a long pasted middle does not change it. */
const maxIntentLength = 1500;

/** Returns what a question wants. `prose` is the question without pasted code and traces. */
export function intentOf(prose: string, facts: IntentFacts): Intent {
  const text = prose.slice(0, maxIntentLength).replace(/\s+/g, " ").trim();
  if (facts.isPastedOnly) return { kind: "similar" };
  const past = pastOf(text, facts.identifiers);
  if (past !== undefined) return past;
  const places = allPlacesOf(text, facts);
  if (places !== undefined) return places;
  const flow = flowOf(text);
  if (flow !== undefined) return flow;
  const callers = callersOf(text, facts.identifiers);
  if (callers !== undefined) return callers;
  if (similarWords.test(text)) return { kind: "similar" };
  if (facts.hasError) return { kind: "error" };
  for (const [kind, words] of plainKinds) {
    if (words.test(text)) return withTarget(kind, facts.identifiers[0]);
  }
  return withTarget("unknown", facts.identifiers[0]);
}

const similarWords =
  /\b(?:similar (?:to|code|function|implementation)|(?:something|anything|code|functions?) (?:like|similar to) (?:this|the selected|that)|looks? like this|duplicates? of|near[- ]duplicates?)\b|类似|相似|類似|似た|비슷/iu;

const plainKinds: readonly (readonly ["where" | "how" | "what", RegExp])[] = [
  [
    "where",
    /^(?:so |and |hi,? |hello,? |please )?(?:where|in (?:which|what) (?:file|module|class|package|function)|which (?:file|module|class|package|function|method|part)|(?:can you )?(?:find|locate|show me|point me to)\b)|\bwhere (?:is|are|do|does|can|in)\b|哪里|哪裡|哪儿|哪个文件|哪個檔案|什么地方|什麼地方|どこ|どのファイル|어디|어느 파일/iu,
  ],
  [
    "how",
    /^(?:so |and |hi,? |hello,? |please )?(?:how|in what way|explain how)\b|如何|怎么|怎麼|怎样|怎樣|どうやって|どのように|どうな|어떻게/iu,
  ],
  [
    "what",
    /^(?:so |and |hi,? |hello,? |please )?(?:what|explain|describe|tell me about|why)\b|是什么|是什麼|什么是|做什么|为什么|為什麼|とは|何|なぜ|무엇|뭐|왜/iu,
  ],
];

function withTarget(
  kind: "where" | "how" | "what" | "unknown",
  target: string | undefined,
): Intent {
  return target === undefined ? { kind } : { kind, target };
}

const callerStart =
  /\b(?:(?:who|what|which (?:functions?|methods?|code|places|files?|modules?|classes|tests?)) (?:calls?|uses?|invokes?|references?|constructs?|instantiates?|imports?|depends? on|is calling|is using|are calling|are using)|(?:callers?|call sites?|usages?|users|references) (?:of|to|for)|what (?:breaks|would break|will break|is affected|happens) if (?:i|we|you|someone) (?:change|remove|delete|rename|modify|edit|touch)s?|impact of (?:changing|removing|renaming))\b/iu;
const callerEnd =
  /^(?:where|how often|from where|when|by whom|by what) (?:is|are|do we|does anything|do you) (\S{1,200}(?: \S{1,200}){0,4}?) (?:being )?(?:called|used|invoked|referenced|constructed|instantiated|imported|call|use|invoke)\b/iu;
const callerCjk =
  /(?:谁|誰|哪里|哪裡|哪些地方|哪儿).{0,20}(?:调用|調用|使用|引用|用到)|被谁|被誰|(?:调用|調用|引用)(?:者|方|处|了|它)|呼び出し元|呼び出している|呼んでいる|(?:どこ|誰).{0,20}(?:呼ばれ|呼び出|使われ|使って|参照)|(?:호출|사용|참조)(?:하는|되는)|누가.{0,20}(?:호출|사용)/u;

function callersOf(text: string, identifiers: readonly string[]): Intent | undefined {
  const ended = callerEnd.exec(text);
  if (ended !== null) return callersTarget(ended[1] as string, identifiers);
  const started = callerStart.exec(text);
  if (started !== null)
    return callersTarget(text.slice(started.index + started[0].length), identifiers);
  if (!callerCjk.test(text)) return undefined;
  return identifiers[0] === undefined
    ? { kind: "whoCalls" }
    : { kind: "whoCalls", target: identifiers[0] };
}

function callersTarget(phrase: string, identifiers: readonly string[]): Intent {
  // Nothing defines it: its uses are the lines that hold it.
  const used = phrase.split(" ").map((word) => word.replace(/[?.!,;:]+$/, ""));
  const target = used.find(isOneWord);
  if (target !== undefined) return { kind: "allPlaces", target };
  const named =
    identifiers.find((name) => phrase.includes(name)) ?? identifiers[0] ?? onlyName(phrase);
  return named === undefined ? { kind: "whoCalls" } : { kind: "whoCalls", target: named };
}

const fillers = new Set(
  "the a an this that these those our its it my function method class module variable constant type interface struct macro helper here called named any of to from for in on".split(
    " ",
  ),
);

/** Returns the one word of a phrase that may be a name; several words are a description and no name. */
function onlyName(phrase: string): string | undefined {
  const [object] = phrase.split(/ (?:in|from|within|inside|on|when|and|with|for|before|after) /i);
  const names = (object as string)
    .split(" ")
    .filter(
      (token) =>
        /[\p{L}\p{N}]/u.test(token) && !fillers.has(token.toLowerCase().replace(/\W+$/, "")),
    );
  return names.length === 1 ? firstName(names[0] as string) : undefined;
}

/** Returns the first word of a phrase that may be a name, `undefined` when it has none. */
function firstName(phrase: string): string | undefined {
  for (const token of phrase.split(" ").slice(0, 8)) {
    const name = token.replace(/^[^\p{L}_$]+|[^\p{L}\p{N}_$]{1,10}$/gu, "");
    if (name !== "" && !fillers.has(name.toLowerCase()) && /^[\p{L}\p{N}_$]+$/u.test(name))
      return name;
  }
  return undefined;
}

const addedWords =
  /\b(?:add(?:ed)?|introduced?|created?|born|wrote|written|first (?:appear|commit)\w*)\b|添加|加入|增加|引入|新增|追加|추가/iu;
const removedWords =
  /\b(?:removed?|deleted?|dropp?(?:ed)?|gone|disappear(?:ed)?|stop(?:ped)?|ceased?)\b|删除|刪除|删掉|移除|去掉|削除|삭제|제거/iu;
const changeWord = String.raw`(?:chang(?:e|ed|ing)|modif(?:y|ied)|updated?|edit(?:ed)?|touch(?:ed)?|add(?:ed)?|introduced?|created?|removed?|deleted?|dropp?(?:ed)?|renamed?|moved?|rewr(?:ote|itten)|replaced?|refactor(?:ed)?|reverted?|stop(?:ped)?|start(?:ed)?|switch(?:ed)?|migrat(?:e|ed)|fix(?:ed)?|broke|broken|disappear(?:ed)?|appear(?:ed)?|written|wrote|born)`;
/** Something else than the code itself came to an end: a claim, a habit. What changed the code then tells. */
const stoppedBeing =
  /\b(?:stop(?:ped)?|ceased?) (?:to )?(?:be(?:ing)?|hold(?:ing)?|apply(?:ing)?|match(?:ing)?|\w+ing)\b|\bno longer\b/iu;
/** Questions about the code of today, whatever they say of changes. */
const presentStart =
  /^(?:so |and |please )?(?:where|how|in (?:which|what)|which (?:file|function|class|method|module)s? (?!changed)|find|show me where)\b/iu;
const pastStart: readonly (readonly [PastIntent["wants"], RegExp])[] = [
  [
    "changes",
    /^(?:so |and |please )?(?:(?:what|which \w+|did anything|has anything|list what|show me what) (?:(?:has|have|was|were|all|else) )*changed?\b(?! (?:if|when)\b)|(?:has|have|did) .{1,100} changed? (?:since|after|in the last)\b|what(?:'s| is) new\b|what(?: has)? happened (?:in|to|since|today|yesterday|lately|recently|last|this)\b|(?:list |show )?(?:me )?(?:the |all |recent |latest )*(?:changes|commits) (?:in|to|of|on|under|since|for)\b)/iu,
  ],
  [
    "when",
    new RegExp(
      String.raw`(?:^(?:so |and |please )?how (?:has|have|did) .{1,200}\b(?:changed?|evolved?)\b|^(?:so |and |please )?(?:which|what) commits? (?:first |last )?${changeWord}\b|\bwhat(?:'s| is) the (?:git |change |commit )?history of\b|\bwhen (?:exactly )?(?:did|was|were|has|have)\b.{0,200}\b${changeWord}\b|\bsince when (?:do|does|is|are|did|has|have)\b|^(?:what|which|show|when)\b.{0,20}\b(?:last|latest|first) (?:change|commit|edit|modification) (?:of|to|in|on|for)\b|^(?:show )?(?:me )?(?:the )?(?:git |change |commit )?history of\b)`,
      "iu",
    ),
  ],
  [
    "why",
    new RegExp(
      String.raw`\b(?:why (?:did|was|were|has|have)\b.{0,200}\b${changeWord}\b|reasons? (?:for|behind|of) (?:the |this |that )?(?:last )?(?:change|removal|addition|rename|commit)\b)`,
      "iu",
    ),
  ],
  [
    "who",
    /^(?:so |and |please )?(?:who(?:m)?(?: else)? (?:knows?|wrote|writes|authored|maintains?|owns?|has (?:changed|written|touched|worked on)|worked on|works on|last (?:changed|touched|edited|modified)|changed|touched|edited|modified|added|introduced|created|removed|deleted|renamed|moved|refactored|broke|fixed)\b|who (?:is|are) the (?:author|expert|owner|maintainer)s?\b|who(?:m)? (?:can|could|should|do) i ask about\b|git blame\b)/iu,
  ],
];
const cjkChange =
  "(?:改|变|變|変更|変わ|追加|削除|添加|加入|增加|引入|新增|删除|刪除|删掉|移除|去掉|导入|導入|바뀌|바뀐|변경|수정|추가|삭제|제거)";
const pastCjk: readonly (readonly [PastIntent["wants"], RegExp])[] = [
  [
    "changes",
    new RegExp(
      `(?:以来|以來|之后|之後|以后|以後|以降|から|이후|부터|最近|최근).{0,40}(?:什么|什麼|哪些|何|なに|무엇|뭐|어떤).{0,20}${cjkChange}|(?:以来|以來|之后|之後|以降|이후).{0,30}${cjkChange}`,
      "u",
    ),
  ],
  [
    "when",
    new RegExp(
      `(?:什么时候|什麼時候|何时|何時|哪天|いつ|언제).{0,80}${cjkChange}|${cjkChange}.{0,20}(?:什么时候|什麼時候|いつ|언제)`,
      "u",
    ),
  ],
  [
    "why",
    new RegExp(
      `(?:为什么|為什麼|为何|為何|なぜ|どうして|왜).{0,80}${cjkChange}(?:了|的|过|過|た|し|れ|까|었|였|했|됐|된)`,
      "u",
    ),
  ],
  [
    "who",
    new RegExp(
      `(?:谁|誰|누가|누구).{0,80}(?:${cjkChange}|写|寫|書|熟悉|了解|负责|負責|詳し|知って|作成|작성|만들|알고)`,
      "u",
    ),
  ],
];
const sinceWords =
  /\b(?:since|after|in the (?:last|past)|during the (?:last|past)|over the (?:last|past))\b (?:the )?(.{1,80}?)[?.!]*$/iu;
const sinceCjk = /([^\s，。、？?]{1,40}?) ?(?:以来|以來|之后|之後|以后|以後|以降|から|이후|부터)/u;

/** What happened to something, in the past tense: the code of today answers the rest. */
function pastOf(text: string, identifiers: readonly string[]): PastIntent | undefined {
  if (presentStart.test(text) && !/^(?:so |and |please )?how (?:has|have|did) /iu.test(text))
    return undefined;
  const wants = /\b(?:when and why|why and when)\b/iu.test(text)
    ? "why"
    : [...pastStart, ...pastCjk].find(([, words]) => words.test(text))?.[0];
  if (wants === undefined) return undefined;
  if (wants === "who" && (callerStart.test(text) || callerCjk.test(text))) return undefined;
  const since = sinceOf(text);
  const about = since === undefined ? text : text.slice(0, text.lastIndexOf(since));
  const target = identifiers.find((name) => about.includes(name)) ?? pastName(about);
  const isClaim = stoppedBeing.test(about);
  const change = isClaim
    ? undefined
    : removedWords.test(about)
      ? "removed"
      : addedWords.test(about)
        ? "added"
        : undefined;
  return {
    ...{ kind: "past", wants },
    ...(change === undefined ? {} : { change }),
    ...(target === undefined ? {} : { target }),
    ...(since === undefined ? {} : { since }),
  };
}

function sinceOf(text: string): string | undefined {
  const day = /\b(today|yesterday)[?.!]*$/iu.exec(text)?.[1];
  if (day !== undefined) return day;
  if (/^(?:so |and )?since when\b/i.test(text)) return undefined;
  return (sinceWords.exec(text) ?? sinceCjk.exec(text))?.[1]?.trim();
}

/** The one word that is left when everything that only asks is taken away. */
function pastName(text: string): string | undefined {
  const rest = text
    .replace(stoppedBeing, " ")
    .replace(new RegExp(String.raw`\b${changeWord}\b`, "giu"), " ")
    .replace(
      /\b(?:when|why|who|whom|what|which|how|did|was|were|has|have|had|been|is|are|do|does|since|last|first|latest|history|past|git|blame|commits?|knows?|owns?|maintains?|works?|worked|on|else|authors?|experts?|maintainers?|can|could|should|i|we|they|you|ask|about|reasons?|behind|be|being|true|over time|exist|exists|file|folder|and|or|please|show|list|me|changes|new|happened|anything)\b/giu,
      " ",
    )
    .replace(/\s+/g, " ")
    .trim();
  return onlyName(rest);
}

const placesStart =
  /\b(?:(?:all|every|each)(?: of)?(?: the)? (?:places?|spots?|locations?|occurrences?|instances?|usages?|uses|call sites?|calls|references|lines|files)|everywhere|(?:list|find|show|give me)(?: me)? (?:all|every))\b/iu;
const placesCjk =
  /(?:所有|全部|每一?(?:个|個|处|處)).{0,20}(?:地方|位置|处|處|用到|使用|出现|出現|调用)|(?:すべて|全て|全部)の?.{0,12}(?:箇所|場所|所|使)|(?:모든|전체).{0,12}(?:곳|위치|부분|사용)/u;

function allPlacesOf(text: string, facts: IntentFacts): Intent | undefined {
  const started = placesStart.exec(text);
  if (started === null && !placesCjk.test(text)) return undefined;
  const target =
    facts.literals[0] ??
    facts.identifiers[0] ??
    (started === null ? undefined : placesTarget(text.slice(started.index + started[0].length)));
  return target === undefined ? { kind: "allPlaces" } : { kind: "allPlaces", target };
}

/** "… where X is used", "… of X", "… that use X" */
function placesTarget(phrase: string): string | undefined {
  const marked =
    /^(?: (?:of|to|for|where|that|which|in which|we|you|use|uses|call|calls|mention|mentions|contain|contains|with|using))* (.{1,200})$/iu.exec(
      phrase,
    );
  return marked === null ? undefined : firstName(marked[1] as string);
}

const between =
  /\b(?:between|from) (.{2,200}?) (?:and|to|until|up to) (?:the point where )?(.{2,200}?)[?.!]*$/iu;
const flowStart =
  /\b(?:what happens|what goes on|(?:what is|what's|show|trace|explain|describe)(?: me)? the (?:flow|path|route|way|chain|call chain)|how does (?:.{1,80} )?(?:get|flow|travel|go)|trace|walk me through|flow|call chain|path|steps)\b/iu;
const flowWhen = /\bwhat happens (?:when|after|once|if|during|on|as soon as) (.{2,300}?)[?.!]*$/iu;
const flowCjk: readonly RegExp[] = [
  /(?:从|從|在)?(.{1,60}?)(?:到|和|与|與)(.{1,60}?)(?:之间|之間|的过程|的過程|的流程)/u,
  /(.{1,60}?)から(.{1,60}?)まで/u,
  /(.{1,60}?)(?:에서|부터) ?(.{1,60}?)까지/u,
];

function flowOf(text: string): Intent | undefined {
  if (flowStart.test(text)) {
    const ends = between.exec(text);
    if (ends !== null) return { kind: "flow", from: ends[1] as string, to: ends[2] as string };
    const when = flowWhen.exec(text);
    if (when !== null && !callerStart.test(text)) return { kind: "flow", from: when[1] as string };
  }
  for (const pattern of flowCjk) {
    const ends = pattern.exec(text);
    if (ends !== null) return { kind: "flow", from: ends[1] as string, to: ends[2] as string };
  }
  return undefined;
}

/** Reads sentences that are meant to be remembered, and questions that notes may answer. English, German, Chinese, Japanese, Korean. */
import type { NoteKind } from "../../protocol/notes.ts";

/** A sentence to remember. */
export interface NoteSentence {
  /** The words after "remember that". */
  readonly text: string;
  readonly kind: NoteKind;
  /** It says that something is no longer as it was. */
  readonly isCorrection: boolean;
}

const wishes: readonly RegExp[] = [
  /^(?:please |hey |lore[,:]? )*(?:remember|keep in mind|do(?:n['’]t| not) forget|memori[sz]e|make a note|take a note|note down|note)(?: down| please)?[,:]?\s*(?:that\b|:)[,:]?\s+(?<text>.+)$/isu,
  /^(?:please |hey |lore[,:]? )*(?:remember|do(?:n['’]t| not) forget) (?<todo>to .+)$/isu,
  /^(?:bitte )?(?:merke? dir|notiere?(?: dir)?|vergiss nicht|denk dran|denk daran)(?: bitte)?[,:]?\s*(?:dass\b|:)\s*(?<text>.+)$/isu,
  /^(?:请|請)?(?:记住|記住|记下|記下|别忘了|別忘了)[:：,，、\s]*(?<text>.+)$/su,
  /^(?:覚えておいて|覚えて|メモして)(?:ください)?[:：、,\s]+(?<text>.+)$/su,
  /^(?<text>.+?)(?:ということを|ことを|と|を)?(?:覚えておいて|覚えて|メモして(?:おいて)?)(?:ください|ね)?[。.!！]*$/su,
  /^(?<text>.+?)(?:라는 것을|다는 걸|을|를)? ?기억해 ?(?:줘|두세요|주세요)?[.!]*$/su,
];

/** Returns what a text wants remembered, `undefined` when it wants something else. */
export function noteSentence(question: string): NoteSentence | undefined {
  const asked = question.trim();
  if (/[?？]$/u.test(asked)) return undefined;
  for (const wish of wishes) {
    const groups = wish.exec(asked)?.groups;
    const text = (groups?.["text"] ?? groups?.["todo"])?.trim();
    if (text === undefined || text === "") continue;
    const kind = groups?.["todo"] === undefined ? kindOf(text) : "todo";
    return { text, kind, isCorrection: isCorrection(text) };
  }
  return undefined;
}

/** Returns any text as a sentence to remember; “remember that” before it is left out. */
export function sentenceOf(text: string): NoteSentence {
  const plain = text.trim();
  return (
    noteSentence(plain) ?? { text: plain, kind: kindOf(plain), isCorrection: isCorrection(plain) }
  );
}

const todo =
  /\b(?:to-?do|fixme|(?:we|i|you) (?:still )?(?:need|have|ought) to|must still|still (?:has|have|needs?) to|(?:should|must) be (?:fixed|added|removed|renamed|moved|tested|written)|next (?:step|time)|wir müssen noch|ich muss noch|muss noch)\b|待办|待辦|需要修|还要|しなければ|する必要|해야/iu;
const preference =
  /\b(?:prefer|preference|favou?rite|i (?:really )?(?:like|love|want|hate|dislike)|rather (?:have|use|see|than)|my style|ich (?:bevorzuge|mag|möchte|will)|lieber)\b|喜欢|喜歡|偏好|偏爱|好み|好き|方がいい|선호|좋아/iu;
const decision =
  /\b(?:decid\w*|decision|agreed|chose|chosen|choose|settled on|picked|opted|(?:we|i|the team) (?:will|use|keep|store|write|call|don['’]t|do not|never|always|won['’]t|are going to|go with|went with)|because|instead of|no longer|from now on|entschieden|beschlossen|wir (?:nehmen|verwenden|benutzen|nutzen|speichern|schreiben))\b|决定|決定|我们用|我們用|我们使用|采用|採用|ことにした|ことにしま|使うこと|하기로/iu;

/** What sort of note a sentence is. */
function kindOf(text: string): NoteKind {
  if (todo.test(text)) return "todo";
  if (preference.test(text)) return "preference";
  return decision.test(text) ? "decision" : "fact";
}

/** True for a sentence that says that something is no longer as it was. */
function isCorrection(text: string): boolean {
  return /^(?:actually|correction|no[,:]|in fact)\b|\b(?:no longer|not anymore|any ?more|instead of|from now on|as of now|nicht mehr|statt|anstatt|ab jetzt)\b|不再|改为|改為|改用|もう|今後は|より는|더 이상/iu.test(
    text,
  );
}

/** What a question wants of notes. */
export interface NoteQuestion {
  /** Kinds that come first. */
  readonly kinds: readonly NoteKind[];
  /** What it is about; `""` for all of the kind. */
  readonly topic: string;
  /** True when only a note can answer it; a "why" may be answered by code too. */
  readonly onlyNotes: boolean;
}

const subject = String.raw`(?: (?:about|on|for|regarding|concerning|with|of|in) (?<topic>.+?))?[?.!？]*$`;
const questions: readonly (readonly [RegExp, readonly NoteKind[], onlyNotes: boolean])[] = [
  [
    new RegExp(
      String.raw`^(?:so |and )?what (?:did|have|had) (?:we|i|you|they|the team) (?:decided?|agreed?|chosen?|choose|settled?)${subject}`,
      "isu",
    ),
    ["decision"],
    true,
  ],
  [
    new RegExp(
      String.raw`^(?:so |and )?(?:what|which) (?:was|were|is|are) (?:our |the |my )?(?:decisions?|decided|agreed)${subject}`,
      "isu",
    ),
    ["decision"],
    true,
  ],
  [
    new RegExp(
      String.raw`^(?:so |and )?(?:what|which|how) (?:do|did|would) (?:i|we) (?:prefer|like|want)${subject}`,
      "isu",
    ),
    ["preference"],
    true,
  ],
  [
    new RegExp(
      String.raw`^(?:so |and )?what (?:are|is|were) (?:my|our) (?:preferences?|style|favou?rites?)${subject}`,
      "isu",
    ),
    ["preference"],
    true,
  ],
  [
    new RegExp(
      String.raw`^(?:so |and )?what (?:is|are|was|were)(?: there| still| left| my| our| the)* (?:to ?do|to-?dos?|todos)\b${subject}`,
      "isu",
    ),
    ["todo"],
    true,
  ],
  [
    new RegExp(
      String.raw`^(?:so |and )?what (?:did|have) (?:i|we) (?:say|said|noted?|written?|write|tell you|told you|remember(?:ed)?)${subject}`,
      "isu",
    ),
    [],
    true,
  ],
  [
    /^(?:so |and |but )?why (?:do|did|does|don['’]t|doesn['’]t|didn['’]t|are|aren['’]t|is|isn['’]t|was|were|have|has|can['’]t) (?<topic>.+?)[?.!]*$/isu,
    ["decision", "fact"],
    false,
  ],
  [/^(?:warum|wieso|weshalb) (?<topic>.+?)[?.!]*$/isu, ["decision", "fact"], false],
  [
    /^was haben wir(?: über| zu| wegen| bei)? (?<topic>.+?) (?:entschieden|beschlossen)[?.!]*$/isu,
    ["decision"],
    true,
  ],
  [
    /^was (?:bevorzuge|mag|möchte) ich(?: bei| für| zu)?(?<topic> .+?)?[?.!]*$/isu,
    ["preference"],
    true,
  ],
  [/^(?:为什么|為什麼|为何)(?<topic>.+?)[?？。]*$/su, ["decision", "fact"], false],
  [
    /^(?:关于|關於|对于)?(?<topic>.*?)(?:我们|我們)?(?:决定|決定)了?(?:什么|什麼)[?？。]*$/su,
    ["decision"],
    true,
  ],
  [
    /^(?:なぜ|どうして)(?<topic>.+?)(?:のですか|ですか|のか|の)?[?？。]*$/su,
    ["decision", "fact"],
    false,
  ],
  [
    /^(?<topic>.*?)(?:について|に関して)(?:何を)?決め(?:た|ました)(?:っけ|か)?[?？。]*$/su,
    ["decision"],
    true,
  ],
];

/** Returns what a question wants of notes, `undefined` when it is one about code. */
export function noteQuestion(question: string): NoteQuestion | undefined {
  const asked = question.trim();
  if (asked.length > maxAsked) return undefined;
  for (const [pattern, kinds, onlyNotes] of questions) {
    const match = pattern.exec(asked);
    if (match !== null) return { kinds, topic: (match.groups?.["topic"] ?? "").trim(), onlyNotes };
  }
  return undefined;
}

/** A pasted log asks nothing of notes. */
const maxAsked = 1_000;

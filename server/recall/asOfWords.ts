/** From which commit or time a question wants to be answered, in its own words. */
import { asOfTime } from "../time/timeWords.ts";

/** A time in the past that the question names. */
export interface AsOfWords {
  /** What `RecallAtParams.at` takes: a commit's name or a time. */
  readonly at: string;
  /** The words as they stand in the question, to say what was understood. */
  readonly said: string;
  /** The question without them. */
  readonly question: string;
}

const release = "v?\\d+(?:\\.\\d+)+[\\w.+-]{0,40}|v\\d{1,9}[\\w.+-]{0,40}";
const hash = "(?=[a-f]{0,39}\\d)[0-9a-f]{7,40}\\b";
/** A name of git's: a branch, a tag, a hash, `HEAD~3`. */
const ref = "[\\p{L}\\p{N}][\\p{L}\\p{N}._/~^@+-]{0,199}";
const noun = "(?:commit|tag|branch|release|version|revision|rev)";

/** A word that can hardly be another one's: it holds a digit or a mark of names, or the phrase ends with it. */
const clearRef = `(?=\\S*[\\d/_-]|HEAD\\b|\\S+?[\`”"']?(?:[,;?!]|\\.?\\s*$))${ref}`;

const phrases: readonly { readonly words: RegExp; readonly isBefore?: true }[] = [
  {
    words: phrase(
      `(?:as of|as at|at the time of)(?: the)?(?: ${noun})?`,
      `${asOfTime}|${clearRef}`,
    ),
  },
  {
    words: phrase(
      `(?:back (?:in|at|on)|as (?:it|they|things|this|that) (?:was|were|stood)(?: (?:in|at|on))?)(?: the)?(?: ${noun})?`,
      `${asOfTime}|${release}|${hash}`,
    ),
  },
  { words: phrase("(?:at|in|on)(?: the)? (?:commit|tag|revision|rev|branch)", clearRef) },
  { words: phrase("(?:at|in|on|of)(?: the)?(?: (?:release|version))?", `${release}|${hash}`) },
  {
    words: phrase("(?:before|prior to)(?: the)? (?:commit|tag|release|version|revision)", clearRef),
    isBefore: true,
  },
  { words: phrase("(?:before|prior to)", `v\\d[\\w.+-]{0,40}|${hash}`), isBefore: true },
  { words: phrase("(?:before|prior to)", asOfTime) },
  {
    words:
      /(上周|上週|上个月|上個月|昨天|先週|先月|昨日|지난 ?주|지난 ?달|어제)(?:的时候|的|には|は|に|에)?/u,
  },
];
/** Questions in the past tense that end or begin with a time. */
const pastTense =
  /\b(?:where|what|how|who|which)\b.{0,200}\b(?:was|were|did|used to|called|looked|worked|lived)\b/iu;
const timeAtEnd = new RegExp(`(?:^|[\\s,])(?:on |in )?(${asOfTime})[\\s?.!]*$`, "iu");
const timeAtStart = new RegExp(`^(?:on |in )?(${asOfTime})\\b[,\\s]`, "iu");
/** The wish stands in the question's own sentence, not deep inside a pasted text. */
const maxLength = 1_500;
/** What "as of" means without a commit: today. */
const present = /^(?:now|today|yet|late|recently|lately)$/iu;

/** Returns which time of the past is asked for; `undefined` when it is the present. Knows no repository. */
export function asOfIn(question: string): AsOfWords | undefined {
  if (question.length > maxLength) return undefined;
  for (const { words, isBefore = false } of phrases) {
    const found = words.exec(question);
    const at = found?.[1]?.replace(/[.,^~]+$/, "") ?? "";
    if (found === null || at === "" || present.test(at)) continue;
    return without(question, found, isBefore ? `${at}~1` : at);
  }
  if (!pastTense.test(question)) return undefined;
  const found = timeAtEnd.exec(question) ?? timeAtStart.exec(question);
  return found === null ? undefined : without(question, found, found[1] as string);
}

function phrase(words: string, at: string): RegExp {
  return new RegExp(
    `(?<![\\p{L}\\p{N}_.-])${words} [\`“"']?(${at})[\`”"']?(?![\\p{L}\\p{N}_'’])`,
    "iu",
  );
}

function without(question: string, found: RegExpExecArray, at: string): AsOfWords | undefined {
  const rest = `${question.slice(0, found.index)} ${question.slice(found.index + found[0].length)}`;
  const asked = rest
    .replace(/\s+/g, " ")
    .replace(/^[\s,;:]+|[\s,;:]+(?=[?.!]*$)/g, "")
    .trim();
  const said = found[0].trim().replace(/[,?.!\s]+$/, "");
  return asked === "" ? undefined : { at, said, question: asked };
}

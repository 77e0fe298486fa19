/** Which times words name, in the time of the machine: all of Lore reads times here. */
import { dayOf } from "./calendar.ts";
import { timeRules, type NamedTime } from "./timeGrammar.ts";

/** A half-open span of time, milliseconds since the epoch; without a bound it is open there. */
export interface TimeSpan {
  readonly afterMs?: number;
  readonly beforeMs?: number;
}

export interface TimedQuestion {
  /** The question without the words that name a time. */
  readonly topic: string;
  /** Absent when no time is named. */
  readonly span?: TimeSpan;
  /** Which of several is asked for; absent when nothing says so. */
  readonly order?: "first" | "last";
}

/** What stands before a time and says how it bounds. */
const lead =
  "(?<lead>between|since|before|until|till|after|from|around|during|in|on|at|by|of|seit|vor|nach|bis|im|am|um)";
/** What stands between the two ends of a stretch of time. */
const rangeLink = /^\s*(?:(?:and|to|through|until|till|und|bis|-|–)\s*)?(?:the\s*)?$/iu;
/** Words that are left of a phrase without saying anything. */
const phraseFiller = /^(?:on|in|at|about|around|during|the|of|,|\s)*$/iu;

const newestWords =
  /\b(?:the )?(?:most recent(?:ly)?|latest|last time|newest|currently|these days|nowadays|at the moment|zuletzt)\b|最近|最新|直近/iu;
const oldestWords =
  /\b(?:the )?(?:first time|very first|earliest|originally|initially|at first|used to|in the beginning|zuerst|ursprünglich|anfangs)\b|最初/iu;

/** Returns what a question says of when. `nowMs` is when it is asked. */
export function timedQuestion(question: string, nowMs: number): TimedQuestion {
  const isOldest = oldestWords.test(question);
  const order = isOldest ? "first" : newestWords.test(question) ? "last" : undefined;
  const plain = question.replace(newestWords, " ").replace(oldestWords, " ");
  const found = timesIn(plain, nowMs, "question");
  const span = spanOf(found);
  return {
    topic: span === undefined ? squeezed(plain) : found.rest,
    ...(span === undefined ? {} : { span }),
    ...(order === undefined ? {} : { order }),
  };
}

/** Returns the stretch of time that a phrase means which says nothing else; `undefined` when it means none. */
export function spanNamed(phrase: string, nowMs: number): TimeSpan | undefined {
  const found = wholePhrase(phrase, nowMs, "phrase");
  return found && spanOf(found);
}

/**
 * Returns the moment that a phrase means which says nothing else, in milliseconds since the epoch: that itself for
 * “3 days ago”, else the beginning, as for a day. `undefined` when it means none. Words that may as well be a name, such as
 * `may` or `2026`, are none without a word such as “in” before them.
 */
export function momentNamed(phrase: string, nowMs: number): number | undefined {
  const found = wholePhrase(phrase, nowMs, "phraseOrName");
  const [first] = found?.times ?? [];
  if (found === undefined || first === undefined) return undefined;
  const span = spanOf(found);
  return found.times.length === 1 && first.time.atMs !== undefined
    ? first.time.atMs
    : (span?.afterMs ?? span?.beforeMs);
}

/** What may be told as the time of a question's answer, as the source of a regular expression without named groups. */
export const asOfTime = timeRules
  .flatMap(({ isAsOf, pattern }) => (isAsOf === true ? pattern : []))
  .join("|")
  .replace(/\(\?<[a-z]\w*>/g, "(?:");

/** A time with the word before it. */
interface TimeInText {
  readonly index: number;
  readonly length: number;
  readonly lead: string | undefined;
  readonly time: NamedTime;
  /** Reads it again as of another moment, as in “lunch yesterday”. */
  readonly asOf: (nowMs: number) => NamedTime | undefined;
}

interface TimesInText {
  readonly times: readonly TimeInText[];
  /** What stands between each time and the next one. */
  readonly between: readonly string[];
  /** The text without the times. */
  readonly rest: string;
}

const patterns = timeRules.map(
  ({ pattern }) =>
    new RegExp(
      String.raw`(?:(?<![\p{sc=Latin}\p{N}_])${lead} (?:the )?)?(?<![\p{sc=Latin}\p{N}_-])(?:${pattern})(?![\p{sc=Latin}\p{N}_]|-\d)`,
      "giu",
    ),
);

/** What the words may be besides times. */
type Reading = "question" | "phrase" | "phraseOrName";

function wholePhrase(phrase: string, nowMs: number, reading: Reading): TimesInText | undefined {
  const text = phrase.trim().replace(/[?.!]+$/, "");
  const found = timesIn(text, nowMs, reading);
  return found.times.length > 0 && phraseFiller.test(found.rest) ? found : undefined;
}

/** The times of a text in order; of those that overlap the one that begins first. */
function timesIn(text: string, nowMs: number, reading: Reading): TimesInText {
  const all = timeRules.flatMap(({ counts, isName, time }, rule) => {
    if (counts === "phrase" && reading === "question") return [];
    const needsLead =
      counts === "led" &&
      (reading === "question" || (reading === "phraseOrName" && isName === true));
    return [...text.matchAll(patterns[rule] as RegExp)].flatMap((match) => {
      const { lead: word, ...groups } = match.groups ?? {};
      const asOf = (ms: number): NamedTime | undefined => time(groups, ms);
      const named = asOf(nowMs);
      if (named === undefined || (needsLead && word === undefined)) return [];
      const [{ length }] = match;
      return [{ index: match.index, length, lead: word?.toLowerCase(), time: named, asOf, rule }];
    });
  });
  const times: TimeInText[] = [];
  const between: string[] = [];
  let rest = "";
  let end = 0;
  for (const each of all.toSorted((a, b) => a.index - b.index || a.rule - b.rule)) {
    if (each.index < end) continue;
    const words = text.slice(end, each.index);
    if (times.length > 0) between.push(words);
    const isLink = times.length > 0 && rangeLink.test(words);
    rest += isLink ? " " : `${words} `;
    times.push(each);
    end = each.index + each.length;
  }
  return { times, between, rest: squeezed(rest + text.slice(end)) };
}

function squeezed(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** “Before lunch yesterday” is a part of that day, and “between Monday and Wednesday” reaches from one to the other. */
function spanOf({ times, between }: TimesInText): TimeSpan | undefined {
  const day = times.find(({ time }) => time.pivotMs === undefined);
  const placed = times.map((each): TimeInText => {
    // Lunch is that of the day that is named.
    const isOfDay = each.time.pivotMs !== undefined && day !== undefined;
    const time = isOfDay ? each.asOf(day.time.fromMs) : undefined;
    return time === undefined ? each : { ...each, time };
  });
  const spans: TimeSpan[] = [];
  for (let idx = 0; idx < placed.length; idx++) {
    const [one, next] = [placed[idx] as TimeInText, placed[idx + 1]];
    const range = next && rangeOf(one, between[idx] ?? "", next);
    if (range !== undefined) idx++;
    spans.push(range ?? boundedBy(one));
  }
  const [first, ...others] = spans;
  return first && others.reduce(joined, first);
}

/** From the beginning of one time to the end of another, when the words say so. */
function rangeOf(one: TimeInText, words: string, next: TimeInText): TimeSpan | undefined {
  const isLinked = rangeLink.test(words);
  const hasLink = words.trim() !== "" || /^(?:until|till|bis)$/.test(next.lead ?? "");
  const isOpen = one.lead === undefined || /^(?:between|from|in|on|am|im)$/.test(one.lead);
  const isPair = one.lead === "between" || !/\b(?:and|und)\b/i.test(words);
  if (!isLinked || !hasLink || !isOpen || !isPair) return undefined;
  // “From Friday to Monday” on a Sunday begins before that Monday.
  const isBackwards = one.time.fromMs > next.time.fromMs;
  const from = (isBackwards ? one.asOf(next.time.fromMs) : undefined) ?? one.time;
  return {
    afterMs: Math.min(from.fromMs, next.time.fromMs),
    beforeMs: Math.max(from.toMs, next.time.toMs),
  };
}

function boundedBy({ lead: word, time }: TimeInText): TimeSpan {
  const { fromMs, toMs, pivotMs } = time;
  // A part of a day is meant of that day: “before lunch” is not last year.
  const day = pivotMs === undefined ? undefined : dayOf(pivotMs, 0);
  switch (word) {
    case "since":
    case "seit":
    case "from":
      return { afterMs: time.atMs ?? fromMs };
    case "after":
    case "nach":
      return { afterMs: pivotMs ?? toMs, ...(day === undefined ? {} : { beforeMs: day.toMs }) };
    case "before":
    case "vor":
      return { beforeMs: pivotMs ?? fromMs, ...(day === undefined ? {} : { afterMs: day.fromMs }) };
    // These take their time in.
    case "until":
    case "till":
    case "by":
    case "bis":
      return { beforeMs: pivotMs ?? toMs, ...(day === undefined ? {} : { afterMs: day.fromMs }) };
    default:
      return { afterMs: fromMs, beforeMs: toMs };
  }
}

/** What two times have in common; what lies between them, when that is nothing and both have two ends. */
function joined(a: TimeSpan, b: TimeSpan): TimeSpan {
  const [aFrom, aTo] = [a.afterMs ?? -Infinity, a.beforeMs ?? Infinity];
  const [bFrom, bTo] = [b.afterMs ?? -Infinity, b.beforeMs ?? Infinity];
  const [fromMs, toMs] = [Math.max(aFrom, bFrom), Math.min(aTo, bTo)];
  if (fromMs < toMs) return span(fromMs, toMs);
  const isWhole = [aFrom, aTo, bFrom, bTo].every(Number.isFinite);
  // “After today and before yesterday” is never.
  return isWhole ? span(Math.min(aFrom, bFrom), Math.max(aTo, bTo)) : span(fromMs, fromMs);
}

function span(fromMs: number, toMs: number): TimeSpan {
  return {
    ...(Number.isFinite(fromMs) ? { afterMs: fromMs } : {}),
    ...(Number.isFinite(toMs) ? { beforeMs: toMs } : {}),
  };
}

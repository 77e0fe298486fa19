/**
 * Reads the times that a question names, as LongMemEval's time-aware search does (Wu et al. 2025, 5.4) without a language
 * model: days, weeks, months and parts of the day, relative to now in the user's time zone. English and German, and the
 * commonest words of Chinese, Japanese and Korean.
 */

/** A half-open span of time, milliseconds since the epoch. */
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

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const months =
  "january february march april may june july august september october november december".split(
    " ",
  );
const monthWord = String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember)`;
const germanMonths: Readonly<Record<string, number>> = { mär: 2, mai: 4, okt: 9, dez: 11 };
const weekdays = "sunday monday tuesday wednesday thursday friday saturday".split(" ");
const germanWeekdays = "sonntag montag dienstag mittwoch donnerstag freitag samstag".split(" ");
const weekday = `(?:${[...weekdays, ...germanWeekdays].join("|")})`;
const numbers: Readonly<Record<string, number>> = {
  ...{
    a: 1,
    an: 1,
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 5,
    six: 6,
    seven: 7,
    eight: 8,
    nine: 9,
  },
  ...{ ten: 10, "a couple of": 2, "a few": 3, several: 4, einem: 1, einer: 1, zwei: 2, drei: 3 },
};
const number = String.raw`(?:\d{1,3}|${Object.keys(numbers).join("|")})`;
/** Hours of the parts of a day. Lunch is from twelve to one. */
const partsOfDay: Readonly<Record<string, readonly [number, number]>> = {
  ...{ morning: [0, 12], noon: [11, 14], afternoon: [12, 18], evening: [17, 24], night: [18, 28] },
  ...{ morgen: [0, 12], vormittag: [0, 12], nachmittag: [12, 18], abend: [17, 24] },
};
const part = `(?:${Object.keys(partsOfDay).join("|")})`;

type Bounds = readonly [fromMs: number, toMs: number];
interface Rule {
  readonly pattern: string;
  readonly bounds: (groups: Readonly<Record<string, string | undefined>>, nowMs: number) => Bounds;
}

/** What names a time. Longer forms come before those that they begin with. */
const rules: readonly Rule[] = [
  {
    pattern: String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})`,
    bounds: ({ year, month, day }) => {
      const date = new Date(Number(year), Number(month) - 1, Number(day));
      return [date.getTime(), addDays(date.getTime(), 1)];
    },
  },
  {
    pattern: String.raw`(?:the )?(?:(?<month>${monthWord})\.? (?<day>\d{1,2})(?:st|nd|rd|th)?|(?<day2>\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(?<month2>${monthWord}))(?:,? (?<year>\d{4}))?`,
    bounds: ({ month, month2, day, day2, year }, nowMs) =>
      dateOf(monthOf(month ?? month2 ?? ""), Number(day ?? day2), year, nowMs),
  },
  {
    pattern: String.raw`(?<month>${monthWord}) (?<year>\d{4})`,
    bounds: ({ month, year }, nowMs) => monthBounds(monthOf(month ?? ""), year, nowMs),
  },
  {
    pattern: String.raw`(?:the )?day before yesterday|vorgestern|前天|一昨日|그저께`,
    bounds: (_groups, nowMs) => dayBounds(nowMs, -2),
  },
  {
    pattern: String.raw`last night|gestern abend|昨晚|昨夜`,
    bounds: (_groups, nowMs) => partBounds(nowMs, -1, "night"),
  },
  {
    pattern: String.raw`(?:yesterday|gestern) (?<part>${part})`,
    bounds: ({ part: name }, nowMs) => partBounds(nowMs, -1, name ?? ""),
  },
  {
    pattern: String.raw`(?:this|heute) (?<part>${part})|tonight|今早|今晚`,
    bounds: ({ part: name }, nowMs) => partBounds(nowMs, 0, name ?? "evening"),
  },
  {
    pattern: String.raw`yesterday|gestern|昨天|昨日|어제`,
    bounds: (_groups, nowMs) => dayBounds(nowMs, -1),
  },
  {
    pattern: String.raw`earlier today|today|heute|今天|今日|오늘`,
    bounds: (_groups, nowMs) => dayBounds(nowMs, 0),
  },
  {
    pattern: String.raw`(?:the )?week before last|vorletzte woche`,
    bounds: (_groups, nowMs) => weekBounds(nowMs, -2),
  },
  {
    pattern: String.raw`(?:last|letzte|vorige) (?:week|woche)|上周|上週|上星期|先週|지난주`,
    bounds: (_groups, nowMs) => weekBounds(nowMs, -1),
  },
  {
    pattern: String.raw`(?:earlier )?(?:this|diese) (?:week|woche)|这周|這週|今週|이번 ?주`,
    bounds: (_groups, nowMs) => weekBounds(nowMs, 0),
  },
  {
    pattern: String.raw`(?:last|letzten) (?:month|monat)|上个月|上個月|先月|지난달`,
    bounds: (_groups, nowMs) => monthsAgo(nowMs, 1),
  },
  {
    pattern: String.raw`(?:earlier )?(?:this|diesen) (?:month|monat)|这个月|這個月|今月|이번 ?달`,
    bounds: (_groups, nowMs) => monthsAgo(nowMs, 0),
  },
  {
    pattern: String.raw`(?:last|letztes) (?:year|jahr)|去年|昨年|작년`,
    bounds: (_groups, nowMs) => yearBounds(new Date(nowMs).getFullYear() - 1),
  },
  {
    pattern: String.raw`(?:over |in |during |within )?the (?:last|past) (?:(?<n>${number}) )?(?<unit>hour|day|week|month)s?`,
    bounds: ({ n, unit }, nowMs) => [nowMs - numberOf(n ?? "1") * unitMs(unit ?? ""), nowMs + 1],
  },
  {
    pattern: String.raw`(?:about |around )?(?<n>${number}) (?<unit>minute|hour|day|week|month)s? ago|vor (?<n2>${number}) (?<unit2>stunde|tag|woche|monat)(?:e?n)?`,
    bounds: ({ n, n2, unit, unit2 }, nowMs) =>
      agoBounds(nowMs, numberOf(n ?? n2 ?? ""), unit ?? germanUnits[unit2 ?? ""] ?? ""),
  },
  {
    pattern: String.raw`(?:last |letzten |this past )?(?<weekday>${weekday})(?: (?<part>${part}))?`,
    bounds: ({ weekday: name, part: ofDay }, nowMs) => {
      const days = daysSince(name ?? "", nowMs);
      return ofDay === undefined ? dayBounds(nowMs, -days) : partBounds(nowMs, -days, ofDay);
    },
  },
  {
    pattern: String.raw`(?:last )?(?<month>${monthWord})`,
    bounds: ({ month }, nowMs) => monthBounds(monthOf(month ?? ""), undefined, nowMs),
  },
  {
    pattern: String.raw`(?<year>20\d{2})`,
    bounds: ({ year }) => yearBounds(Number(year)),
  },
  {
    pattern: String.raw`(?:lunch(?: ?time)?|noon|midday|dem mittag(?:essen)?)`,
    bounds: (_groups, nowMs) => [startOfDay(nowMs) + 12 * hourMs, startOfDay(nowMs) + 13 * hourMs],
  },
];

/** What stands before a time and says how it bounds. A month, a year or lunch alone is none without one. */
const lead = String.raw`(?<lead>between|since|before|until|till|after|from|around|during|in|on|at|by|of|seit|vor|nach|bis|im|am)`;
const needsLead =
  /^(?:may|mar(?:ch)?|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec|mai|20\d{2}|lunch(?: ?time)?|noon|midday|dem mittag(?:essen)?)$/iu;

const meal = /lunch|noon|midday|mittag/iu;
/** A day is an hour longer when the clock is set back. */
const maxDayMs = 25 * hourMs;

const newestWords =
  /\b(?:the )?(?:most recent(?:ly)?|latest|last time|newest|currently|these days|nowadays|at the moment|zuletzt)\b|最近|最新|直近/iu;
const oldestWords =
  /\b(?:the )?(?:first time|very first|earliest|originally|initially|at first|used to|in the beginning|zuerst|ursprünglich|anfangs)\b|最初/iu;

/** Reads a question's times. `nowMs` is when it is asked. */
export function timedQuestion(question: string, nowMs: number): TimedQuestion {
  const isOldest = oldestWords.test(question);
  const order = isOldest ? "first" : newestWords.test(question) ? "last" : undefined;
  const plain = question.replace(newestWords, " ").replace(oldestWords, " ");
  const found = firstTime(plain, nowMs);
  const topic = (found?.rest ?? plain).replace(/\s+/g, " ").trim();
  return {
    topic,
    ...(found === undefined ? {} : { span: found.span }),
    ...(order === undefined ? {} : { order }),
  };
}

interface Found {
  readonly span: TimeSpan;
  readonly rest: string;
}

function firstTime(text: string, nowMs: number): Found | undefined {
  for (const [idx, { bounds }] of rules.entries()) {
    const match = patterns[idx]?.exec(text);
    const groups = match?.groups;
    const words = groups?.["time"];
    if (match === null || match === undefined || groups === undefined || words === undefined)
      continue;
    if (groups["lead"] === undefined && needsLead.test(words)) continue;
    const rest = `${text.slice(0, match.index)} ${text.slice(match.index + match[0].length)}`;
    const named = bounds(groups, nowMs);
    // Lunch is that of the day that is named.
    const isOfDay = named[1] - named[0] <= maxDayMs && meal.test(rest);
    const other = firstTime(rest, isOfDay ? named[0] : nowMs);
    return joined(groups["lead"]?.toLowerCase(), words, named, other, rest);
  }
  return undefined;
}

/** “Before lunch yesterday” is a part of that day, and “between Monday and Wednesday” reaches from one to the other. */
function joined(
  leadWord: string | undefined,
  words: string,
  [fromMs, toMs]: Bounds,
  other: Found | undefined,
  rest: string,
): Found {
  const span = spanOf(leadWord, words, fromMs, toMs);
  if (other === undefined) return { span, rest };
  const { afterMs = -Infinity, beforeMs = Infinity } = span;
  const { afterMs: otherAfter = -Infinity, beforeMs: otherBefore = Infinity } = other.span;
  const both =
    afterMs < otherBefore && otherAfter < beforeMs
      ? bounded(Math.max(afterMs, otherAfter), Math.min(beforeMs, otherBefore))
      : bounded(Math.min(afterMs, otherAfter), Math.max(beforeMs, otherBefore));
  return { span: both, rest: other.rest };
}

function bounded(afterMs: number, beforeMs: number): TimeSpan {
  return {
    ...(Number.isFinite(afterMs) ? { afterMs } : {}),
    ...(Number.isFinite(beforeMs) ? { beforeMs } : {}),
  };
}

function spanOf(
  leadWord: string | undefined,
  words: string,
  fromMs: number,
  toMs: number,
): TimeSpan {
  // A part of a day is meant of that day: “before lunch” is not last year.
  const isMeal = meal.test(words);
  switch (leadWord) {
    case "since":
    case "seit":
    case "from":
      return { afterMs: fromMs };
    case "after":
    case "nach":
      return isMeal
        ? { afterMs: toMs - hourMs / 2, beforeMs: startOfDay(fromMs) + dayMs }
        : { afterMs: toMs };
    case "before":
    case "until":
    case "till":
    case "by":
    case "vor":
    case "bis":
      return isMeal
        ? { afterMs: startOfDay(fromMs), beforeMs: fromMs + hourMs / 2 }
        : { beforeMs: fromMs };
    default:
      return { afterMs: fromMs, beforeMs: toMs };
  }
}

const patterns = rules.map(
  ({ pattern }) =>
    new RegExp(
      String.raw`(?:(?<![\p{sc=Latin}\p{N}_])${lead} )?(?<![\p{sc=Latin}\p{N}_-])(?<time>${pattern})(?![\p{sc=Latin}\p{N}_]|-\d)`,
      "iu",
    ),
);

const germanUnits: Readonly<Record<string, string>> = {
  ...{ stunde: "hour", tag: "day", woche: "week", monat: "month" },
};

function numberOf(word: string): number {
  return numbers[word.toLowerCase()] ?? Number(word);
}

function unitMs(unit: string): number {
  const days: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30 };
  if (unit.toLowerCase() === "minute") return 60_000;
  return unit.toLowerCase() === "hour" ? hourMs : (days[unit.toLowerCase()] ?? 1) * dayMs;
}

/** People round: the longer ago, the less exact. */
function agoBounds(nowMs: number, n: number, unit: string): Bounds {
  if (unit === "day") return dayBounds(nowMs, -n);
  const size = unitMs(unit);
  const at = nowMs - n * size;
  const slack = size * Math.max(0.5, n * 0.15);
  return [at - slack, Math.min(nowMs + 1, at + slack)];
}

function startOfDay(ms: number): number {
  const date = new Date(ms);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** As many days later at the same time of day, whatever the clock does in between. */
function addDays(ms: number, days: number): number {
  const date = new Date(ms);
  date.setDate(date.getDate() + days);
  return date.getTime();
}

function dayBounds(nowMs: number, days: number): Bounds {
  const from = addDays(startOfDay(nowMs), days);
  return [from, addDays(from, 1)];
}

function partBounds(nowMs: number, days: number, name: string): Bounds {
  const [from] = dayBounds(nowMs, days);
  const [first, last] = partsOfDay[name.toLowerCase()] ?? [0, 24];
  return [from + first * hourMs, from + last * hourMs];
}

/** Weeks begin on Monday. */
function weekBounds(nowMs: number, weeks: number): Bounds {
  const sinceMonday = (new Date(nowMs).getDay() + 6) % 7;
  const from = addDays(startOfDay(nowMs), 7 * weeks - sinceMonday);
  return [from, addDays(from, 7)];
}

function monthsAgo(nowMs: number, n: number): Bounds {
  const now = new Date(nowMs);
  return [
    new Date(now.getFullYear(), now.getMonth() - n, 1).getTime(),
    new Date(now.getFullYear(), now.getMonth() - n + 1, 1).getTime(),
  ];
}

/** Without a year it is the last one that has begun. */
function monthBounds(month: number, year: string | undefined, nowMs: number): Bounds {
  const now = new Date(nowMs);
  const inYear =
    year === undefined ? now.getFullYear() - (month > now.getMonth() ? 1 : 0) : Number(year);
  return [new Date(inYear, month, 1).getTime(), new Date(inYear, month + 1, 1).getTime()];
}

function dateOf(month: number, day: number, year: string | undefined, nowMs: number): Bounds {
  const thisYear = new Date(nowMs).getFullYear();
  let date = new Date(year === undefined ? thisYear : Number(year), month, day);
  if (year === undefined && date.getTime() > nowMs) date = new Date(thisYear - 1, month, day);
  return [date.getTime(), addDays(date.getTime(), 1)];
}

function yearBounds(year: number): Bounds {
  return [new Date(year, 0, 1).getTime(), new Date(year + 1, 0, 1).getTime()];
}

function monthOf(word: string): number {
  const start = word.toLowerCase().slice(0, 3);
  return germanMonths[start] ?? months.findIndex((month) => month.startsWith(start));
}

/** Days since the last such weekday, from 1 to 7: today's name means the one a week ago. */
function daysSince(name: string, nowMs: number): number {
  const lower = name.toLowerCase();
  const wanted = Math.max(weekdays.indexOf(lower), germanWeekdays.indexOf(lower));
  return ((new Date(nowMs).getDay() - wanted + 6) % 7) + 1;
}

/**
 * The words that name a time, as one grammar, as LongMemEval's time-aware search needs it (Wu et al. 2025, 5.4) without a
 * language model: days, weeks, months and parts of the day, relative to now. English and German, and the commonest words
 * of Chinese, Japanese and Korean.
 */
import {
  calendarUnits,
  dateOf,
  dayOf,
  hoursOf,
  monthIn,
  unitsBefore,
  weekOf,
  yearOf,
  type CalendarUnit,
  type Period,
} from "./calendar.ts";

/** What a word means by itself, before “since” or “before” bounds it. */
export interface NamedTime extends Period {
  /** The moment that is meant, where the period is only the room around it. */
  readonly atMs?: number;
  /** A part of a day: what is before it is of the same day, and ends here. */
  readonly pivotMs?: number;
}

type Groups = Readonly<Record<string, string | undefined>>;

export interface TimeRule {
  readonly pattern: string;
  /**
   * Where the words count: `phrase` where nothing else stands, as behind an option; `led` behind a word such as “in” or
   * “since” as well, since they may mean something else; `anywhere` in any question.
   */
  readonly counts: "anywhere" | "led" | "phrase";
  /** Whether it may as well be a name of git's: where one is meant too, only words before it make it a time. */
  readonly isName?: true;
  /** Whether it may say as of when a question wants its answer. */
  readonly isAsOf?: true;
  /** `undefined` when the calendar knows no such time. */
  readonly time: (groups: Groups, nowMs: number) => NamedTime | undefined;
}

const months =
  "january february march april may june july august september october november december".split(
    " ",
  );
const monthWord = String.raw`(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sep(?:t(?:ember)?)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|märz|mai|juni|juli|oktober|dezember)`;
/** Those that are also another word, or the beginning of one. */
const ambiguousMonth = "(?:may|mar(?:ch)?|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec|mai)";
const germanMonths: Readonly<Record<string, number>> = { mär: 2, mai: 4, okt: 9, dez: 11 };
const weekdays = "sunday monday tuesday wednesday thursday friday saturday".split(" ");
const germanWeekdays = "sonntag montag dienstag mittwoch donnerstag freitag samstag".split(" ");
const weekday = `(?:${[...weekdays, ...germanWeekdays].join("|")})`;
const counted = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const numbers: Readonly<Record<string, number>> = {
  ...Object.fromEntries(counted.map((word, n) => [word, n])),
  ...{ a: 1, an: 1, "a couple of": 2, "a few": 3, few: 3, several: 4 },
  ...{ einem: 1, einer: 1, zwei: 2, drei: 3 },
};
const longestFirst = Object.keys(numbers).toSorted((a, b) => b.length - a.length);
const number = String.raw`(?:\d{1,4}|${longestFirst.join("|")})`;
const unit = `(?:${calendarUnits.join("|")})`;
const germanUnits: Readonly<Record<string, CalendarUnit>> = {
  ...{ stunde: "hour", tag: "day", woche: "week", monat: "month", jahr: "year" },
};
/** Hours of the parts of a day, from and to; a night belongs to the day on which it begins. */
const partsOfDay: Readonly<Record<string, readonly [from: number, to: number]>> = {
  ...{ morning: [0, 12], afternoon: [12, 18], evening: [17, 24], night: [18, 30] },
  ...{ morgen: [0, 12], vormittag: [0, 12], nachmittag: [12, 18], abend: [17, 24] },
};
const part = `(?:${Object.keys(partsOfDay).join("|")})`;
/** Lunch is from twelve to one: what is before and after it meet in its middle. */
const meals: Readonly<
  Record<"lunch" | "noon", readonly [from: number, pivot: number, to: number]>
> = { lunch: [12, 12.5, 13], noon: [11, 12, 14] };
const hourMs = 3_600_000;
/** How long units are where people round. */
const roundedMs: Readonly<Record<CalendarUnit, number>> = {
  ...{ minute: 60_000, hour: hourMs, day: 24 * hourMs, week: 7 * 24 * hourMs },
  ...{ month: 30 * 24 * hourMs, year: 365 * 24 * hourMs },
};

/** What names a time. Of those that begin at the same place the first one counts. */
export const timeRules: readonly TimeRule[] = [
  {
    pattern: String.raw`(?<iso>\d{4}-\d{2}-\d{2}[t ]\d{2}:\d{2})(?<rest>(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)`,
    ...{ counts: "anywhere", isAsOf: true },
    time: ({ iso = "", rest = "" }) => isoMinute(`${iso}${rest}`),
  },
  {
    pattern: String.raw`(?<year>\d{4})-(?<month>\d{2})-(?<day>\d{2})`,
    ...{ counts: "anywhere", isAsOf: true },
    time: ({ year, month, day }) => dateOf(Number(year), Number(month) - 1, Number(day)),
  },
  {
    pattern: String.raw`(?<year>\d{4})-(?<month>0[1-9]|1[0-2])`,
    ...{ counts: "led", isAsOf: true },
    time: ({ year, month }) => monthIn(Number(year), Number(month) - 1),
  },
  {
    pattern: String.raw`(?:${weekday},? (?:the )?)?(?:the )?(?:(?<month>${monthWord})\.? (?<day>\d{1,2})(?:st|nd|rd|th)?|(?<day2>\d{1,2})(?:st|nd|rd|th|\.)? (?:of )?(?<month2>${monthWord}))(?:,? (?<year>\d{4}))?`,
    counts: "anywhere",
    time: ({ month, month2, day, day2, year }, nowMs) =>
      dayIn(monthNamed(month ?? month2 ?? ""), Number(day ?? day2), year, nowMs),
  },
  {
    pattern: String.raw`(?<month>${monthWord}) (?<year>\d{4})`,
    counts: "anywhere",
    time: ({ month, year }) => monthIn(Number(year), monthNamed(month ?? "")),
  },
  {
    pattern: String.raw`(?:the )?day before yesterday|vorgestern|前天|一昨日|그저께`,
    counts: "anywhere",
    time: (_groups, nowMs) => dayOf(nowMs, -2),
  },
  {
    pattern: String.raw`last night|gestern abend|昨晚|昨夜`,
    counts: "anywhere",
    time: (_groups, nowMs) => partOf(nowMs, -1, "night"),
  },
  {
    pattern: String.raw`(?:yesterday|gestern) (?<part>${part})`,
    counts: "anywhere",
    time: ({ part: name }, nowMs) => partOf(nowMs, -1, name ?? ""),
  },
  {
    pattern: String.raw`(?:this|today|heute) (?<part>${part})|tonight|今早|今晚`,
    counts: "anywhere",
    time: ({ part: name }, nowMs) => partOf(nowMs, 0, name ?? "evening"),
  },
  {
    pattern: String.raw`yesterday|gestern|昨天|昨日|어제`,
    ...{ counts: "anywhere", isAsOf: true },
    time: (_groups, nowMs) => dayOf(nowMs, -1),
  },
  {
    pattern: String.raw`earlier today|today|heute|今天|今日|오늘`,
    counts: "anywhere",
    time: (_groups, nowMs) => dayOf(nowMs, 0),
  },
  {
    pattern: String.raw`(?:the )?week before last|vorletzte woche`,
    counts: "anywhere",
    time: (_groups, nowMs) => weekOf(nowMs, -2),
  },
  {
    pattern: String.raw`(?:last|letzte|vorige) (?:week|woche)|上周|上週|上星期|先週|지난 ?주`,
    ...{ counts: "anywhere", isAsOf: true },
    time: (_groups, nowMs) => weekOf(nowMs, -1),
  },
  {
    pattern: String.raw`(?:earlier )?(?:this|diese) (?:week|woche)|这周|這週|今週|이번 ?주`,
    counts: "anywhere",
    time: (_groups, nowMs) => weekOf(nowMs, 0),
  },
  {
    pattern: String.raw`(?:last|letzten) (?:month|monat)|上个月|上個月|先月|지난 ?달`,
    ...{ counts: "anywhere", isAsOf: true },
    time: (_groups, nowMs) => monthsAfter(nowMs, -1),
  },
  {
    pattern: String.raw`(?:earlier )?(?:this|diesen) (?:month|monat)|这个月|這個月|今月|이번 ?달`,
    counts: "anywhere",
    time: (_groups, nowMs) => monthsAfter(nowMs, 0),
  },
  {
    pattern: String.raw`(?:last|letztes) (?:year|jahr)|去年|昨年|작년`,
    ...{ counts: "anywhere", isAsOf: true },
    time: (_groups, nowMs) => yearOf(new Date(nowMs).getFullYear() - 1),
  },
  {
    pattern: String.raw`(?:earlier )?(?:this|dieses) (?:year|jahr)|今年|올해`,
    counts: "anywhere",
    time: (_groups, nowMs) => yearOf(new Date(nowMs).getFullYear()),
  },
  {
    pattern: String.raw`(?:over |in |during |within )?(?:the )?(?:last|past) (?:(?<n>${number}) )?(?<unit>${unit})s?`,
    counts: "anywhere",
    time: ({ n = "1", unit: name }, nowMs) => ({
      fromMs: unitsBefore(nowMs, numberOf(n), unitOf(name)),
      // What is of this very moment counts.
      toMs: nowMs + 1,
    }),
  },
  {
    pattern: String.raw`(?:about |around )?(?<n>${number}) (?<unit>${unit})s? ago|vor (?<n2>${number}) (?<unit2>stunde|tag|woche|monat|jahr)(?:e?n)?`,
    ...{ counts: "anywhere", isAsOf: true },
    time: ({ n, n2, unit: name, unit2 }, nowMs) =>
      agoOf(nowMs, numberOf(n ?? n2 ?? ""), unitOf(name ?? unit2)),
  },
  {
    pattern: String.raw`(?:older than )?(?:(?<n>${number}) (?<unit>${unit})s?|(?<days>\d{1,4}) ?d)`,
    counts: "phrase",
    time: ({ n, days, unit: name }, nowMs) => agoOf(nowMs, numberOf(n ?? days ?? ""), unitOf(name)),
  },
  {
    pattern: String.raw`(?:(?<which>last|letzten|this past|this|diesen) )?(?<weekday>${weekday})(?: (?<part>${part}))?`,
    ...{ counts: "anywhere", isAsOf: true },
    time: ({ which, weekday: name, part: ofDay }, nowMs) => {
      const offset = -daysSince(name ?? "", nowMs, /^(?:this|diesen)$/i.test(which ?? ""));
      return ofDay === undefined ? dayOf(nowMs, offset) : partOf(nowMs, offset, ofDay);
    },
  },
  {
    pattern: String.raw`(?:last|letzten) (?<month>${monthWord})`,
    counts: "anywhere",
    time: ({ month }, nowMs) => monthBefore(monthNamed(month ?? ""), nowMs, true),
  },
  {
    pattern: String.raw`(?!${ambiguousMonth}(?![\p{L}]))(?<month>${monthWord})`,
    counts: "anywhere",
    time: ({ month }, nowMs) => monthBefore(monthNamed(month ?? ""), nowMs, false),
  },
  {
    pattern: String.raw`(?<month>${ambiguousMonth})`,
    ...{ counts: "led", isName: true },
    time: ({ month }, nowMs) => monthBefore(monthNamed(month ?? ""), nowMs, false),
  },
  {
    pattern: String.raw`(?<year>20\d{2})`,
    ...{ counts: "led", isName: true },
    time: ({ year }) => yearOf(Number(year)),
  },
  {
    pattern: String.raw`(?<noon>noon|midday|mittag)|lunch(?: ?time)?|(?:dem )?mittag(?:essen)?`,
    counts: "led",
    time: ({ noon }, nowMs) => mealOf(nowMs, noon === undefined ? "lunch" : "noon"),
  },
  {
    pattern: String.raw`(?<part>${part})`,
    counts: "phrase",
    time: ({ part: name }, nowMs) => partOf(nowMs, 0, name ?? ""),
  },
  {
    pattern: String.raw`(?:right )?now|jetzt`,
    counts: "phrase",
    time: (_groups, nowMs) => ({ ...dayOf(nowMs, 0), atMs: nowMs }),
  },
];

function isoMinute(text: string): NamedTime | undefined {
  const fromMs = Date.parse(text.toUpperCase().replace(" ", "T"));
  return Number.isNaN(fromMs) ? undefined : { fromMs, toMs: fromMs + 60_000, atMs: fromMs };
}

/** People round: the longer ago, the less exact. */
function agoOf(nowMs: number, n: number, name: CalendarUnit): NamedTime {
  const atMs = unitsBefore(nowMs, n, name);
  if (name === "day") return { ...dayOf(atMs, 0), atMs };
  const slackMs = roundedMs[name] * Math.max(0.5, n * 0.15);
  return { fromMs: atMs - slackMs, toMs: Math.min(nowMs + 1, atMs + slackMs), atMs };
}

function partOf(nowMs: number, offset: number, name: string): Period {
  const [from, to] = partsOfDay[name.toLowerCase()] ?? [0, 24];
  return hoursOf(nowMs, offset, from, to);
}

function mealOf(nowMs: number, name: keyof typeof meals): NamedTime {
  const [from, pivot, to] = meals[name];
  return { ...hoursOf(nowMs, 0, from, to), pivotMs: hoursOf(nowMs, 0, 0, pivot).toMs };
}

function monthsAfter(nowMs: number, offset: number): Period {
  const now = new Date(nowMs);
  return monthIn(now.getFullYear(), now.getMonth() + offset);
}

/** Without a year it is the last one that has begun; “last May” in May is that of the year before. */
function monthBefore(month: number, nowMs: number, isLast: boolean): Period {
  const now = new Date(nowMs);
  const isAhead = isLast ? month >= now.getMonth() : month > now.getMonth();
  return monthIn(now.getFullYear() - (isAhead ? 1 : 0), month);
}

/** Leap days come back after eight years at the latest. */
const maxYearsBack = 8;

/** Without a year it is the last such day that has begun. */
function dayIn(
  month: number,
  day: number,
  year: string | undefined,
  nowMs: number,
): Period | undefined {
  if (year !== undefined) return dateOf(Number(year), month, day);
  const thisYear = new Date(nowMs).getFullYear();
  for (let back = 0; back <= maxYearsBack; back++) {
    const found = dateOf(thisYear - back, month, day);
    if (found !== undefined && found.fromMs <= nowMs) return found;
  }
  return undefined;
}

function monthNamed(word: string): number {
  const start = word.toLowerCase().slice(0, 3);
  return germanMonths[start] ?? months.findIndex((month) => month.startsWith(start));
}

/** Days since the last such weekday, from 1 to 7: today's name means the one a week ago, unless “this” says so. */
function daysSince(name: string, nowMs: number, isThis: boolean): number {
  const lower = name.toLowerCase();
  const wanted = Math.max(weekdays.indexOf(lower), germanWeekdays.indexOf(lower));
  const days = (new Date(nowMs).getDay() - wanted + 7) % 7;
  return days === 0 && !isThis ? 7 : days;
}

function numberOf(word: string): number {
  return numbers[word.toLowerCase()] ?? Number(word);
}

function unitOf(word: string | undefined): CalendarUnit {
  const lower = (word ?? "").toLowerCase();
  const german = germanUnits[lower];
  return german ?? calendarUnits.find((known) => known === lower) ?? "day";
}

/** Which stretch of time somebody means who says when they did something, in the time of the machine. */

/** Half-open, in milliseconds since the epoch. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

const weekdays = "sunday monday tuesday wednesday thursday friday saturday".split(" ");
const numbers = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const unitMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000 };
/** Hours of a day, from and to; a night belongs to the day on which it begins. */
const partsOfDay: Readonly<Record<string, readonly [from: number, to: number]>> = {
  morning: [0, 12],
  noon: [11, 14],
  lunch: [12, 13],
  afternoon: [12, 18],
  evening: [17, 24],
  night: [18, 30],
};

/** Returns the stretch of time that a phrase means, `undefined` when it means none. */
export function periodOf(phrase: string, nowMs: number): Period | undefined {
  const text = phrase
    .trim()
    .toLowerCase()
    .replace(/[?.!]+$/, "")
    .replace(/^(?:on|in|at|during|around) /, "")
    .replace(/^the /, "");
  return relativePeriod(text, nowMs) ?? dayPeriod(text, nowMs) ?? isoPeriod(text);
}

function relativePeriod(text: string, nowMs: number): Period | undefined {
  const past = /^(?:last|past) (?:(\d{1,4})|([a-z]+)) (minute|hour|day|week|month|year)s?$/.exec(
    text,
  );
  if (past !== null) {
    const n = numberOf(past[1], past[2]);
    return n === undefined ? undefined : { fromMs: before(nowMs, n, past[3] ?? ""), toMs: nowMs };
  }
  const ago = /^(?:(\d{1,4})|([a-z]+)) (minute|hour|day|week|month|year)s? ago$/.exec(text);
  if (ago !== null) {
    const n = numberOf(ago[1], ago[2]);
    if (n === undefined) return undefined;
    const at = before(nowMs, n, ago[3] ?? "");
    const half = (unitMs[ago[3] ?? ""] ?? 0) / 2;
    return half > 0 ? { fromMs: at - half, toMs: at + half } : days(at, 0, 1);
  }
  const unit = /^(this|last) (week|month|year)$/.exec(text);
  return unit === null ? undefined : calendar(unit[2] ?? "", unit[1] === "last" ? 1 : 0, nowMs);
}

function dayPeriod(text: string, nowMs: number): Period | undefined {
  const lunch = /^(before|after|until|since) (lunch|noon)(?: (today|yesterday))?$/.exec(text);
  if (lunch !== null) {
    const day = lunch[3] === "yesterday" ? -1 : 0;
    const isBefore = lunch[1] === "before" || lunch[1] === "until";
    return isBefore
      ? hours(nowMs, day, 0, 12)
      : hours(nowMs, day, lunch[2] === "noon" ? 12 : 13, 24);
  }
  const part =
    /^(?:(this|yesterday|last|today) )?(morning|noon|lunch|lunch time|afternoon|evening|night)$/.exec(
      text,
    );
  if (part !== null) {
    const day = part[1] === "yesterday" || part[1] === "last" ? -1 : 0;
    const [from, to] = partsOfDay[(part[2] ?? "").replace(" time", "")] ?? [0, 24];
    return hours(nowMs, day, from, to);
  }
  const named = /^(?:(this|last) )?([a-z]+day)(?: (morning|afternoon|evening|night))?$/.exec(text);
  const weekday = weekdays.indexOf(named?.[2] ?? "");
  const back =
    weekday >= 0
      ? (new Date(nowMs).getDay() - weekday + 7) % 7 || (named?.[1] === "this" ? 0 : 7)
      : (
          {
            today: 0,
            now: 0,
            今天: 0,
            今日: 0,
            오늘: 0,
            yesterday: 1,
            昨天: 1,
            昨日: 1,
            어제: 1,
          } as Record<string, number>
        )[text];
  if (back === undefined) return undefined;
  const [from, to] = partsOfDay[named?.[3] ?? ""] ?? [0, 24];
  return hours(nowMs, -back, from, to);
}

/** `2026`, `2026-08`, `2026-08-01`, `2026-08-01T10:30`; what says no zone is in local time. */
function isoPeriod(text: string): Period | undefined {
  const found =
    /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[t ](\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(z|[+-]\d{2}:?\d{2})?)?)?)?$/.exec(
      text,
    );
  if (found === null) return undefined;
  const [year, month, day] = [1, 2, 3].map((n) => Number(found[n] ?? "1")) as [
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  if (found[4] !== undefined) {
    const at = Date.parse(text.toUpperCase().replace(" ", "T"));
    return Number.isNaN(at) ? undefined : { fromMs: at, toMs: at + 60_000 };
  }
  const from = new Date(year, month - 1, day);
  const to =
    found[2] === undefined
      ? new Date(year + 1, 0, 1)
      : found[3] === undefined
        ? new Date(year, month, 1)
        : new Date(year, month - 1, day + 1);
  return { fromMs: from.getTime(), toMs: to.getTime() };
}

function numberOf(digits: string | undefined, word: string | undefined): number | undefined {
  if (digits !== undefined) return Number(digits);
  const n = word === "a" || word === "an" ? 1 : word === "few" ? 3 : numbers.indexOf(word ?? "");
  return n < 0 ? undefined : n;
}

function before(nowMs: number, n: number, unit: string): number {
  const ms = unitMs[unit];
  if (ms !== undefined) return nowMs - n * ms;
  const date = new Date(nowMs);
  if (unit === "month") date.setMonth(date.getMonth() - n);
  else if (unit === "year") date.setFullYear(date.getFullYear() - n);
  else date.setDate(date.getDate() - n * (unit === "week" ? 7 : 1));
  return date.getTime();
}

/** The calendar's week (from Monday), month or year, so many back. */
function calendar(unit: string, back: number, nowMs: number): Period {
  const now = new Date(nowMs);
  if (unit === "week") return days(nowMs, -((now.getDay() + 6) % 7) - 7 * back, 7);
  const isYear = unit === "year";
  const at = (n: number): number =>
    new Date(now.getFullYear() - (isYear ? n : 0), isYear ? 0 : now.getMonth() - n, 1).getTime();
  return { fromMs: at(back), toMs: at(back - 1) };
}

function days(nowMs: number, offset: number, n: number): Period {
  return hours(nowMs, offset, 0, n * 24);
}

function hours(nowMs: number, dayOffset: number, from: number, to: number): Period {
  const day = new Date(nowMs);
  const at = (hour: number): number =>
    new Date(
      day.getFullYear(),
      day.getMonth(),
      day.getDate() + dayOffset + Math.floor(hour / 24),
      hour % 24,
    ).getTime();
  return { fromMs: at(from), toMs: at(to) };
}

/** Stretches of the calendar in the time of the machine: a day is from midnight to midnight, however long that is. */

/** Half-open, in milliseconds since the epoch. */
export interface Period {
  readonly fromMs: number;
  readonly toMs: number;
}

export const calendarUnits = ["minute", "hour", "day", "week", "month", "year"] as const;
export type CalendarUnit = (typeof calendarUnits)[number];

const clockMs = { minute: 60_000, hour: 3_600_000 } as const;
const monthsOf = { month: 1, year: 12 } as const;

/** Returns the day so many days after that of a moment. */
export function dayOf(ms: number, offset: number): Period {
  return hoursOf(ms, offset, 0, 24);
}

/** Returns hours of such a day by the clock; hours above 24 are of the day after. */
export function hoursOf(ms: number, offset: number, from: number, to: number): Period {
  const day = new Date(ms);
  const at = (hour: number): number =>
    new Date(
      ...([day.getFullYear(), day.getMonth(), day.getDate() + offset] as const),
      ...([Math.floor(hour), (hour % 1) * 60] as const),
    ).getTime();
  return { fromMs: at(from), toMs: at(to) };
}

/** Returns the week, from Monday on, so many weeks after that of a moment. */
export function weekOf(ms: number, offset: number): Period {
  const sinceMonday = (new Date(ms).getDay() + 6) % 7;
  return hoursOf(ms, 7 * offset - sinceMonday, 0, 7 * 24);
}

/** Returns a month; its number counts from zero and may be below zero or above eleven. */
export function monthIn(year: number, month: number): Period {
  return {
    fromMs: new Date(year, month, 1).getTime(),
    toMs: new Date(year, month + 1, 1).getTime(),
  };
}

/** Returns a year. */
export function yearOf(year: number): Period {
  return { fromMs: new Date(year, 0, 1).getTime(), toMs: new Date(year + 1, 0, 1).getTime() };
}

/** Returns a day, `undefined` when the month has no such day. Months count from zero. */
export function dateOf(year: number, month: number, day: number): Period | undefined {
  const date = new Date(year, month, day);
  return date.getMonth() === month && date.getDate() === day ? dayOf(date.getTime(), 0) : undefined;
}

/**
 * Returns the moment so many units before, at the same time of day for days and longer ones. A month before the 31st is
 * the last day of a month that has none.
 */
export function unitsBefore(ms: number, n: number, unit: CalendarUnit): number {
  if (unit === "minute" || unit === "hour") return ms - n * clockMs[unit];
  const date = new Date(ms);
  if (unit === "day" || unit === "week") {
    date.setDate(date.getDate() - n * (unit === "week" ? 7 : 1));
    return date.getTime();
  }
  const day = date.getDate();
  date.setMonth(date.getMonth() - n * monthsOf[unit]);
  if (date.getDate() !== day) date.setDate(0);
  return date.getTime();
}

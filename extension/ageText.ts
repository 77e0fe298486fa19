const units = [
  ["year", 31_557_600_000],
  ["month", 2_629_800_000],
  ["week", 604_800_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** How long ago something was, in the largest unit that fits: “3 days ago”. `language` is a BCP 47 tag. */
export function ageText(atMs: number, nowMs: number, language: string): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const ageMs = Math.max(0, nowMs - atMs);
  for (const [unit, ms] of units)
    if (ageMs >= ms) return format.format(-Math.floor(ageMs / ms), unit);
  return format.format(0, "minute");
}

/** Which moment or commit somebody means. */
import { runGit } from "../git/gitCommand.ts";

const timeoutMs = 30_000;
const maxOutputBytes = 4_096;
const maxNameLength = 200;

const unitMs: Readonly<Record<string, number>> = {
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30.44 * 86_400_000,
  year: 365.25 * 86_400_000,
};
const numbers = "zero one two three four five six seven eight nine ten eleven twelve".split(" ");
const weekdays = "sunday monday tuesday wednesday thursday friday saturday".split(" ");

/**
 * Returns the time in milliseconds since the epoch that a phrase means, `undefined` when it means none: a day or a moment
 * in ISO 8601 (a day begins at midnight UTC), `today`, `yesterday`, `monday`, `last week`, `3 days ago`, `two months`.
 */
export function timeOf(phrase: string, nowMs: number): number | undefined {
  const text = phrase
    .trim()
    .toLowerCase()
    .replace(/^(?:the|on|about|around) /, "");
  if (
    /^\d{4}-\d{2}(?:-\d{2})?(?:[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?)?$/.test(
      text,
    )
  ) {
    const time = Date.parse(
      /[t ]\d{2}:\d{2}(?::[\d.]+)?$/.test(text)
        ? `${text.replace(" ", "T")}Z`
        : text.replace(" ", "T"),
    );
    return Number.isNaN(time) ? undefined : time;
  }
  const midnight = new Date(nowMs).setUTCHours(0, 0, 0, 0);
  if (text === "today" || text === "今天" || text === "今日" || text === "오늘") return midnight;
  if (text === "yesterday" || text === "昨天" || text === "昨日" || text === "어제")
    return midnight - 86_400_000;
  const weekday = weekdays.indexOf(text.replace(/^last /, ""));
  if (weekday >= 0) {
    const days = (new Date(nowMs).getUTCDay() - weekday + 7) % 7 || 7;
    return midnight - days * 86_400_000;
  }
  if (/^(?:上周|上週|先週|지난 ?주)$/.test(text)) return nowMs - 7 * 86_400_000;
  if (/^(?:上个月|上個月|先月|지난 ?달)$/.test(text)) return nowMs - (unitMs["month"] as number);
  const parts =
    /^(?:last|past|a|an|(\d{1,4})|([a-z]+))? ?(minute|hour|day|week|month|year)s?(?: ago)?$/.exec(
      text,
    );
  if (parts === null) return undefined;
  const [, digits, word, unit = ""] = parts;
  const n =
    digits === undefined ? (word === undefined ? 1 : numbers.indexOf(word)) : Number(digits);
  return n < 0 ? undefined : nowMs - n * (unitMs[unit] as number);
}

/**
 * Returns the hash of the commit that a name means in a repository: a hash or its beginning, a tag, a branch, `HEAD~3`.
 * `undefined` when there is none. Rejects with the signal's reason when cancelled.
 */
export async function commitNamed(
  folder: string,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const word = name.trim();
  if (!/^[\p{L}\p{N}._/~^@+-]+$/u.test(word) || word.length > maxNameLength) return undefined;
  const output = await runGit(
    folder,
    ["rev-parse", "--verify", "--quiet", "--end-of-options", `${word}^{commit}`],
    { timeoutMs, maxOutputBytes, signal },
  );
  if (output.kind !== "output") return undefined;
  return /^[0-9a-f]{40,64}$/.exec(output.text.trim())?.[0];
}

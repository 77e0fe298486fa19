/**
 * Holds docs/platform-rules.md against the code: each rule quotes a line that a file has, or, where it forbids something,
 * what no file of a folder has.
 */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { inCheckout } from "./checkout.ts";

const document = readFileSync(inCheckout("docs/platform-rules.md"), "utf8");
/** `file`: `text of a line in it` */
const quote = /`([\w./-]+)`: (`+)(.+?)\2/g;
/** `file or folder` without `text` */
const absence = /`([\w./-]+)` without (`+)(.+?)\2/g;

const faults = document
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:topic\s|-)/.test(line))
  .flatMap(faultsOf);
if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exitCode = 1;
}

function faultsOf(row: string): readonly string[] {
  const topic = `docs/platform-rules.md: “${row.split("|")[1]?.trim() ?? ""}”`;
  const [quotes, absences] = [matchesOf(row, quote), matchesOf(row, absence)];
  if (quotes.length + absences.length === 0) return [`${topic} quotes no line.`];
  return [
    ...quotes
      .filter(({ place, text }) => !textsOf(place).some((each) => each.includes(text)))
      .map(({ place, text }) => `${topic} quotes ${text}, which ${place} does not hold.`),
    ...absences.flatMap(({ place, text }) => {
      const texts = textsOf(place);
      if (texts.length === 0) return [`${topic} names ${place}, which is not there.`];
      return texts.some((each) => each.includes(text))
        ? [`${topic} says that ${place} is without ${text}, which it holds.`]
        : [];
    }),
  ];
}

function matchesOf(row: string, pattern: RegExp): readonly { place: string; text: string }[] {
  return [...row.matchAll(pattern)].map(([, place = "", , text = ""]) => ({
    place,
    text: text.trim(),
  }));
}

/** Returns the text of a file, or of each source file in a folder; none where there is neither. */
function textsOf(place: string): readonly string[] {
  const whole = inCheckout(place);
  if (!existsSync(whole)) return [];
  if (statSync(whole).isFile()) return [readFileSync(whole, "utf8")];
  return readdirSync(whole, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(path.join(whole, file), "utf8"));
}

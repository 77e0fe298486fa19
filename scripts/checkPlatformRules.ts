/** Holds docs/platform-rules.md against the code: each rule quotes a line of a file, and the file has it. */
import { existsSync, readFileSync } from "node:fs";
import { inCheckout } from "./checkout.ts";

const document = readFileSync(inCheckout("docs/platform-rules.md"), "utf8");
/** `file`: `text of a line in it` */
const quote = /`([\w./-]+)`: (`+)(.+?)\2/g;

const faults = document
  .split("\n")
  .filter((line) => line.startsWith("| ") && !/^\| (?:topic\s|-)/.test(line))
  .flatMap(faultsOf);
if (faults.length > 0) {
  process.stderr.write(`${faults.join("\n")}\n`);
  process.exitCode = 1;
}

function faultsOf(row: string): readonly string[] {
  const topic = row.split("|")[1]?.trim() ?? "";
  const quotes = [...row.matchAll(quote)];
  if (quotes.length === 0) return [`docs/platform-rules.md: “${topic}” quotes no line.`];
  return quotes.flatMap(([, file = "", , text = ""]) =>
    existsSync(inCheckout(file)) && readFileSync(inCheckout(file), "utf8").includes(text.trim())
      ? []
      : [`docs/platform-rules.md: “${topic}” quotes ${text.trim()}, which ${file} does not hold.`],
  );
}

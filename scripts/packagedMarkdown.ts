/** Documents as they go into a package: none of their links leads to a file that is not in it. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A block of code, code in a line, or a link or picture with its text and target. */
const codeOrLink = /^ *(`{3,})[^]*?^ *\1|(`+)[^`][^]*?\2|(!?)\[([^\]]*)\]\(([^)\s]+)\)/gm;
const addressOrAnchor = /^(?:[a-z][a-z+.-]*:|#|\/)/i;

/**
 * Returns the markdown of a file, named relative to the package's folder. A link becomes its text where `placeOf` returns
 * `undefined` for the file it leads to: the file is not in the package. Where it has another name there, the link has too.
 */
export function packagedMarkdown(
  markdown: string,
  file: string,
  placeOf: (file: string) => string | undefined,
): string {
  const folder = path.posix.dirname(file);
  return markdown.replace(
    codeOrLink,
    (whole, _fence, _ticks, sign: string, text: string, target: string | undefined) => {
      if (target === undefined || addressOrAnchor.test(target)) return whole;
      const [, to = "", anchor = ""] = /^([^#]*)(.*)$/.exec(target) ?? [];
      const place = placeOf(path.posix.join(folder, to));
      if (place === undefined) return text;
      return `${sign}[${text}](${path.posix.relative(folder, place)}${anchor})`;
    },
  );
}

/** Rewrites every document of a package that is put together in a folder, `docs/` and `models/` included. */
export function rewriteDocuments(
  folder: string,
  placeOf: (file: string) => string | undefined,
): void {
  for (const below of ["", "docs", "models"]) {
    const whole = path.join(folder, below);
    if (!existsSync(whole)) continue;
    for (const name of readdirSync(whole).filter((each) => each.endsWith(".md"))) {
      const markdown = readFileSync(path.join(whole, name), "utf8");
      const packaged = packagedMarkdown(markdown, path.posix.join(below, name), placeOf);
      writeFileSync(path.join(whole, name), packaged);
    }
  }
}

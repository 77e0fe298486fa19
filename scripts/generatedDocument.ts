/** Pages of `docs/` that are made of something else: held against it, or with `--update` on the command line written anew. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { format, resolveConfig } from "prettier";
import { fail } from "./bootstrap.mjs";
import { inCheckout } from "./checkout.ts";

/** Ends the process with a message when a page is not what it is made of; `source` says what that is, `script` makes the page. */
export async function holdDocument(
  page: string,
  markdown: string,
  source: string,
  script: string,
): Promise<void> {
  const file = inCheckout(page);
  // As the formatter wants it, so that the two never disagree.
  const wanted = await format(markdown, { ...(await resolveConfig(file)), parser: "markdown" });
  if (process.argv.includes("--update")) return writeFileSync(file, wanted);
  const present = existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : "";
  if (present !== wanted) fail(`${page} is not what ${source}. Run: node ${script} --update`);
}

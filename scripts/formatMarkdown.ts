/** Text of generated documents as the formatter wants it, so that the two never disagree. */
import { format, resolveConfig } from "prettier";
import { inCheckout } from "./checkout.ts";

/** Returns markdown as the checkout's files have it. */
export async function formatMarkdown(text: string): Promise<string> {
  const config = await resolveConfig(inCheckout("docs/x.md"));
  return format(text, { ...config, parser: "markdown" });
}

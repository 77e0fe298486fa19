import type { CommitInfo } from "../../protocol/history.ts";
import { oneLine } from "../displayText.ts";
import type { Translate } from "../wording.ts";

const maxBodyLength = 100_000;

/** A commit as plain text: what hides in it is made visible. */
export function commitText(
  { hash, author, authoredMs, subject, body }: CommitInfo,
  t: Translate,
): string {
  const lines = body.slice(0, maxBodyLength).split("\n");
  return [
    t("Commit {0}", hash),
    t("Author: {0}", oneLine(author)),
    t("Made: {0}", new Date(authoredMs).toISOString()),
    "",
    oneLine(subject, 1_000),
    ...(body === "" ? [] : ["", ...lines.map((line) => oneLine(line, 10_000))]),
    "",
  ].join("\n");
}

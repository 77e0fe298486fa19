import type { LinesWritten } from "../../protocol/whoWrote.ts";
import { oneLine } from "../displayText.ts";
import type { Wording } from "../wording.ts";

/** Returns commits with their whole messages as plain text, the newest first. What their authors wrote acts nowhere. */
export function commitText(commits: readonly LinesWritten[], { t, count }: Wording): string {
  const parts = commits.map(({ commit, nLines }) => {
    const { hash, author, authoredMs, subject, body } = commit;
    const message = [subject, ...(body === "" ? [] : ["", ...body.split("\n")])];
    return [
      t("commit {0}", hash),
      t("author {0}", oneLine(author)),
      t("date {0}", new Date(authoredMs).toISOString()),
      ...(nLines > 0 ? [t("wrote {0} of the lines", count(nLines))] : []),
      "",
      ...message.map((line) => (line === "" ? "" : `    ${oneLine(line, 2_000)}`)),
    ].join("\n");
  });
  return `${parts.join("\n\n")}\n`;
}

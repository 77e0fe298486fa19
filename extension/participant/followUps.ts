import type { Translate } from "../wording.ts";

/** A question that may come next; the part of `vscode.ChatFollowup` that is used. */
export interface FollowUp {
  readonly prompt: string;
  readonly label: string;
  readonly command?: string;
}

/** Returns what may be asked next about a name of the code; nothing where it is no plain name. */
export function followUps(subject: unknown, t: Translate): FollowUp[] {
  if (typeof subject !== "string" || !/^[\p{L}\p{N}_$]{1,80}$/u.test(subject)) return [];
  return [
    { prompt: `Who calls \`${subject}\`?`, label: t("Who uses {0}?", subject) },
    { prompt: subject, label: t("When and why did {0} change?", subject), command: "history" },
  ];
}

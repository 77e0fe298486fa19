/** Questions about the order in which things happened, after the task of SORT: which of two came first, what was when. */

import { afterMentions, readMentions, type PathBehindAt } from "./mentions.ts";

export type OrderQuestion = (
  | { readonly kind: "first"; readonly a: string; readonly b: string }
  /** What the user did; `when` as it was said, `""` for lately. */
  | { readonly kind: "doing"; readonly when: string }
) & {
  /** Files and folders that it names and that are none of the things; absent without any. */
  readonly mentions?: readonly PathBehindAt[];
};

const maxLength = 1_000;
const thing = "([^?]{1,300}?)";
const verb =
  "(?:added|made|written|created|introduced|committed|changed|noted|asked|decided|saved|done)";
const first: readonly RegExp[] = [
  new RegExp(
    `^(?:so |and )?(?:which|what|who)(?: one)? (?:(?:came|comes|was|were|is|happened|did (?:i|we) (?:do|make|ask|note|decide|change))(?: ${verb})?|did (?:i|we) do) (?:first|earlier|older|oldest)[,:;]? ${thing} or ${thing}[?.!]*$`,
    "isu",
  ),
  new RegExp(
    `^(?:did ${thing} (?:come|happen)|(?:was|were) ${thing} ${verb}) (?:before|earlier than) ${thing}[?.!]*$`,
    "isu",
  ),
  new RegExp(`^(?:is|are) ${thing} older than ${thing}[?.!]*$`, "isu"),
];
const doing =
  /^(?:so |and |please )?(?:what (?:was|were) (?:i|we) (?:doing|working on|busy with|up to|editing|changing)|what did (?:i|we) (?:do|work on|edit|touch|change|get done)|what have (?:i|we) (?:done|been doing|worked on|been working on)|where (?:did (?:i|we) (?:leave off|stop)|was i))\b[, ]*(.{0,100}?)[?.!]*$/isu;

/** Returns what a question wants to know of the order of things, `undefined` when it is another question. */
export function orderQuestion(question: string): OrderQuestion | undefined {
  const written = question.trim().replace(/\s+/g, " ");
  if (written.length > maxLength) return undefined;
  const { text, paths } = readMentions(written);
  const after = afterMentions(text, paths);
  const asked = after.leading.length === 0 ? written : after.text;
  for (const pattern of first) {
    const found = pattern.exec(asked);
    const [a, b] = found?.slice(1).filter((each) => each !== undefined) ?? [];
    if (a !== undefined && b !== undefined)
      return { kind: "first", a: plain(a), b: plain(b), ...named(after.leading) };
  }
  const found = doing.exec(asked);
  if (found === null) return undefined;
  const when = (found[1] ?? "").replace(place, " ").replace(/\s+/g, " ").trim();
  return { kind: "doing", when, ...named(paths) };
}

/** "in @docs/" */
const place = /(?:^|\s)(?:in|inside|within|under|of|on|at|to) @(?:"[^"]*"|\S+)(?=\s|$)/giu;

function named(mentions: readonly PathBehindAt[]): Pick<OrderQuestion, "mentions"> {
  return mentions.length === 0 ? {} : { mentions };
}

/** Without articles and quotation marks around it. */
function plain(words: string): string {
  return words
    .trim()
    .replace(/^(?:the (?=[`“"'])|that |when )/iu, "")
    .replace(/^[“"'`]+|[”"'`]+$/gu, "")
    .trim();
}

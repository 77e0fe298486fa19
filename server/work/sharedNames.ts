/** Whether two sentences speak of the same thing, as far as they say so by “the …”. */
import { englishStopWords } from "../ingest/terms.ts";

const determiners = new Set(
  "the our its their this der die das dem den des unser unsere unserem unserer el la los las le les".split(
    " ",
  ),
);
/** What stands behind “the” and names nothing. */
const noNames = new Set(
  "way moment time end same other first last next rest fact whole present past beginning".split(
    " ",
  ),
);

/**
 * Returns the things that both sentences name with a determiner, each as its words in lower case; none when they name other
 * things. Returns `undefined` when one of them names nothing so, as in a language without determiners: nothing is known then.
 */
export function sharedNames(a: string, b: string): string[] | undefined {
  const [names, others] = [namesIn(a), namesIn(b)];
  if (names.length === 0 || others.length === 0) return undefined;
  const shared = names.flatMap((name) => others.map((other) => commonStart(name, other)));
  return [...new Set(shared.filter((words) => words !== ""))];
}

function commonStart(a: readonly string[], b: readonly string[]): string {
  const end = a.findIndex((word, idx) => word !== b[idx]);
  return a.slice(0, end < 0 ? a.length : end).join(" ");
}

/** Each begins behind a determiner and goes on to a word that says nothing, or to a mark. */
function namesIn(text: string): string[][] {
  const all = text.toLowerCase().match(/[\p{L}\p{N}_$][\p{L}\p{N}_$-]*|[^\s\p{L}\p{N}]/gu) ?? [];
  return all.flatMap((word, idx) => {
    if (!determiners.has(word)) return [];
    const rest = all.slice(idx + 1);
    const end = rest.findIndex(
      (each) => !/^[\p{L}\p{N}]/u.test(each) || englishStopWords.has(each) || determiners.has(each),
    );
    const name = end < 0 ? rest : rest.slice(0, end);
    return name[0] === undefined || noNames.has(name[0]) ? [] : [name];
  });
}

/** Cuts a paragraph into sentences; the numbers of evidence that stand behind a sentence belong to it. */
import type { Atom } from "./atoms.ts";

/** Stand for atoms that have no text of their own while ends of sentences are looked for. */
const codeSign = "\ue000";
const citeSign = "\ue001";
const signs = /[\ue000\ue001]/g;

/** `e.g.` and the like end no sentence, nor does the number of an item. */
const abbreviation = /(?:^|[\s(])(?:e\.g|i\.e|vs|cf|approx|incl|resp|dr|mr|mrs|prof|[A-Za-z])$/i;
const itemNumber = /^\s*\d{1,3}$/;
const sentenceEnd = /[.!?…]+["'”’)\]]*(?=[\s\ue001]|$)|[。！？]+["”’」』）]*/gu;

/** Returns the atoms of each sentence, in order; together they are all of the paragraph's. */
export function sentencesOf(atoms: readonly Atom[]): Atom[][] {
  const flat = atoms.map(flatText).join("");
  const ends = endsOf(flat);
  const sentences: Atom[][] = [[]];
  let at = 0;
  let next = 0;
  for (const atom of atoms) {
    let left: Atom | undefined = atom;
    while (left !== undefined) {
      const length = flatText(left).length;
      const end = ends[next] ?? Infinity;
      // What only closes still belongs to what it closes.
      if (at >= end && left.kind !== "close") {
        sentences.push([]);
        next++;
        continue;
      }
      const [before, after] = splitAt(left, end - at);
      (sentences.at(-1) as Atom[]).push(before);
      at += Math.min(length, Math.max(0, end - at));
      left = after;
    }
  }
  return sentences.filter((sentence) => sentence.length > 0);
}

/** Offsets in the flat text at which sentences end, rising. */
function endsOf(flat: string): number[] {
  const ends: number[] = [];
  let start = 0;
  for (const found of flat.matchAll(sentenceEnd)) {
    const before = flat.slice(start, found.index);
    if (found.index < start) continue;
    if (found[0] === "." && (abbreviation.test(before) || itemNumber.test(before))) continue;
    const end = withCitations(flat, found.index + found[0].length, before.includes(citeSign));
    ends.push(end);
    start = end;
  }
  return ends;
}

/** A citation right behind the end belongs to the sentence, one behind a space when the sentence has none yet. */
function withCitations(flat: string, end: number, hasCitation: boolean): number {
  const rest = flat.slice(end);
  const behind = hasCitation ? /^\ue001+[.,;]?/ : /^(?:\s*\ue001)+[.,;]?/;
  return end + (behind.exec(rest)?.[0].length ?? 0);
}

function flatText(atom: Atom): string {
  switch (atom.kind) {
    case "text":
      return atom.text.replace(signs, "\ufffd");
    case "code":
      return codeSign;
    case "cite":
      return citeSign;
    case "break":
      return "\n";
    case "open":
    case "close":
      return "";
  }
}

/** The part of an atom before an offset, and what is left of it. Only text can be cut. */
function splitAt(atom: Atom, offset: number): [before: Atom, after: Atom | undefined] {
  if (atom.kind !== "text" || offset >= atom.text.length) return [atom, undefined];
  return [
    { kind: "text", text: atom.text.slice(0, offset) },
    { kind: "text", text: atom.text.slice(offset) },
  ];
}

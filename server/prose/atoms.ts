/** The smallest parts of what a model wrote: text, code, emphasis, line breaks, and numbers of evidence. */
import type { Token } from "markdown-it";

export type Atom =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  /** Numbers of evidence in brackets, as they were written. */
  | { readonly kind: "cite"; readonly numbers: readonly number[]; readonly text: string }
  | { readonly kind: "break"; readonly isHard: boolean }
  | { readonly kind: "open"; readonly mark: string }
  | { readonly kind: "close"; readonly mark: string };

/** `[1]`, `[2, 5]`, `[1-3]`, `[^1]`, `[source 1]`, `【1†L3】`; not `(1)`, which counts things. */
const citation =
  /[[【]\s*\^?(?:(?:sources?|evidence|refs?|references?)\s*)?#?\d{1,4}(?:\s*(?:[,;&–-]|and)\s*#?\d{1,4})*\s*(?:†[^\]】\n]{0,80})?[\]】]/giu;
const wholeCitation = new RegExp(`^(?:${citation.source})$`, "iu");
/** More numbers at once say nothing. */
const maxNumbers = 20;

/** Returns the atoms of an inline token's children. Tokens of other kinds do not come from the parser of `proseBlocks.ts`. */
export function atomsOf(tokens: readonly Token[]): Atom[] {
  return tokens.flatMap((token): Atom[] => {
    switch (token.type) {
      case "text":
      case "text_special":
        return textAtoms(token.content);
      case "code_inline":
        return wholeCitation.test(token.content.trim())
          ? textAtoms(token.content.trim())
          : [{ kind: "code", text: token.content }];
      case "softbreak":
      case "hardbreak":
        return [{ kind: "break", isHard: token.type === "hardbreak" }];
      case "strong_open":
      case "em_open":
      case "s_open":
        return [{ kind: "open", mark: markOf(token) }];
      case "strong_close":
      case "em_close":
      case "s_close":
        return [{ kind: "close", mark: markOf(token) }];
      default:
        return textAtoms(token.content);
    }
  });
}

function markOf({ type }: Token): string {
  return type.startsWith("strong") ? "**" : type.startsWith("em") ? "*" : "~~";
}

function textAtoms(text: string): Atom[] {
  const atoms: Atom[] = [];
  let from = 0;
  for (const found of text.matchAll(citation)) {
    if (found.index > from) atoms.push({ kind: "text", text: text.slice(from, found.index) });
    atoms.push({ kind: "cite", numbers: numbersIn(found[0]), text: found[0] });
    from = found.index + found[0].length;
  }
  if (from < text.length) atoms.push({ kind: "text", text: text.slice(from) });
  return atoms;
}

function numbersIn(written: string): number[] {
  const numbers = new Set<number>();
  const [inside = ""] = written.split("†");
  for (const [, first = "", last = first] of inside.matchAll(/(\d+)(?:\s*[–-]\s*#?(\d+))?/g))
    for (let n = Number(first); n <= Number(last) && numbers.size < maxNumbers; n++) numbers.add(n);
  return [...numbers];
}

/** Which names a repository's files define, told by the forms that definitions have; and which of them just one file does. */
import type { CodeFile } from "./sourceFiles.ts";

export interface Definition {
  readonly name: string;
  readonly path: string;
  /** Zero-based. */
  readonly line: number;
}

/** Shorter names say little, and stand for many things. */
const minLength = 4;
const named = `([A-Za-z_]\\w{${minLength - 1},})`;
const modifiers =
  "(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async|unsafe|inline|extern|virtual|override|sealed|pub(?:\\([^)]*\\))?)\\s+)*";
const forms: readonly RegExp[] = [
  // A keyword in front; Go's methods have their receiver in between.
  new RegExp(
    `^\\s*${modifiers}(?:const\\s+)?(?:function\\*?|def|class|interface|struct|enum|trait|union|type|typedef|fn|func|fun|object|record|macro_rules!)\\s+(?:\\([^)]*\\)\\s*)?${named}`,
  ),
  // A value at the outermost level.
  new RegExp(`^${modifiers}(?:const|let|var|static|val)\\s+(?:mut\\s+)?${named}\\s*[:=]`),
  new RegExp(`^\\s*#\\s*define\\s+${named}`),
  new RegExp(`^([A-Z_][A-Z0-9_]{${minLength - 1},})\\s*=`),
  // A method or function with its type in front and its body behind.
  new RegExp(
    `^\\s*${modifiers}(?!(?:return|else|new|throw|if|for|while|switch|case|await|yield|delete|in|of|do|not|and|or|use|goto)\\b)[\\w<>\\[\\],.?:]+[\\s*&]+${named}\\s*\\([^;=]*\\{\\s*$`,
  ),
];

/** Returns the definitions in a file's lines, of each line the first one. */
export function definitionsIn({ path, text }: CodeFile): Definition[] {
  return text.split("\n").flatMap((content, line) => {
    for (const form of forms) {
      const name = form.exec(content)?.[1];
      if (name !== undefined) return [{ name, path, line }];
    }
    return [];
  });
}

/** Returns by name the definitions of names that just one file defines; the first of several in it. */
export function definedOnce(files: readonly CodeFile[]): ReadonlyMap<string, Definition> {
  const known = new Map<string, Definition>();
  const inSeveral = new Set<string>();
  for (const definition of files.flatMap(definitionsIn)) {
    const { name, path } = definition;
    const first = known.get(name);
    if (first === undefined) known.set(name, definition);
    else if (first.path !== path) inSeveral.add(name);
  }
  for (const name of inSeveral) known.delete(name);
  return known;
}

/** Questions that the editor makes: pure text, in English, since the server understands that. */

/** A problem of a file as an editor shows it. */
export interface EditorProblem {
  readonly message: string;
  /** What found it, such as `ts`; may be empty. */
  readonly source: string;
  /** Its number or name there; may be empty. */
  readonly code: string;
  readonly isError: boolean;
  /** Relative to its folder. */
  readonly path: string;
  /** Zero-based. */
  readonly line: number;
  readonly character: number;
  /** The lines around it. */
  readonly lines: string;
}

const maxMessageLength = 2_000;

/** A question about a problem, in the form in which compilers write it, with the code that stands there. */
export function problemQuestion(problem: EditorProblem): string {
  const { message, source, code, isError, path, line, character, lines } = problem;
  const kind = isError ? "error" : "warning";
  const said = message.replace(/\s+/g, " ").slice(0, maxMessageLength);
  const origin = [source, code].filter((part) => part !== "").join(" ");
  const fence = "`".repeat(Math.max(3, longestRun(lines) + 1));
  return [
    `Why does this ${kind} occur?\n`,
    `${path}:${line + 1}:${character + 1}: ${kind}: ${said}`,
    ...(origin === "" ? [] : [`(${origin})`]),
    ...(lines.trim() === "" ? [] : [`\n${fence}\n${lines}\n${fence}`]),
  ].join("\n");
}

/** What a file or a folder is; `path` is relative to its folder. */
export function explainQuestion(path: string, isFolder: boolean): string {
  return isFolder ? `Explain the folder ${quoted(path)}` : `Explain ${quoted(path)}`;
}

/** Who uses a name. */
export function usesQuestion(name: string): string {
  return `Who calls \`${name}\`?`;
}

/** When and why a definition, or a file, changed. */
export function changesQuestion(
  target: { readonly name: string } | { readonly path: string },
): string {
  return "name" in target
    ? `When and why did \`${target.name}\` change?`
    : `What changed in ${quoted(target.path)}?`;
}

/** A path is known for one as it is, unless blanks cut it. */
function quoted(path: string): string {
  return /\s/.test(path) ? `\`${path}\`` : path;
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}

/** The code that a question was asked about: which remembered file it is in, and which name it defines. */
import type { AskParams } from "../../protocol/methods.ts";
import type { SourceReader } from "../services.ts";

/** Selected code. `rootId` and `path` are absent when its file is not in memory. */
export interface Selection {
  readonly text: string;
  /** Zero-based, both included. */
  readonly startLine: number;
  readonly endLine: number;
  readonly file?: { readonly rootId: string; readonly path: string };
  /** The definition that the selection starts, or the one name that it consists of. */
  readonly name?: string;
}

/** Longer selections are looked at from their beginning. */
const maxSelectionLength = 20_000;

/** Returns the selection of a question, `undefined` when there is none or it is blank. */
export function selectionOf(
  params: Pick<AskParams, "selection" | "rootIds">,
  source: SourceReader,
): Selection | undefined {
  const { selection } = params;
  if (selection === undefined || selection.text.trim() === "") return undefined;
  const text = selection.text.slice(0, maxSelectionLength);
  const file = fileAt(selection.file, params.rootIds, source);
  const name = definedName(text);
  return {
    text,
    startLine: selection.range.startLine,
    endLine: selection.range.endLine,
    ...(file === undefined ? {} : { file }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Returns what to search for, for a question about a selection. */
export function queryOf(question: string, selection: Selection | undefined): string {
  if (selection === undefined) return question;
  return selection.name === undefined
    ? `${question}\n${selection.text.slice(0, 500)}`
    : `${question} \`${selection.name}\``;
}

/** The remembered file whose workspace-relative path ends an absolute one; the longest when several do. */
function fileAt(
  absolutePath: string,
  rootIds: readonly string[] | undefined,
  source: SourceReader,
): Selection["file"] | undefined {
  const absolute = `/${absolutePath.replaceAll("\\", "/")}`;
  let best: { rootId: string; path: string } | undefined;
  for (const { rootId, path } of source.files(rootIds)) {
    if (path.length > (best?.path.length ?? 0) && absolute.endsWith(`/${path}`))
      best = { rootId, path };
  }
  return best;
}

const definition =
  /\b(?:function\*?|fn|func|fun|def|class|interface|struct|enum|trait|type|const|let|var|impl|module|record|macro_rules!)\s+(?:\([^)\n]{0,100}\)\s*)?([\p{L}_$][\p{L}\p{N}_$]*)/u;
const call =
  /^[ \t]*(?:[\p{L}_$][\p{L}\p{N}_$<>[\], ]{0,80}[ \t])?([\p{L}_$][\p{L}\p{N}_$]*)[ \t]*\(/u;

function definedName(text: string): string | undefined {
  const trimmed = text.trim();
  if (/^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(trimmed)) return trimmed;
  return definition.exec(text)?.[1] ?? call.exec(text)?.[1];
}

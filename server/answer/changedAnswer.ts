/** Answers "what changed since I last looked": a page of meaning-level changes, with the places as they are now. */
import type {
  ChangedDefinition,
  ChangedFile,
  ChangedParams,
  ChangedResult,
  DefinitionChange,
} from "../../protocol/changed.ts";
import { pause, type AnswerOutcome, type Ask } from "./ask.ts";
import { code, count, prose } from "./markdown.ts";
import { stateText } from "./historyWording.ts";
import { scopeName, tellScope } from "./mentionText.ts";
import { Reading } from "./reading.ts";

const maxFiles = 200;
const maxShownFiles = 20;
const maxShownDefinitions = 8;

type Changed = Extract<ChangedResult, { readonly kind: "changed" }>;

/** Answers for every root that was looked at; `since` says since when, see `ChangedParams`. */
export async function answerChanged(
  ask: Ask,
  since: ChangedParams["since"],
): Promise<AnswerOutcome> {
  const { ports, params, writer, signal } = ask;
  const rootIds = params.rootIds ?? ports.history.rootIds();
  const isMeant = tellScope(ask);
  let nTold = 0;
  let other: ChangedResult | undefined;
  for (const rootId of rootIds) {
    const changed = await ports.history.changed({ rootId, since, limit: maxFiles }, signal);
    await pause(signal);
    if (changed.kind !== "changed") {
      other ??= changed;
      continue;
    }
    nTold++;
    writeChanged(ask, rootId, meant(changed, isMeant));
    if (scopeName(ask) !== undefined && changed.nFiles > changed.files.length)
      writer.block(
        `*I looked at ${changed.files.length} of ${changed.nFiles} changed files only.*`,
      );
    writer.flush();
  }
  if (nTold > 0) return "answered";
  writer.block(reasonOf(other));
  writer.flush();
  return "abstained";
}

/** Leaves out the files that the question does not name; how many of those it names are known is not counted. */
function meant(changed: Changed, isMeant: (path: string) => boolean): Changed {
  const files = changed.files.filter(
    ({ path, oldPath }) => isMeant(path) || (oldPath !== undefined && isMeant(oldPath)),
  );
  return files.length === changed.files.length
    ? changed
    : { ...changed, files, nFiles: files.length };
}

function reasonOf(result: ChangedResult | undefined): string {
  if (result?.kind === "failed")
    return (
      stateText(result.status) ??
      "What was looked at could not be read; another window may keep it."
    );
  if (result?.kind === "unknownSince") return "Nothing has been committed here yet.";
  return "I do not know yet what you have seen: a file counts as seen when you turn away from it in the editor. Ask again later, or ask what changed since a day or a commit.";
}

function writeChanged(ask: Ask, rootId: string, changed: Changed): void {
  const { writer } = ask;
  const { commit, files, nFiles, nKnown } = changed;
  const scope = scopeName(ask);
  const from =
    commit === undefined
      ? `of ${scope === undefined ? count(nKnown, "file") : `the files in ${scope}`} that you have looked at`
      : `since ${writer.commit(commit)}, ${prose(commit.subject)}`;
  if (nFiles === 0) return writer.block(`Nothing changed ${from}.`);
  writer.block(`${count(nFiles, "file")} changed ${from}:`);
  const reading = new Reading(ask.ports.source);
  const shown = files.slice(0, maxShownFiles);
  for (const file of shown) writer.block(fileText(ask, rootId, file, reading));
  if (nFiles > shown.length) writer.block(`And ${count(nFiles - shown.length, "more file")}.`);
}

function fileText(ask: Ask, rootId: string, file: ChangedFile, reading: Reading): string {
  const { path, change, oldPath, seenMs, definitions } = file;
  const seen =
    seenMs === undefined ? "" : `, seen on ${new Date(seenMs).toISOString().slice(0, 10)}`;
  const how = oldPath === undefined ? fileWords[change] : `renamed from ${code(oldPath)}`;
  const shown = definitions.slice(0, maxShownDefinitions);
  const lines = shown.map((each) => `- ${definitionText(ask, rootId, path, each, reading)}`);
  const more = definitions.length - shown.length;
  const rest = more > 0 ? `\n- and ${count(more, "more definition")}` : "";
  const none = definitions.length === 0 && change !== "deleted" ? " No definition changed." : "";
  return `**${code(path)}** (${how}${seen})${none === "" ? ":" : `.${none}`}\n\n${lines.join("\n")}${rest}`;
}

/** With a link where the file still holds the definition at these lines. */
function definitionText(
  { writer }: Ask,
  rootId: string,
  path: string,
  { name, container, kind, change, lines }: ChangedDefinition,
  reading: Reading,
): string {
  const label = code(container === "" ? name : `${container}.${name}`);
  const file = lines === undefined ? undefined : reading.file(rootId, path);
  if (file === undefined || lines === undefined || lines.endLine > file.nLines)
    return `${label}: ${changeTexts[change]}`;
  const range = file.linesRange(lines.startLine, Math.max(lines.startLine, lines.endLine - 1));
  if (!file.textOf(range).includes(name)) return `${label}: ${changeTexts[change]}`;
  const symbol = { name, kind, container, range };
  return `${label}: ${changeTexts[change]}, ${writer.link(file, range, symbol)}`;
}

const fileWords: Readonly<Record<ChangedFile["change"], string>> = {
  added: "new",
  deleted: "gone",
  renamed: "renamed",
  changed: "changed",
};

/** What became of a definition. */
export const changeTexts: Readonly<Record<DefinitionChange, string>> = {
  added: "added",
  removed: "removed",
  signature: "signature changed",
  body: "body changed",
  comment: "comment changed",
  layout: "laid out anew",
};

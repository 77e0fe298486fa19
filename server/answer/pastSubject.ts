/** What a question about the past is about: a place, a name, a selection, what a note cites. */
import type { HistoryTarget } from "../../protocol/history.ts";
import type { Note } from "../../protocol/notes.ts";
import type { Recall } from "../../protocol/types.ts";
import type { PastIntent } from "../recall/intent.ts";
import { isNamed } from "../recall/namedPaths.ts";
import type { PathMention } from "../recall/questionTokens.ts";
import type { RecallService } from "../services.ts";
import type { Ask } from "./ask.ts";
import { withoutRepeats } from "./mainPlace.ts";
import { lastPart } from "./names.ts";

/** Notes that are looked through for one that does not hold. */
const maxNotes = 200;

/** What a question is about, as the history and the reader call it. */
export interface Subject {
  readonly target: HistoryTarget;
  readonly label: string;
  /** Where it is defined today. */
  readonly definitions: readonly Recall[];
  readonly rootIds: readonly string[];
  /** The files and folders that a definition is looked for in; absent when anywhere. */
  readonly within?: readonly string[];
  /** What else the question names, of which nothing is told; absent when nothing. */
  readonly untold?: readonly string[];
  /** The note whose claim is meant, when the question is about one. */
  readonly note?: Note;
}

/**
 * Returns what is meant, `undefined` when the question names nothing that has a place: its words then tell. Rejects with
 * AbortError when cancelled.
 */
export async function subjectOf(ask: Ask, intent: PastIntent): Promise<Subject | undefined> {
  const { question, params, selection, ports } = ask;
  const rootIds = params.rootIds ?? ports.history.rootIds();
  const named = await nameInPaths(ask, intent, rootIds);
  if (named !== undefined) return named;
  const [mention, ...others] = question.paths;
  if (mention !== undefined) {
    const path = plainPath(mention);
    const target: HistoryTarget =
      mention.line === undefined
        ? { kind: "path", path }
        : { kind: "line", path, line: mention.line };
    const label = mention.line === undefined ? path : `${path}:${mention.line + 1}`;
    const untold = question.mentions.length === 0 ? [] : others.map(plainPath);
    return { target, label, definitions: [], rootIds, untold };
  }
  const name = intent.target ?? selection?.name;
  if (name !== undefined) return definitionSubject(ask, name, [], rootIds);
  const claim = isClaim(question.raw) ? await claimInQuestion(ask) : undefined;
  if (claim !== undefined) return claim;
  const [folder] = question.scope.folders ?? [];
  const file = isAboutFile(question.raw) ? relativeFile(ask) : undefined;
  if (folder === undefined && file === undefined && hasTopic(ask, intent)) return undefined;
  const path = folder ?? file?.path ?? "";
  const label = path === "" ? "this folder" : path;
  const own = file === undefined ? rootIds : [file.rootId];
  return { target: { kind: "path", path }, label, definitions: [], rootIds: own };
}

/**
 * The definition that a question names beside paths: they say which of its definitions is meant. `undefined` when it names
 * none but them; a word that only looks like a name is none where the paths do not define it.
 */
async function nameInPaths(
  ask: Ask,
  { target, since }: PastIntent,
  rootIds: readonly string[],
): Promise<Subject | undefined> {
  const { identifiers, paths } = ask.question;
  const within = [...new Set(paths.map(plainPath))];
  if (within.length === 0) return undefined;
  const isPath = (name: string): boolean => within.some((path) => name.includes(path));
  const written = [target, ...identifiers].find(
    (name) =>
      name !== undefined &&
      identifiers.includes(name) &&
      !isPath(name) &&
      since?.includes(name) !== true,
  );
  if (written !== undefined) return definitionSubject(ask, written, within, rootIds);
  const isPart = within.some((path) => path.split(/[/.]/).includes(target ?? ""));
  if (target === undefined || isPath(target) || isPart) return undefined;
  const subject = await definitionSubject(ask, target, within, rootIds);
  return subject.definitions.length > 0 ? subject : undefined;
}

/** A definition of a name, anywhere when `within` is empty. */
async function definitionSubject(
  { ports, params, signal }: Ask,
  name: string,
  within: readonly string[],
  rootIds: readonly string[],
): Promise<Subject> {
  const definitions = (await definitionsOf(ports.recall, name, params.rootIds, signal)).filter(
    ({ citation }) => within.length === 0 || isNamed(citation.path, within),
  );
  const limits = within.length === 0 ? {} : { within };
  const target: HistoryTarget = { ...symbolTarget(name, definitions), ...limits };
  return {
    ...{ target, label: name, definitions, ...limits },
    rootIds: [...new Set([...definitions.map(({ citation }) => citation.rootId), ...rootIds])],
  };
}

function plainPath({ path }: PathMention): string {
  return path.replace(/^(?:\.\/+)+/, "");
}

/** "when did this stop being true?" */
function isClaim(question: string): boolean {
  return /\b(?:this|that|it)\b.{0,60}\b(?:true|hold|holding|valid|correct|apply|applying)\b/iu.test(
    question,
  );
}

/** What the note cites that stopped being true last, as far as the memory knows; `undefined` when all notes hold. */
async function claimInQuestion({ ports, params }: Ask): Promise<Subject | undefined> {
  const roots = params.rootIds === undefined ? {} : { rootIds: params.rootIds };
  const notes = await ports.notes.recall({
    ...{ text: "", kinds: [], minCoverage: 0, limit: maxNotes, ...roots },
  });
  const [note] = notes
    .filter(({ health }) => health !== "ok")
    .toSorted((a, b) => (b.lastUsedMs ?? b.createdMs) - (a.lastUsedMs ?? a.createdMs));
  const cited = note?.evidence.find(({ health }) => health !== "ok")?.citation;
  if (note === undefined || cited === undefined) return undefined;
  const { path, symbol, rootId } = cited;
  const name = symbol === undefined ? undefined : qualified(symbol);
  const target: HistoryTarget =
    name === undefined ? { kind: "path", path } : { kind: "symbol", name, paths: [path] };
  return { target, label: name ?? path, definitions: [], rootIds: [rootId], note };
}

function qualified({ container, name }: { container: string; name: string }): string {
  return container === "" ? name : `${container.split(".").at(-1) ?? ""}.${name}`;
}

/** Whether words are left that say what the question is about; changes of a time need none. */
function hasTopic({ question }: Ask, { wants }: PastIntent): boolean {
  return wants !== "changes" && !isAboutFile(question.raw) && question.words.length > 0;
}

function isAboutFile(question: string): boolean {
  return /\b(?:this|the current|the open) (?:file|module|code|folder|repository|project)\b|这个文件|這個檔案|このファイル|이 파일/iu.test(
    question,
  );
}

/** The file that the user looks at. */
function relativeFile({ params, ports }: Ask): { rootId: string; path: string } | undefined {
  const active = params.activeFile?.replaceAll("\\", "/");
  if (active === undefined) return undefined;
  return ports.source.files(params.rootIds).find(({ path }) => active.endsWith(`/${path}`));
}

/** Returns the places that define a name today, best first. Rejects with AbortError when cancelled. */
export async function definitionsOf(
  recall: RecallService,
  name: string,
  rootIds: readonly string[] | undefined,
  signal: AbortSignal,
): Promise<Recall[]> {
  const roots = rootIds === undefined ? {} : { rootIds };
  const found = await recall.search(
    { query: `\`${name}\``, limit: 20, neighbours: false, ...roots },
    signal,
  );
  const last = lastPart(name);
  return withoutRepeats(found.recalls.filter(({ citation }) => citation.symbol?.name === last));
}

/** Returns what the history is asked for when a name is meant. */
export function symbolTarget(
  name: string,
  definitions: readonly Recall[],
): Extract<HistoryTarget, { readonly kind: "symbol" }> {
  const paths = [...new Set(definitions.map(({ citation }) => citation.path))];
  return { kind: "symbol", name, paths };
}

/**
 * Places that use a definition, by name: call sites, constructions, mentions of a type, imports. No types are
 * resolved. Where a name has several definitions, receivers, imports and folders tell which one a use probably
 * means; where they do not, the use says so.
 */
import type { FileRole, Recall, Relation } from "../../protocol/types.ts";
import { wholeTerm } from "../ingest/blobContent.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import type { LanguageId } from "../ingest/languages.ts";
import { lineAt } from "../ingest/lineIndex.ts";
import { ftsQuote, termsOfName } from "../ingest/terms.ts";
import { inColumn, symbolInfo, type OpenBank } from "../memory/memoryBank.ts";
import type { StoredSpan } from "../memory/packedSpans.ts";
import type { DefinitionPlace } from "../services.ts";
import { declaredWith, importsOf, type ImportWords } from "./imports.ts";
import { receiverBefore } from "./callEvidence.ts";
import { firstMention, isWholeString, mentionsOf, saysName } from "./nameMentions.ts";
import { isQuiet, quietText, type QuietText } from "./quietText.ts";
import { containersOf } from "./definitions.ts";
import { symbolOfLines } from "./pointedPlaces.ts";
import { definesAt } from "./textDefinition.ts";
import { UseJudge, type UseJudgement } from "./useJudge.ts";
import { offsetsOf, symbolsIn, type VerifiedFile, type FileSource } from "./verifiedSource.ts";

/** How far a search for uses goes. */
export interface UseLimits {
  readonly maxChunks: number;
  readonly maxFilesRead: number;
  /** Chunks that are looked at for definitions of the same name. */
  readonly maxDefinitionChunks: number;
  /** Files read of each sort, where it matters that every sort is among them. */
  readonly filesOfRole?: Readonly<Record<FileRole, number>>;
}
const thorough: UseLimits = { maxChunks: 300, maxFilesRead: 60, maxDefinitionChunks: 400 };
const flatWeights = [0, 0, 0, 1, 1];
/** What a use that may mean another definition counts, beside one that is clear. */
const unclearShare = 0.5;

/**
 * Returns chunks whose code uses the name, without those that only define it, best first; at most `limit`.
 * `symbolName` may be qualified; `definition` says which of several definitions is meant. Uses that clearly
 * mean another one are left out. Call it inside of `bank.reading`.
 */
export function findUses(
  open: OpenBank,
  source: FileSource,
  symbolName: string,
  limit: number,
  signal: AbortSignal,
  definition?: DefinitionPlace,
  limits: UseLimits = thorough,
): Recall[] {
  const parts = symbolName.split(/[^\p{L}\p{N}_$]+/u).filter(Boolean);
  const name = parts.pop() ?? "";
  const term = wholeTerm(name) || termsOfName(name)[0];
  if (term === undefined || term === "") return [];
  const search = (judge: UseJudge): Recall[] => {
    const recalls: Recall[] = [];
    for (const path of filesWith(open, term, limits, judge)) {
      signal.throwIfAborted();
      const file = source.read(open.root.folder, open.bank, path);
      if (file === undefined) continue;
      recalls.push(...usesInFile(open, source, file, name, judge));
      if (recalls.length >= limit * 2) break;
    }
    return recalls.sort((a, b) => b.score - a.score).slice(0, limit);
  };
  const judge = new UseJudge(open.bank, name, parts, definition, limits.maxDefinitionChunks);
  const found = search(judge);
  // A qualifier that nothing in memory knows, such as a variable's name, tells nothing apart.
  const isUnknown =
    judge.isQualifierOnly && found.every(({ relation }) => relation?.nDefinitions !== undefined);
  return isUnknown
    ? search(new UseJudge(open.bank, name, [], undefined, limits.maxDefinitionChunks))
    : found;
}

/** Returns the files whose index holds the term, sources and those near the definition first. */
function filesWith(
  open: OpenBank,
  term: string,
  { maxChunks, maxFilesRead, filesOfRole }: UseLimits,
  judge: UseJudge,
): string[] {
  // Content that still waits for the syntax pass has no uses yet; its body holds the name all the same.
  const match = `${inColumn("uses", ftsQuote(term))} OR ${inColumn("body", ftsQuote(term))}`;
  const weights = new Map<string, number>();
  for (const { chunkId, score } of open.bank.searchChunks(match, flatWeights, maxChunks)) {
    const blob = open.bank.blobOfChunk(chunkId);
    for (const path of blob?.paths ?? []) {
      const isSource = fileRoleOf(path, blob?.language as LanguageId) === "source";
      const weight = score * (isSource ? 2 : 1) * judge.nearness(path);
      weights.set(path, Math.max(weights.get(path) ?? 0, weight));
    }
  }
  const paths = [...weights].sort((a, b) => b[1] - a[1]).map(([path]) => path);
  if (filesOfRole === undefined) return paths.slice(0, maxFilesRead);
  const left = { ...filesOfRole };
  return paths
    .filter((path) => left[fileRoleOf(path, languageIn(open, path))]-- > 0)
    .slice(0, maxFilesRead);
}

function languageIn(open: OpenBank, path: string): LanguageId {
  return (open.bank.blobOfPath(path)?.language ?? "plaintext") as LanguageId;
}

/** A mention of the name that counts as a use. */
interface Use {
  readonly offset: number;
  readonly judgement: Exclude<UseJudgement, "other">;
}

function usesInFile(
  open: OpenBank,
  source: FileSource,
  file: VerifiedFile,
  name: string,
  judge: UseJudge,
): Recall[] {
  const mentions = mentionsOf(file.text, name);
  if (mentions.length === 0) return [];
  const look = new FileLook(file, name, judge, mentions.at(-1) as number);
  const uses = mentions.flatMap((offset): Use[] => {
    const judgement = look.judge(offset);
    return judgement === "other" ? [] : [{ offset, judgement }];
  });
  return file.spans.flatMap((span) => {
    const { start, end } = offsetsOf(file, span);
    const inside = uses.filter(({ offset }) => offset >= start && offset < end);
    return inside.length === 0 ? [] : [useRecall(open, source, file, span, name, inside, judge)];
  });
}

function useRecall(
  open: OpenBank,
  source: FileSource,
  file: VerifiedFile,
  span: StoredSpan,
  name: string,
  uses: readonly Use[],
  judge: UseJudge,
): Recall {
  const { start, end } = offsetsOf(file, span);
  const text = file.text.slice(start, end);
  const idxs = symbolsIn(file, span);
  const isClear = uses.some(({ judgement }) => judgement === "clear");
  const first = uses.find(({ judgement }) => judgement === "clear" || !isClear) as Use;
  const holder = innermost(file, idxs, lineAt(file.starts, first.offset), name);
  const defines = idxs.some((idx) => file.symbols[idx]?.name === name);
  const nDefinitions = judge.nDefinitionsFor(file.language);
  const relation: Relation = {
    kind: relationKinds[file.role],
    of: name,
    ...(isClear || nDefinitions < 2 ? {} : { nDefinitions }),
  };
  return {
    citation: source.cite(
      open.root.id,
      file.path,
      span.range,
      text,
      holder === undefined ? undefined : symbolInfo(file.symbols, holder),
    ),
    score:
      (file.role === "source" ? 1 : 0.5) *
      (defines ? 0.4 : 1) *
      (isClear ? 1 : unclearShare) *
      (1 + Math.log(1 + uses.length)),
    reasons: [{ kind: "neighbour", detail: name, weight: uses.length }],
    role: file.role,
    language: file.language,
    text,
    boundary: file.boundary,
    relation,
  };
}

/** What a definition's link to a place that uses it is, by the sort of place. */
const relationKinds: Readonly<Record<Recall["role"], Relation["kind"]>> = {
  source: "calledBy",
  test: "test",
  config: "configuredBy",
  docs: "documentedBy",
};

/** One file while its mentions are judged; what costs a pass over the text is made when it is first needed. */
class FileLook {
  readonly #file: VerifiedFile;
  readonly #name: string;
  readonly #judge: UseJudge;
  readonly #isCode: boolean;
  /** What comes after the last mention is not looked at. */
  readonly #until: number;
  readonly #declarations = new Map<string, ImportWords>();
  #quiet: QuietText | undefined;
  #imports: readonly ImportWords[] | undefined;

  constructor(file: VerifiedFile, name: string, judge: UseJudge, lastOffset: number) {
    this.#until = lastOffset + 1;
    this.#file = file;
    this.#name = name;
    this.#judge = judge;
    this.#isCode = file.role === "source" || file.role === "test";
  }

  judge(offset: number): UseJudgement {
    const { text, path, starts, symbols } = this.#file;
    if (!this.#isCode) return saysName(text, offset, this.#name) ? "clear" : "other";
    this.#quiet ??= quietText(text, this.#file.language, this.#until);
    if (isQuiet(this.#quiet, offset))
      return isWholeString(text, offset, this.#name) ? "unclear" : "other";
    if (definesAt(text, offset)) return "other";
    const line = lineAt(starts, offset);
    if (this.#isDefinition(offset, line)) return "other";
    this.#imports ??= this.#judge.needsEvidence ? importsOf(text) : [];
    const around = symbolOfLines(symbols, { first: line, last: line });
    const use = {
      path,
      receiver: receiverBefore(text, offset),
      containers:
        around === undefined ? [] : [...containersOf(symbols, around), symbols[around]?.name ?? ""],
      imports: this.#imports,
      declaredWith: (variable: string) => this.#declared(variable),
    };
    return this.#judge.judge(use, this.#file.language);
  }

  #declared(variable: string): ImportWords {
    let words = this.#declarations.get(variable);
    if (words === undefined) {
      words = declaredWith(this.#file.text, variable);
      this.#declarations.set(variable, words);
    }
    return words;
  }

  /** True for the first mention on the line where a definition of the name has its name. */
  #isDefinition(offset: number, line: number): boolean {
    const { text, starts, symbols } = this.#file;
    if (!symbols.some((symbol) => symbol.name === this.#name && symbol.nameLine === line))
      return false;
    return firstMention(text, this.#name, starts[line] ?? 0) === offset;
  }
}

/** The innermost definition around a line, other than the one whose uses are looked for. */
function innermost(
  file: VerifiedFile,
  idxs: readonly number[],
  line: number,
  except: string,
): number | undefined {
  let holder: number | undefined;
  for (const idx of idxs) {
    const symbol = file.symbols[idx];
    if (symbol === undefined || symbol.name === except) continue;
    const { start, end } = symbol.range;
    // Symbols come outermost first, so the last one that holds the line is the innermost.
    if (start.line <= line && (line < end.line || (line === end.line && end.character > 0)))
      holder = idx;
  }
  return holder ?? idxs.find((idx) => file.symbols[idx]?.name !== except);
}

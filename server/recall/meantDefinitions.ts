/** The definitions that a definition's own text means: what it calls, and the types of its signature. */
import type { Recall, Relation } from "../../protocol/types.ts";
import { fileRoleOf } from "../ingest/fileRole.ts";
import type { LanguageId } from "../ingest/languages.ts";
import { wholeTerm } from "../ingest/blobContent.ts";
import { symbolInfo, type OpenBank } from "../memory/memoryBank.ts";
import type { StoredSpan } from "../memory/packedSpans.ts";
import type { ParsedSymbol } from "../types.ts";
import {
  againstStrength,
  clearStrength,
  evidenceFor,
  receiverBefore,
  type NameUse,
} from "./callEvidence.ts";
import { chunkOfSymbol, containersOf, definitionsOf, type FoundDefinition } from "./definitions.ts";
import { declaredWith, importsOf } from "./imports.ts";
import { isQuiet, quietText } from "./quietText.ts";
import { isSameFamily } from "./useJudge.ts";
import { offsetsOf, type VerifiedFile, type FileSource } from "./verifiedSource.ts";

/** Names that are looked up for one definition, the rarest first. */
const maxLookups = 8;
const maxDefinitionChunks = 40;
/** A name that so many chunks hold means too many things. */
const maxFrequency = 400;
const maxBodyCharacters = 20_000;
const maxFound = 4;

const typeKinds: ReadonlySet<ParsedSymbol["kind"]> = new Set([
  "class",
  "interface",
  "struct",
  "enum",
  "type",
]);
const calledKinds: ReadonlySet<ParsedSymbol["kind"]> = new Set([
  "function",
  "method",
  "macro",
  "class",
  "struct",
]);

/** A name in the text of a definition, and what it may be. */
interface MentionedName {
  readonly name: string;
  readonly offset: number;
  readonly kind: Extract<Relation["kind"], "calls" | "type">;
}

/** Returns the places of definitions that an anchor's definition calls or has in its signature, where names tell which. */
export function findMeant(anchor: Recall, open: OpenBank, source: FileSource): Recall[] {
  const file = source.read(open.root.folder, open.bank, anchor.citation.path);
  const symbolIdx = file === undefined ? -1 : indexOfSymbol(file, anchor);
  const symbol = file?.symbols[symbolIdx];
  if (file === undefined || symbol === undefined || !file.asRemembered) return [];
  const containers = [...containersOf(file.symbols, symbolIdx), symbol.name];
  const imports = importsOf(file.text);
  const found: Recall[] = [];
  for (const mention of rarest(open, mentionedNames(file, symbol))) {
    const use: NameUse = {
      path: file.path,
      receiver: receiverBefore(file.text, mention.offset),
      containers,
      imports,
      declaredWith: (variable) => declaredWith(file.text, variable),
    };
    const meant = meantBy(mention, use, file, open);
    const recall = meant && recallOf(meant, mention.kind, symbol.name, open, source);
    if (recall !== undefined) found.push(recall);
    if (found.length >= maxFound) break;
  }
  return found;
}

function indexOfSymbol(file: VerifiedFile, { citation }: Recall): number {
  return file.symbols.findIndex(
    ({ name, range }) =>
      name === citation.symbol?.name && range.start.line === citation.symbol.range.start.line,
  );
}

/** The names that a definition calls and those in its signature, each once, in the order of the text. */
function mentionedNames(file: VerifiedFile, symbol: ParsedSymbol): MentionedName[] {
  const { text, starts } = file;
  const start = starts[symbol.nameLine] ?? text.length;
  const signatureEnd = starts[symbol.signatureEndLine] ?? text.length;
  const end = Math.min(starts[symbol.range.end.line + 1] ?? text.length, start + maxBodyCharacters);
  const quiet = quietText(text, file.language, end);
  const names = new Map<string, MentionedName>();
  for (const match of text.slice(start, end).matchAll(identifier)) {
    const name = match[0];
    const offset = start + match.index;
    const after = text.slice(offset + name.length, offset + name.length + 3);
    const isCalled = /^(?:!?\(|!? \(|::<|<)/.test(after) && !notCalled.has(name);
    const isType = offset < signatureEnd && (/^\p{Lu}/u.test(name) || isTagged(text, offset));
    if ((!isCalled && !isType) || name === symbol.name || names.has(name)) continue;
    if (isQuiet(quiet, offset)) continue;
    names.set(name, { name, offset, kind: isType ? "type" : "calls" });
  }
  return [...names.values()];
}
const identifier = /[\p{L}_$][\p{L}\p{N}_$]{2,80}/gu;

/** `struct page` and its like in C. */
function isTagged(text: string, offset: number): boolean {
  return /\b(?:struct|enum|union)\s$/.test(text.slice(Math.max(0, offset - 8), offset));
}

const notCalled = new Set(
  (
    "for while switch catch return function func def await typeof sizeof super this new throw with assert print not and elif match when constructor " +
    "else defer select case lambda yield require import defined static_assert decltype alignof noexcept foreach until unless"
  ).split(" "),
);

/** Rare names mean one thing, and cost little to look up. */
function rarest({ bank }: OpenBank, names: readonly MentionedName[]): MentionedName[] {
  return names
    .map((mention, order) => ({
      mention,
      order,
      nChunks: bank.documentFrequency(wholeTerm(mention.name)),
    }))
    .filter(({ nChunks }) => nChunks > 0 && nChunks <= maxFrequency)
    .sort((a, b) => a.nChunks - b.nChunks || a.order - b.order)
    .slice(0, maxLookups)
    .map(({ mention }) => mention);
}

/** Returns the one definition that a name means as far as names tell, `undefined` when that stays open. */
function meantBy(
  { name, kind }: MentionedName,
  use: NameUse,
  file: VerifiedFile,
  open: OpenBank,
): FoundDefinition | undefined {
  const wanted = kind === "type" ? typeKinds : calledKinds;
  const { definitions, isComplete } = definitionsOf(open.bank, name, maxDefinitionChunks);
  const fitting = definitions.filter(
    ({ symbol, path, blob }) =>
      wanted.has(symbol.kind) &&
      isSameFamily(blob.language, file.language) &&
      fileRoleOf(path, blob.language as LanguageId) === "source",
  );
  const judged = fitting
    .map((definition) => ({
      definition,
      strength: evidenceFor(use, {
        name,
        path: definition.path,
        containers: definition.containers,
      }),
    }))
    .sort((a, b) => b.strength - a.strength);
  const [first, second] = judged;
  if (first === undefined) return undefined;
  const isOnly = second === undefined && isComplete && first.strength > againstStrength;
  const isClear =
    first.strength >= clearStrength &&
    (second === undefined ||
      second.strength < first.strength ||
      second.definition.path === first.definition.path);
  return isOnly || isClear ? first.definition : undefined;
}

function recallOf(
  { path, blob, symbolIdx, symbol }: FoundDefinition,
  kind: Relation["kind"],
  of: string,
  open: OpenBank,
  source: FileSource,
): Recall | undefined {
  const file = source.read(open.root.folder, open.bank, path);
  const chunkIdx = chunkOfSymbol(blob, symbol);
  if (file === undefined || !file.asRemembered || chunkIdx < 0) return undefined;
  const span = file.spans[chunkIdx] as StoredSpan;
  const { start, end } = offsetsOf(file, span);
  const text = file.text.slice(start, end);
  return {
    citation: source.cite(
      open.root.id,
      path,
      span.range,
      text,
      symbolInfo(blob.symbols, symbolIdx),
    ),
    score: 0,
    reasons: [],
    role: file.role,
    language: file.language,
    text,
    boundary: file.boundary,
    relation: { kind, of },
  };
}

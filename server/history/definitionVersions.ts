/** The definitions in a version of a file, and how two versions of one differ. */
import type { DefinitionChange } from "../../protocol/changed.ts";
import type { SymbolKind } from "../../protocol/types.ts";
import type { ParsedFile } from "../types.ts";
import { decode } from "../ingest/decoder.ts";
import { chunkByLines } from "../ingest/lineChunker.ts";
import { languageOf, type LanguageId } from "../ingest/languages.ts";
import { lineStarts } from "../ingest/lineIndex.ts";
import { inspectContent } from "../ingest/skipRules.ts";
import type { SyntaxChunker } from "../ingest/syntax/syntaxChunker.ts";
import type { BlobReader } from "../git/blobReader.ts";

/** A definition of a name in one version of a file. */
export interface DefinitionVersion {
  readonly name: string;
  /** Names of the definitions around it, outermost first, with dots; `""` at top level. */
  readonly container: string;
  readonly kind: SymbolKind;
  /** Zero-based; `endLine` is the first line after it. The comment before it is included. */
  readonly startLine: number;
  readonly endLine: number;
  readonly comment: string;
  readonly signature: string;
  readonly body: string;
}

/** A version of a file as text, with its definitions. */
export interface FileVersion {
  readonly text: string;
  readonly language: LanguageId;
  readonly parsed: ParsedFile;
  readonly definitions: readonly DefinitionVersion[];
}

/** Versions of files that are kept between questions, by their content and path; those used last, up to a size. */
export class VersionCache {
  readonly #kept = new Map<string, { readonly version: FileVersion | undefined }>();
  #nUnits = 0;

  get(key: string): { readonly version: FileVersion | undefined } | undefined {
    const entry = this.#kept.get(key);
    if (entry === undefined) return undefined;
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    return entry;
  }

  set(key: string, version: FileVersion | undefined): void {
    this.#kept.set(key, { version });
    this.#nUnits += sizeOf(version);
    for (const [oldest, entry] of this.#kept) {
      if (this.#nUnits <= maxKeptUnits) return;
      this.#kept.delete(oldest);
      this.#nUnits -= sizeOf(entry.version);
    }
  }
}

/** Text that is kept, in UTF-16 units. */
const maxKeptUnits = 8 * 1024 * 1024;

/** A version that was looked at in vain takes room as well. */
function sizeOf(version: FileVersion | undefined): number {
  return 100 + (version?.text.length ?? 0);
}

/** Versions of files by content, read once. */
export class FileVersions {
  readonly #blobs: BlobReader;
  readonly #syntax: SyntaxChunker | undefined;
  readonly #kept: VersionCache;

  constructor(blobs: BlobReader, syntax: SyntaxChunker | undefined, kept = new VersionCache()) {
    this.#blobs = blobs;
    this.#syntax = syntax;
    this.#kept = kept;
  }

  /** `undefined` when there is no such content, or it is not text of a size that is looked at. */
  async of(blob: string | undefined, path: string): Promise<FileVersion | undefined> {
    if (blob === undefined) return undefined;
    const key = `${blob} ${path}`;
    const known = this.#kept.get(key);
    if (known !== undefined) return known.version;
    const read = await this.#blobs.read(blob);
    const version = read.kind === "blob" ? await this.#parse(read.bytes, path) : undefined;
    this.#kept.set(key, version);
    return version;
  }

  async #parse(bytes: Buffer, path: string): Promise<FileVersion | undefined> {
    // The same rules as for the files of today: no binary content, no keys, nothing generated.
    if (inspectContent(bytes, path) !== undefined) return undefined;
    const decoded = decode(bytes);
    if (decoded.kind !== "text") return undefined;
    const { text } = decoded;
    return versionOf(text, path, this.#syntax);
  }
}

/** Chunks a text by its syntax where that can be done, else by its lines. */
export async function versionOf(
  text: string,
  path: string,
  syntax: SyntaxChunker | undefined,
): Promise<FileVersion> {
  const language = languageOf(path, text.slice(0, 200).split("\n", 1)[0]);
  const parsed = (await bySyntax(text, language, syntax)) ?? chunkByLines(text, language);
  return { text, language, parsed, definitions: definitionsOf(text, parsed) };
}

async function bySyntax(
  text: string,
  language: LanguageId,
  syntax: SyntaxChunker | undefined,
): Promise<ParsedFile | undefined> {
  if (syntax === undefined || !syntax.has(language)) return undefined;
  if (!(await syntax.prepare(language, text))) return undefined;
  const parsed = syntax.chunk(text, language);
  return parsed?.fallback === undefined ? parsed : undefined;
}

function definitionsOf(text: string, { symbols }: ParsedFile): DefinitionVersion[] {
  const starts = lineStarts(text);
  const lines = (from: number, to: number): string =>
    text.slice(starts[from] ?? text.length, starts[to] ?? text.length).replaceAll("\r", "");
  return symbols
    .filter(({ kind }) => kind !== "section" && kind !== "key")
    .map(({ name, kind, containerIdx, range, nameLine, signatureEndLine }) => {
      const endLine = range.end.character > 0 ? range.end.line + 1 : range.end.line;
      return {
        ...{ name, kind, endLine, startLine: range.start.line },
        container: containerOf(symbols, containerIdx),
        comment: lines(range.start.line, nameLine),
        signature: lines(nameLine, signatureEndLine),
        body: lines(signatureEndLine, Math.max(signatureEndLine, endLine)),
      };
    });
}

/** Returns the dotted names of the definitions around one, `""` at top level. */
export function containerOf(symbols: ParsedFile["symbols"], containerIdx: number): string {
  const names: string[] = [];
  let at = containerIdx;
  for (let hops = 0; at >= 0 && hops < 32; hops++) {
    const symbol = symbols[at];
    if (symbol === undefined) break;
    names.unshift(symbol.name);
    at = symbol.containerIdx;
  }
  return names.join(".");
}

/** The definitions that a name, which may be qualified (`Pool.load`), means in a version. */
export function namedIn(version: FileVersion | undefined, name: string): DefinitionVersion[] {
  const parts = name.split(/::|[.#]/).filter((part) => part !== "");
  const last = parts.at(-1) ?? name;
  const holder = parts.at(-2);
  return (version?.definitions ?? []).filter(
    (definition) =>
      definition.name === last &&
      (holder === undefined || definition.container.split(".").at(-1) === holder),
  );
}

/** Returns how definitions of one name differ between two versions, `undefined` when they do not. */
export function changeBetween(
  before: readonly DefinitionVersion[],
  after: readonly DefinitionVersion[],
): DefinitionChange | undefined {
  if (before.length === 0 && after.length === 0) return undefined;
  if (before.length === 0) return "added";
  if (after.length === 0) return "removed";
  const all = (
    which: readonly DefinitionVersion[],
    part: "comment" | "signature" | "body",
  ): string => which.map((definition) => definition[part]).join("\0");
  const differs = (part: "comment" | "signature" | "body", squeeze: boolean): boolean =>
    squeeze
      ? all(before, part).replace(/\s+/g, "") !== all(after, part).replace(/\s+/g, "")
      : all(before, part) !== all(after, part);
  if (differs("signature", true)) return "signature";
  if (differs("body", true)) return "body";
  if (differs("comment", true)) return "comment";
  return (["signature", "body", "comment"] as const).some((part) => differs(part, false))
    ? "layout"
    : undefined;
}

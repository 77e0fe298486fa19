/** Chunks SQL by its statements. Reads only what all dialects share, so that any dialect gets through. */
import type { SymbolKind } from "../../../protocol/types.ts";
import type { ParsedFile, ParsedSymbol } from "../../types.ts";
import { lineAt, lineStarts, rangeAt } from "../lineIndex.ts";
import { AtomBuilder } from "./atoms.ts";
import { packAtoms } from "./packing.ts";
import { spansOf } from "./spans.ts";

/** What statements create as symbols, tables and routines they mention as uses. */
export function chunkSql(text: string): ParsedFile {
  const lines = lineStarts(text);
  const builder = new AtomBuilder(text, lines);
  const symbols: ParsedSymbol[] = [];
  const symbolOffsets: number[] = [];
  let leadStart = -1;
  for (const part of scanStatements(text)) {
    builder.add(part.start, part.end, part.kind === "comment" ? "lead" : "code");
    if (part.kind === "comment") {
      leadStart = leadStart < 0 ? part.start : leadStart;
      continue;
    }
    const created = createdBy(text.slice(part.start, Math.min(part.end, part.start + 400)));
    if (created !== undefined) {
      const start =
        leadStart >= 0 && !/\n\s*\n/.test(text.slice(leadStart, part.start))
          ? leadStart
          : part.start;
      const nameLine = lineAt(lines, part.start + created.nameOffset);
      symbols.push({
        name: created.name,
        kind: created.kind,
        containerIdx: -1,
        range: rangeAt(lines, start, part.end),
        nameLine,
        signatureEndLine: nameLine + 1,
      });
      symbolOffsets.push(start, part.end);
    }
    leadStart = -1;
  }
  const runs = packAtoms(text, lines, builder.finish(), symbols);
  const uses = usedNames(text);
  return {
    chunks: spansOf(text, lines, runs, { symbolOffsets, uses }),
    symbols,
    boundary: "syntax",
  };
}

interface Part {
  readonly kind: "comment" | "statement";
  readonly start: number;
  readonly end: number;
}

/** One token of interest: comment, string, dollar-quoted body, word or semicolon. */
const token =
  /--[^\r\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^'\\]|''|\\[\s\S])*(?:'|$)|"[^"]*(?:"|$)|`[^`]*(?:`|$)|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|[A-Za-z_]\w*|;|[^\s]/g;

/** Statements end at a semicolon outside of a routine's BEGIN ... END, or at `GO` on a line of its own. */
function scanStatements(text: string): Part[] {
  const parts: Part[] = [];
  let start = -1;
  let depth = 0;
  let isRoutine = false;
  let wasEnd = false;
  const close = (end: number): void => {
    if (start >= 0) parts.push({ kind: "statement", start, end });
    start = -1;
    depth = 0;
    isRoutine = false;
  };
  for (const match of text.matchAll(token)) {
    const [found] = match;
    const end = match.index + found.length;
    if (start < 0 && (found.startsWith("--") || found.startsWith("/*"))) {
      parts.push({ kind: "comment", start: match.index, end });
      continue;
    }
    if (start < 0) start = match.index;
    const word = found.length < 12 ? found.toUpperCase() : found;
    if (/^(?:FUNCTION|PROCEDURE|TRIGGER|PACKAGE|EVENT)$/.test(word)) isRoutine = true;
    if (isRoutine && (word === "BEGIN" || word === "CASE") && !wasEnd) depth++;
    if (isRoutine && wasEnd && !/^(?:IF|LOOP|WHILE|REPEAT|FOR)$/.test(word))
      depth = Math.max(0, depth - 1);
    wasEnd = word === "END";
    if ((word === ";" && depth === 0) || (word === "GO" && isAloneOnLine(text, match.index, end)))
      close(end);
  }
  close(text.trimEnd().length);
  return parts;
}

function isAloneOnLine(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - 40), start);
  return (
    /(?:^|[\r\n])[ \t]*$/.test(before) && /^[ \t]*(?:[\r\n]|$)/.test(text.slice(end, end + 40))
  );
}

const createStatement =
  /^CREATE\s+(?:OR\s+(?:REPLACE|ALTER)\s+)?(?:(?:GLOBAL|LOCAL|TEMP|TEMPORARY|UNLOGGED|EXTERNAL|MATERIALIZED|RECURSIVE|UNIQUE|CLUSTERED|NONCLUSTERED|CONSTRAINT|DEFINER\s*=\s*\S+|VIRTUAL)\s+)*(TABLE|VIEW|FUNCTION|PROCEDURE|TRIGGER|TYPE|DOMAIN|INDEX|SCHEMA|DATABASE|SEQUENCE|PACKAGE(?:\s+BODY)?|EVENT)\s+(?:CONCURRENTLY\s+)?(?:IF\s+NOT\s+EXISTS\s+)?((?:[\w$]+|"[^"]+"|`[^`]+`|\[[^\]]+\])(?:\s*\.\s*(?:[\w$]+|"[^"]+"|`[^`]+`|\[[^\]]+\]))*)/i;

const createdKinds: Readonly<Record<string, SymbolKind>> = {
  TABLE: "struct",
  VIEW: "struct",
  FUNCTION: "function",
  PROCEDURE: "function",
  TRIGGER: "function",
  EVENT: "function",
  TYPE: "type",
  DOMAIN: "type",
  INDEX: "key",
  SEQUENCE: "variable",
  SCHEMA: "module",
  DATABASE: "module",
  PACKAGE: "module",
};

function createdBy(
  statement: string,
): { name: string; kind: SymbolKind; nameOffset: number } | undefined {
  const match = createStatement.exec(statement);
  const [whole = "", what = "", name = ""] = match ?? [];
  const kind = createdKinds[what.toUpperCase().replace(/\s.*$/s, "")];
  const last = lastPart(name).toWellFormed();
  // `CREATE TABLE public.""` names nothing.
  if (kind === undefined || last === "") return undefined;
  return { name: last, kind, nameOffset: whole.length - name.length };
}

/** `public."Order"` is `Order`. */
function lastPart(name: string): string {
  return name.replace(/^.*\.\s*/s, "").replace(/^["`[]|["`\]]$/g, "");
}

const mention =
  /\b(?:FROM|JOIN|INTO|UPDATE|REFERENCES|CALL|EXEC(?:UTE)?|ALTER\s+TABLE|ON)\s+((?:[\w$]+|"[^"]+"|`[^`]+`)(?:\.(?:[\w$]+|"[^"]+"|`[^`]+`))*)/gi;
const sqlWords =
  /^(?:select|only|delete|update|insert|values|lateral|unnest|function|procedure|table|conflict|set|dual|if|each|commit|the|a|this)$/i;

function usedNames(text: string): { offsets: number[]; names: string[] } {
  const offsets: number[] = [];
  const names: string[] = [];
  for (const match of text.matchAll(mention)) {
    const name = lastPart(match[1] ?? "");
    if (name.length < 2 || name.length > 80 || sqlWords.test(name)) continue;
    offsets.push(match.index);
    names.push(name);
  }
  return { offsets, names };
}

/** The shape of each line of an exported memory: such a file may come from anybody. */
import { noteKinds, type NoteLink } from "../../protocol/notes.ts";
import {
  memoryFormat,
  type SavedConversation,
  type SavedEvidence,
  type SavedHead,
  type SavedNote,
  type SavedProse,
  type SavedRoot,
  type SavedSelection,
  type SavedTurn,
} from "../../protocol/savedMemory.ts";
import { symbolKinds, type Citation, type SymbolInfo, type Tier } from "../../protocol/types.ts";
import { range } from "./params.ts";
import { keptPlan, keptProse } from "./proseShapes.ts";
import { recordId as id } from "./recordId.ts";
import {
  exactly,
  filledText,
  finite,
  flag,
  integer,
  list,
  object,
  oneOf,
  optional,
  ShapeError,
  text,
  timeMs,
  type Shape,
} from "./shape.ts";

const maxName = 4_096;
const maxPath = 32_768;
const maxNote = 1_000_000;
const maxTurn = 20_000_000;
const maxLine = 2 ** 31 - 1;
/** More than anything that Lore writes. */
const maxParts = 10_000;

const hash: Shape<string> = (value, place) => {
  if (typeof value !== "string" || !/^[0-9a-f]{0,64}$/.test(value))
    throw new ShapeError(`${place} must be at most 64 hex digits`);
  return value;
};

/** A path leads to a file inside its root and nowhere else. */
const pathInside: Shape<string> = (value, place) => {
  const path = filledText(maxPath)(value, place);
  const isInside =
    !path.includes("\0") &&
    !/^(?:[A-Za-z]:)?[\\/]/.test(path) &&
    !path.split(/[\\/]/).some((part) => part === ".." || part === "");
  if (!isInside) throw new ShapeError(`${place} must be a path inside its folder`);
  return path;
};

const symbol = object<SymbolInfo>({
  name: text(maxName),
  kind: oneOf(...symbolKinds),
  container: text(maxPath),
  range,
});

const evidence = object<SavedEvidence>({
  path: pathInside,
  range,
  contentHash: hash,
  symbol: optional(symbol),
  fileHash: optional(hash),
});

const citation = object<Citation>({
  rootId: id,
  path: pathInside,
  range,
  contentHash: hash,
  symbol: optional(symbol),
  commit: optional(hash),
});

const anyProse = keptProse(citation);
const finishedProse: Shape<SavedProse> = (value, place) => {
  const { state, ...prose } = anyProse(value, place);
  if (state === "streaming") throw new ShapeError(`${place}.state must be that of a finished one`);
  return { ...prose, state };
};

/** Checks of a line by its `type`. */
export const savedLines = {
  memory: object<Omit<SavedHead, "type" | "version">>({
    format: exactly(memoryFormat),
    roots: list(object<SavedRoot>({ id, name: text(maxName) }), 1_000),
  }),
  note: object<SavedNote>({
    id,
    rootId: id,
    kind: oneOf(...noteKinds),
    text: filledText(maxNote),
    who: text(maxName),
    createdMs: timeMs,
    file: optional(pathInside),
    conversationId: optional(id),
    evidence: list(evidence, maxParts),
    tags: list(filledText(maxName), maxParts),
    links: list(
      object<NoteLink>({ kind: oneOf("note", "symbol", "commit"), target: filledText(maxName) }),
      maxParts,
    ),
    isPinned: flag,
    nUses: integer(0, Number.MAX_SAFE_INTEGER),
    lastUsedMs: optional(timeMs),
    supersededBy: optional(id),
  }),
  conversation: object<SavedConversation>({
    id,
    title: text(maxName),
    createdMs: timeMs,
    updatedMs: timeMs,
    headId: optional(id),
  }),
  turn: object<SavedTurn>({
    id,
    conversationId: id,
    parentId: optional((value, place) => (value === "" ? "" : id(value, place))),
    isPinned: optional(flag),
    role: oneOf("user", "lore"),
    text: text(maxTurn),
    createdMs: finite,
    state: oneOf("done", "cancelled", "failed", "interrupted"),
    selection: optional(
      object<SavedSelection>({
        rootId: id,
        path: pathInside,
        text: text(maxTurn),
        range: object<SavedSelection["range"]>({
          startLine: integer(0, maxLine),
          endLine: integer(0, maxLine),
        }),
      }),
    ),
    citations: list(citation, maxParts),
    abstained: flag,
    tiers: list(oneOf<Tier>("lexical", "symbols", "meaning"), 10),
    elapsedMs: optional(finite),
    prose: optional(finishedProse),
    plan: optional(keptPlan),
  }),
} as const;

/** What stands in every line. */
export const savedLine = object<{ type: keyof typeof savedLines }>({
  type: oneOf("memory", "note", "conversation", "turn"),
});
/** The version of the first line, which an older or newer one has as well. */
export const savedVersion = object<{ format: typeof memoryFormat; version: number }>({
  format: exactly(memoryFormat),
  version: integer(1, 1_000_000),
});

import type { Citation, Position, Range, SymbolInfo } from "../../protocol/types.ts";
import { mentionKinds } from "../../protocol/mentions.ts";
import { chatCommands } from "../../protocol/webviewMessages.ts";
import type { ChatCommand, FromWebview } from "../../protocol/webviewMessages.ts";

/** Longest question, draft or text to copy that is accepted, in UTF-16 units. */
const maxTextLength = 1_000_000;
const maxQueryLength = 1_000;
const maxIdLength = 200;
const maxPathLength = 10_000;
/** Files of one drop. */
const maxFiles = 50;

type Fields = Readonly<Record<string, unknown>>;

const commands: ReadonlySet<unknown> = new Set(chatCommands);

/**
 * Reads a message of the webview, which shows hostile text and is not trusted: returns a fresh object that
 * holds what the message type names and nothing else, `undefined` for anything malformed.
 */
export function readWebviewMessage(value: unknown): FromWebview | undefined {
  if (!isFields(value)) return undefined;
  switch (value["type"]) {
    case "pin":
      return isId(value["turnId"]) && typeof value["isPinned"] === "boolean"
        ? { type: "pin", turnId: value["turnId"], isPinned: value["isPinned"] }
        : undefined;
    case "ready":
    case "exportConversation":
    case "stop":
    case "newConversation":
      return { type: value["type"] };
    case "ask":
    case "editQuestion":
      return readQuestion(value["type"], value);
    case "askAgain":
    case "chooseBranch":
    case "askModel":
    case "saveTrace":
    case "compareTrace":
      return isId(value["turnId"]) ? { type: value["type"], turnId: value["turnId"] } : undefined;
    case "showEarlier":
      return isId(value["before"]) ? { type: "showEarlier", before: value["before"] } : undefined;
    case "draft":
      return isText(value["text"]) ? { type: "draft", text: value["text"] } : undefined;
    case "copy":
      return isText(value["text"]) ? { type: "copy", text: value["text"] } : undefined;
    case "openConversation":
    case "deleteConversation":
      return isId(value["conversationId"])
        ? { type: value["type"], conversationId: value["conversationId"] }
        : undefined;
    case "openTurn": {
      const { conversationId, turnId } = value;
      return isId(conversationId) && isId(turnId)
        ? { type: "openTurn", conversationId, turnId }
        : undefined;
    }
    case "suggest":
      return readSuggest(value);
    case "nameFiles": {
      const { files, text } = value;
      return isText(text) && isTexts(files, maxFiles, maxPathLength)
        ? { type: "nameFiles", files, text }
        : undefined;
    }
    case "searchTurns":
      return isText(value["query"]) &&
        value["query"].trim() !== "" &&
        value["query"].length <= maxQueryLength
        ? { type: "searchTurns", query: value["query"] }
        : undefined;
    case "renameConversation":
      return isId(value["conversationId"]) && isId(value["title"])
        ? {
            type: "renameConversation",
            conversationId: value["conversationId"],
            title: value["title"],
          }
        : undefined;
    case "peek": {
      const citation = readCitationOfThen(value["citation"]);
      return citation === undefined || !isIndex(value["peekId"])
        ? undefined
        : { type: "peek", peekId: value["peekId"], citation };
    }
    case "insertCode":
    case "applyCode":
      return isText(value["code"]) ? { type: value["type"], code: value["code"] } : undefined;
    case "openCitation": {
      const citation = readCitation(value["citation"]);
      return citation === undefined || typeof value["toSide"] !== "boolean"
        ? undefined
        : { type: "openCitation", citation, toSide: value["toSide"] };
    }
    case "command":
      return commands.has(value["command"])
        ? { type: "command", command: value["command"] as ChatCommand }
        : undefined;
    default:
      return undefined;
  }
}

function readQuestion(
  type: "ask" | "editQuestion",
  { question, turnId, isDeep }: Fields,
): FromWebview | undefined {
  if (!isText(question) || question.trim() === "") return undefined;
  if (isDeep !== undefined && typeof isDeep !== "boolean") return undefined;
  const deep = isDeep === undefined ? {} : { isDeep };
  if (type === "ask") return { type, question, ...deep };
  return isId(turnId) ? { type, turnId, question, ...deep } : undefined;
}

function readSuggest({ prefix, kinds }: Fields): FromWebview | undefined {
  if (!isText(prefix) || prefix.length > maxQueryLength) return undefined;
  if (kinds === undefined) return { type: "suggest", prefix };
  if (!isTexts(kinds, mentionKinds.length, maxIdLength)) return undefined;
  const known = mentionKinds.filter((kind) => kinds.includes(kind));
  return known.length === kinds.length ? { type: "suggest", prefix, kinds: known } : undefined;
}

/** A citation that may be of a commit's file, which can be read and not opened. */
function readCitationOfThen(value: unknown): Citation | undefined {
  const citation = readCitation(value);
  const commit = isFields(value) ? value["commit"] : undefined;
  if (citation === undefined || commit === undefined) return citation;
  return typeof commit === "string" && /^[0-9a-f]{40,64}$/.test(commit)
    ? { ...citation, commit }
    : undefined;
}

/** Returns a citation that came from outside, `undefined` for anything malformed. */
export function readCitation(value: unknown): Citation | undefined {
  if (!isFields(value)) return undefined;
  const { rootId, path, contentHash, symbol } = value;
  const range = readRange(value["range"]);
  if (!isId(rootId) || range === undefined) return undefined;
  if (typeof path !== "string" || path === "" || path.length > maxPathLength) return undefined;
  if (typeof contentHash !== "string" || !/^[0-9a-f]{16}$/.test(contentHash)) return undefined;
  if (symbol === undefined) return { rootId, path, range, contentHash };
  const read = readSymbol(symbol);
  return read === undefined ? undefined : { rootId, path, range, contentHash, symbol: read };
}

function readSymbol(value: unknown): SymbolInfo | undefined {
  if (!isFields(value)) return undefined;
  const { name, kind, container } = value;
  const range = readRange(value["range"]);
  if (!isText(name) || !isId(kind) || !isText(container) || range === undefined) return undefined;
  // The kind only travels back to the server, which does not act on it.
  return { name, kind: kind as SymbolInfo["kind"], container, range };
}

function readRange(value: unknown): Range | undefined {
  if (!isFields(value)) return undefined;
  const start = readPosition(value["start"]);
  const end = readPosition(value["end"]);
  if (start === undefined || end === undefined) return undefined;
  const forward =
    start.line < end.line || (start.line === end.line && start.character <= end.character);
  return forward ? { start, end } : undefined;
}

function readPosition(value: unknown): Position | undefined {
  if (!isFields(value)) return undefined;
  const { line, character } = value;
  return isIndex(line) && isIndex(character) ? { line, character } : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length <= maxTextLength;
}

function isTexts(value: unknown, maxItems: number, maxLength: number): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= maxItems &&
    value.every((each) => typeof each === "string" && each.length <= maxLength)
  );
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxIdLength;
}

function isIndex(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

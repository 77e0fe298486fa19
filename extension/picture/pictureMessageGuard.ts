import { maxPictureLimit } from "../../protocol/picture.ts";
import {
  pictureCommands,
  type FromPicturePage,
  type PictureCommand,
  type PictureWish,
} from "../../protocol/pictureMessages.ts";

const maxIdLength = 200;
const maxPathLength = 10_000;

type Fields = Readonly<Record<string, unknown>>;

const commands: ReadonlySet<unknown> = new Set(pictureCommands);

/**
 * Reads a message of the picture's page, which shows hostile text and is not trusted: returns a fresh object that holds
 * what the message type names and nothing else, `undefined` for anything malformed.
 */
export function readPictureMessage(value: unknown): FromPicturePage | undefined {
  if (!isFields(value)) return undefined;
  const { type, id, path, hash, isPinned, command } = value;
  switch (type) {
    case "ready": {
      if (value["wish"] === undefined) return { type };
      const wish = readWish(value["wish"]);
      return wish && { type, wish };
    }
    case "show": {
      const wish = readWish(value["wish"]);
      return wish && { type, wish };
    }
    case "openFile":
    case "exclude":
      return isPath(path) ? { type, path } : undefined;
    case "openNote":
    case "correctNote":
    case "forgetNote":
    case "openConversation":
    case "deleteConversation":
      return isId(id) ? { type, id } : undefined;
    case "pinNote":
      return isId(id) && typeof isPinned === "boolean" ? { type, id, isPinned } : undefined;
    case "openCommit":
      return typeof hash === "string" && /^[0-9a-f]{40,64}$/.test(hash)
        ? { type, hash }
        : undefined;
    case "command":
      return commands.has(command) ? { type, command: command as PictureCommand } : undefined;
    default:
      return undefined;
  }
}

function readWish(value: unknown): PictureWish | undefined {
  if (!isFields(value)) return undefined;
  const { rootId, folder, limit } = value;
  if (rootId !== undefined && !isId(rootId)) return undefined;
  if (typeof folder !== "string" || folder.length > maxPathLength) return undefined;
  if (typeof limit !== "number" || !Number.isSafeInteger(limit)) return undefined;
  if (limit < 1 || limit > maxPictureLimit) return undefined;
  return { ...(rootId === undefined ? {} : { rootId }), folder, limit };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxIdLength;
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= maxPathLength;
}

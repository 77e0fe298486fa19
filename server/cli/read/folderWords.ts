/** Reads the words of commands that are about a folder as a whole. */
import { maxPictureLimit } from "../../../protocol/picture.ts";
import { UsageError, wholeNumber } from "../optionValues.ts";
import { atMostOne, emptyFolder, folderAndText, folderOnly } from "../positionals.ts";
import type { Reader } from "./reader.ts";

const defaultPictureLimit = 15;

/** Reads `lore index`. */
export const readIndex: Reader = ({ positionals, common }) => ({
  kind: "index",
  folder: folderOnly("index", positionals),
  ...common,
});

/** Reads `lore status`. */
export const readStatus: Reader = ({ positionals, common }) => ({
  kind: "status",
  folder: atMostOne("status", positionals) ?? ".",
  ...common,
});

/** Reads `lore stats`. */
export const readStats: Reader = ({ positionals, common }) => ({
  kind: "stats",
  folder: atMostOne("stats", positionals),
  ...common,
});

/** Reads `lore memory`. */
export const readMemory: Reader = ({ values, positionals, common }) => {
  const [folder = ".", inside = "", ...more] = positionals;
  if (folder === "") throw new UsageError(emptyFolder("memory"));
  if (more.length > 0) throw new UsageError("“lore memory” takes a folder and a path inside it.");
  return {
    kind: "memory",
    folder,
    inside: inside.replaceAll("\\", "/").replace(/^(\.?\/)+|^\.$|\/+$/g, ""),
    limit: wholeNumber(values, "limit", 1, maxPictureLimit) ?? defaultPictureLimit,
    ...common,
  };
};

/** Reads `lore retrace`. */
export const readRetrace: Reader = ({ positionals, common }) => {
  const [folder, file] = folderAndText("retrace", positionals, "file with a saved trace");
  return { kind: "retrace", folder, file, ...common };
};

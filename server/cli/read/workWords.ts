/** Reads the words of commands about notes and conversations alike. */
import { UsageError } from "../optionValues.ts";
import { folderAndText, folderOnly } from "../positionals.ts";
import { chosenWork } from "../workChoice.ts";
import type { Reader } from "./reader.ts";

/** Reads `lore forget`, of the folder's memory or of a part of the notes and conversations. */
export const readForget: Reader = ({ values, positionals, common }) => {
  const folder = folderOnly("forget", positionals);
  const which = chosenWork(values);
  const withNotes = values.notes === true;
  if (which === undefined) return { kind: "forget", folder, withNotes, ...common };
  if (withNotes) throw new UsageError("--notes does not go with --topic, --before and --inside.");
  return { kind: "forgetWork", folder, which, ...common };
};

/** Reads `lore export`. */
export const readExport: Reader = ({ positionals, common }) => {
  const [folder, file, ...more] = positionals;
  if (more.length > 0 || file === "") throw new UsageError("“lore export” takes one file.");
  const named = folderOnly("export", folder === undefined ? [] : [folder]);
  return { kind: "export", folder: named, file, ...common };
};

/** Reads `lore import`. */
export const readImport: Reader = ({ positionals, common }) => {
  const [folder, file] = folderAndText("import", positionals, "file");
  return { kind: "import", folder, file, ...common };
};

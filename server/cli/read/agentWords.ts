/** Reads the words of the command that serves agents. */
import { toolPermissions } from "../../../protocol/tools.ts";
import { UsageError } from "../optionValues.ts";
import { emptyFolder } from "../positionals.ts";
import type { Reader } from "./reader.ts";

/** Reads `lore mcp`. An agent that a file of settings starts writes nothing unless somebody said so. */
export const readMcp: Reader = ({ values, positionals: folders, common }) => {
  if (folders.includes("")) throw new UsageError(emptyFolder("mcp"));
  const given = values.allow ?? "read";
  const permission = toolPermissions.find((known) => known === given);
  if (permission === undefined)
    throw new UsageError(
      `--allow is one of ${toolPermissions.join(", ")}, not “${String(given)}”.`,
    );
  return { kind: "mcp", folders, permission, audit: values.audit === true, ...common };
};

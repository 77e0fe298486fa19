import { statSync } from "node:fs";
import path from "node:path";
import type { FileProblem } from "../../protocol/types.ts";
import { readText } from "../answer/historyWording.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { deepMemoryLine } from "./deepMemoryText.ts";
import { formatBytes, formatCount, formatNouns } from "./numbers.ts";
import {
  hasStore,
  nameFolder,
  openFolder,
  unusable,
  type OpenFolder,
  type Surroundings,
} from "./openFolder.ts";
import type { Command, Common } from "./command.ts";
import { program } from "./program.ts";
import { defaultStoresDir } from "./storeLocation.ts";
import { listStores, type ListedStore } from "./storeList.ts";
import { emptyLines, reasonText, statusJson, summaryLines } from "./statusText.ts";
import { safeLine, type Terminal } from "./terminal.ts";
import { isFilling, isFollower, settleAMoment, waitFor } from "./waiting.ts";

/** As many files that are not in memory are named; `--json` names all. */
const maxNamed = 20;
const pageSize = 1_000;
/** How long it waits for a fill to end or to fail. */
const maxFillWaitMs = 2_000;

/** `lore status`: what is in memory now, and which files are not. */
export function showStatus(
  command: Extract<Command, { kind: "status" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return withExisting(command.folder, command, terminal, around, async (folder) => {
    const status = folder.status();
    const problems = await allProblems(folder);
    const deep = folder.services.deep?.status();
    const history = await folder.services.history.keptStatus(folder.root.id, around.signal);
    if (command.json) {
      terminal.json({
        ...statusJson(status, folder.storeDir),
        ...(deep?.detail === undefined ? {} : { deep }),
        history,
        problems,
      });
      return exitCodes.ok;
    }
    const lines = status.remembered === 0 ? emptyLines : summaryLines;
    for (const line of lines(status, terminal)) terminal.line(line);
    // Nothing is known of it before somebody uses it.
    if (deep?.detail !== undefined) terminal.line(`  ${safeLine(deepMemoryLine(deep))}`);
    terminal.line(`  history: ${readText(history)}`);
    for (const { path, outcome, reason } of problems.slice(0, maxNamed)) {
      terminal.line(
        terminal.style("quiet", `  ${outcome} ${safeLine(path)} (${reasonText(reason)})`),
      );
    }
    const more = problems.length - maxNamed;
    if (more > 0) terminal.line(terminal.style("quiet", `  … and ${formatCount(more)} more`));
    return exitCodes.ok;
  });
}

/** `lore stats`: how large the memory is. Without a folder, all memories in the default place. */
export function showStats(
  command: Extract<Command, { kind: "stats" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> | ExitCode {
  if (command.folder === undefined) {
    const { storeDir } = command;
    const storesDir =
      storeDir === undefined ? defaultStoresDir(around) : path.resolve(around.cwd, storeDir);
    const isNone =
      storeDir === undefined
        ? "Lore remembers no folder yet."
        : "No memory there says of which folder it is. Name the folder, too: “lore stats FOLDER --store DIR”.";
    return showAllStores(command, terminal, { storesDir, isNone });
  }
  return withExisting(command.folder, command, terminal, around, (folder) => {
    const status = folder.status();
    const { storeBytes, nChunks, nEmbedded, filesSyntaxExact, remembered } = status;
    const sourceBytes = bytesOfFiles(folder);
    const bytesPerByte = sourceBytes === 0 ? 0 : storeBytes / sourceBytes;
    if (command.json) {
      const { root } = status;
      terminal.json({
        folder: root.folder,
        storeDir: folder.storeDir,
        storeBytes,
        sourceBytes,
        bytesPerByte,
        nFiles: remembered,
        nChunks,
        nEmbedded,
        filesSyntaxExact,
      });
    } else {
      terminal.line(safeLine(status.root.folder));
      terminal.line(`  ${formatNouns(remembered, "file")}, ${formatBytes(sourceBytes)} of source`);
      terminal.line(
        `  ${formatNouns(nChunks, "chunk")}; ${formatNouns(filesSyntaxExact, "file")} by syntax; ${formatCount(nEmbedded)} found by meaning`,
      );
      terminal.line(
        `  ${formatBytes(storeBytes)} on disk, ${bytesPerByte.toFixed(2)} bytes a byte of source`,
      );
      terminal.line(`  in ${safeLine(folder.storeDir)}`);
    }
    return exitCodes.ok;
  });
}

function showAllStores(
  command: Common,
  terminal: Terminal,
  { storesDir, isNone }: { readonly storesDir: string; readonly isNone: string },
): ExitCode {
  const stores = storesBelow(storesDir);
  if (command.json) terminal.json({ stores });
  else if (stores.length === 0) terminal.line(isNone);
  for (const { folder, storeBytes } of command.json ? [] : stores) {
    terminal.line(`${formatBytes(storeBytes).padStart(10)}  ${safeLine(folder)}`);
  }
  return stores.length === 0 ? exitCodes.nothing : exitCodes.ok;
}

/** Errors: `CliError` when the folder cannot be read. */
function storesBelow(storesDir: string): ListedStore[] {
  try {
    return listStores(storesDir);
  } catch (error) {
    throw unusable(error, storesDir);
  }
}

/** Runs `show` on a memory that exists already, once all files were looked at. */
async function withExisting(
  given: string,
  common: Common,
  terminal: Terminal,
  around: Surroundings,
  show: (folder: OpenFolder) => Promise<ExitCode> | ExitCode,
): Promise<ExitCode> {
  const named = nameFolder(given, common, around);
  if (!hasStore(named)) {
    const { folder } = named.root;
    if (common.json) terminal.json({ folder, storeDir: named.storeDir, remembered: 0 });
    else
      terminal.line(
        `Lore has no memory of ${safeLine(folder)}. Make one with “${program} index ${safeLine(given)}”.`,
      );
    return exitCodes.nothing;
  }
  const folder = await openFolder(named, common, around);
  try {
    await waitFor(folder, "scanned", around);
    // A fill that fails does so soon, and its failure is what the user looks for.
    if (isFilling(folder.status()) && !isFollower(folder.status()))
      await settleAMoment(folder, false, maxFillWaitMs, around);
    return await show(folder);
  } finally {
    await folder.close();
  }
}

/** The size of the remembered files as they are now; one that is gone counts nothing. */
function bytesOfFiles({ root, services }: OpenFolder): number {
  let bytes = 0;
  for (const file of services.source.files([root.id])) {
    bytes += statSync(path.join(root.folder, file.path), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

async function allProblems({ root, services }: OpenFolder): Promise<FileProblem[]> {
  const found: FileProblem[] = [];
  for (;;) {
    const page = await services.memory.problems(root.id, found.length, pageSize);
    found.push(...page.problems);
    if (page.problems.length === 0 || found.length >= page.total) return found;
  }
}

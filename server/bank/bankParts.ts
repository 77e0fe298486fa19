/** The parts of an open bank, and how they are put together from what is on the disk. */
import { chmodSync, rmSync } from "node:fs";
import path from "node:path";
import { isDamage, moveAside } from "../memory/database.ts";
import { makeFolder } from "../memory/storeFolder.ts";
import { acquireStoreLock, type StoreLock } from "../memory/storeLock.ts";
import { BankContent } from "./bankContent.ts";
import { shapeText } from "./bankShape.ts";
import type { BankNotice, BankOptions, BankShape } from "./bankTypes.ts";
import { BlockIndex } from "./blockIndex.ts";
import type { BankTables, StoredChunk } from "./bankTables.ts";
import { Catalogue } from "./catalogue.ts";
import { NameSearch } from "./nameSearch.ts";
import { rowLength } from "./quantise.ts";
import { SegmentFiles } from "./segmentFiles.ts";
import { ShortTermPool } from "./shortTermPool.ts";

/** Blocks of the short-term pool: about as many tokens as LongMem's bank holds. */
const defaultShortTerm = 512;
const defaultCapacityBytes = 4 * 1024 ** 3;
const defaultSegmentBytes = 32 * 1024 ** 2;
const defaultSeed = 1;
/** About 390,000 tokens. Up to here comparing with everything takes about as long as the graph, and misses nothing. */
const defaultScanLimit = 32_768;

export interface BankParts {
  readonly folder: string;
  readonly shape: BankShape;
  capacityBytes: number;
  readonly lock: StoreLock;
  readonly catalogue: Catalogue;
  readonly segments: SegmentFiles;
  readonly tables: BankTables;
  readonly index: BlockIndex;
  readonly names: NameSearch;
  readonly pool: ShortTermPool;
  readonly content: BankContent;
  readonly notices: readonly BankNotice[];
}

/** Returns the file that is locked while the bank in a folder is open. */
export function lockFile(folder: string): string {
  return path.join(folder, "lock");
}

/** Returns the file of the catalogue of the bank in a folder. */
export function catalogueFile(folder: string): string {
  return path.join(folder, "catalogue.sqlite");
}

/**
 * Opens or makes a bank, `undefined` when another process has it open. Errors: RangeError for a shape or an option
 * that is none; `sqliteMissing`, `diskFull`, `storeUnavailable` and those of the file system.
 */
export async function openParts(
  folder: string,
  shape: BankShape,
  options: BankOptions,
): Promise<BankParts | undefined> {
  checkNumbers(shape, options);
  makeFolder(folder);
  // The user's code is nobody else's business.
  chmodSync(folder, 0o700);
  const lock = acquireStoreLock(lockFile(folder));
  if (lock === undefined) return undefined;
  try {
    return await partsOf(folder, shape, options, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function partsOf(
  folder: string,
  shape: BankShape,
  options: BankOptions,
  lock: StoreLock,
): Promise<BankParts> {
  const { catalogue, tables, notices } = openCatalogue(folder, shape, options);
  try {
    const { segmentBytes = defaultSegmentBytes, scanLimit = defaultScanLimit } = options;
    const segments = new SegmentFiles(folder, segmentBytes, catalogue.segments());
    const rowBytes = rowLength(shape.nKvHeads * shape.dHead);
    const files = { file: path.join(folder, "graph"), modelId: graphIdOf(shape) };
    const index = new BlockIndex({ rowBytes, kernel: options.kernel, files, scanLimit });
    dropUnreadable({ catalogue, segments, tables, index }, rowBytes);
    await index.open();
    const pool = poolOf(catalogue, tables, options);
    const content = new BankContent(shape, segments, pool);
    const { capacityBytes = defaultCapacityBytes } = options;
    return {
      ...{ folder, shape, capacityBytes, lock, catalogue, segments },
      ...{ tables, index, pool, content, notices },
      names: new NameSearch(catalogue.names, tables),
    };
  } catch (error) {
    catalogue.close();
    throw error;
  }
}

function checkNumbers({ modelId, nKvHeads, dHead }: BankShape, options: BankOptions): void {
  const { nShortTerm = 0, capacityBytes = 0, segmentBytes = 1, scanLimit = 0, seed = 0 } = options;
  const { maxFreshNames = 0 } = options;
  const isGood =
    modelId.length > 0 &&
    [nKvHeads, dHead, segmentBytes].every((n) => Number.isSafeInteger(n) && n > 0) &&
    nKvHeads * dHead <= 4096 &&
    [nShortTerm, capacityBytes, scanLimit, maxFreshNames].every(
      (n) => Number.isSafeInteger(n) && n >= 0,
    ) &&
    Number.isInteger(seed);
  if (!isGood) throw new RangeError("no shape of a bank");
}

interface OpenedCatalogue {
  readonly catalogue: Catalogue;
  readonly tables: BankTables;
  readonly notices: readonly BankNotice[];
}

function openCatalogue(
  folder: string,
  shape: BankShape,
  { maxFreshNames }: BankOptions,
): OpenedCatalogue {
  const file = catalogueFile(folder);
  const notices: BankNotice[] = [];
  const load = (): LoadedCatalogue | undefined => loadedCatalogue(file, maxFreshNames);
  const opened = load() ?? loadedAfter(moveAside(file), load);
  if (opened === undefined) throw new RangeError("a new catalogue is damaged");
  const { catalogue } = opened;
  let { tables } = opened;
  if (opened.movedAside !== undefined) {
    // It is made again from the workspace; what was moved may hold what the user wanted forgotten.
    rmSync(opened.movedAside, { recursive: true, force: true });
    notices.push({ kind: "damaged" });
  }
  if (catalogue.otherVersion) notices.push({ kind: "otherVersion" });
  const known = catalogue.meta("shape");
  if (known !== shapeText(shape)) {
    catalogue.transaction(() => {
      catalogue.dropContent();
      catalogue.setMeta("shape", shapeText(shape));
    });
    tables = catalogue.load();
    if (known !== undefined) notices.push({ kind: "otherModel" });
  }
  return { catalogue, tables, notices };
}

interface LoadedCatalogue {
  readonly catalogue: Catalogue;
  readonly tables: BankTables;
  readonly movedAside: string | undefined;
}

/** Returns `undefined` when the tables are damaged. */
function loadedCatalogue(file: string, maxFreshNames?: number): LoadedCatalogue | undefined {
  const catalogue = Catalogue.open(file, maxFreshNames);
  try {
    return { catalogue, tables: catalogue.load(), movedAside: catalogue.movedAside };
  } catch (error) {
    catalogue.close();
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function loadedAfter(
  movedAside: string,
  load: () => LoadedCatalogue | undefined,
): LoadedCatalogue | undefined {
  const loaded = load();
  return loaded === undefined ? undefined : { ...loaded, movedAside };
}

/** Fills the index. Drops chunks whose record or index rows are not there: they have to be encoded again. */
function dropUnreadable(
  parts: Pick<BankParts, "catalogue" | "segments" | "tables" | "index">,
  rowBytes: number,
): void {
  const { catalogue, segments, tables, index } = parts;
  const lost: StoredChunk[] = [];
  for (const chunk of [...tables.chunks.values()].sort((a, b) => a.id - b.id)) {
    const rows = segments.held(chunk.place) ? catalogue.rowsOf(chunk.id) : undefined;
    const nRows = chunk.blocks.reduce((n, block) => n + block.nRepresentatives, 0);
    if (rows?.length !== nRows * rowBytes) {
      lost.push(chunk);
      continue;
    }
    let at = 0;
    for (const block of chunk.blocks) {
      const end = at + block.nRepresentatives * rowBytes;
      index.add(block, rows.subarray(at, end));
      at = end;
    }
  }
  if (lost.length === 0) return;
  catalogue.transaction(() => {
    for (const chunk of lost) loseChunk(catalogue, chunk);
  });
  for (const chunk of lost) tables.removeChunk(chunk);
}

/** Takes a chunk out of the catalogue whose record cannot be read, and notes which files have to be put again. */
export function loseChunk(catalogue: Catalogue, chunk: StoredChunk): void {
  catalogue.dropChunk(chunk);
  for (const { file } of chunk.uses) {
    file.contentHash = "";
    catalogue.putFile(file);
  }
}

function poolOf(catalogue: Catalogue, tables: BankTables, options: BankOptions): ShortTermPool {
  const { nShortTerm = defaultShortTerm, seed = defaultSeed } = options;
  const state = catalogue.meta("poolState");
  const pool = new ShortTermPool(nShortTerm, typeof state === "number" ? state : seed);
  for (const block of tables.blocks.values()) if (block.isShortTerm) pool.restore(block);
  // It may have been larger the last time.
  const change = pool.plan([], new Set());
  pool.apply(change);
  catalogue.transaction(() => {
    for (const block of change.dropped) {
      block.isShortTerm = false;
      catalogue.setBlock(block);
    }
  });
  return pool;
}

/** Other vectors under the same model's name have another graph. */
function graphIdOf({ modelId, nKvHeads, dHead }: BankShape): string {
  return `${modelId} ${nKvHeads}x${dHead}`;
}

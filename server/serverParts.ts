/** The server's parts as the handlers and the command line use them. */
import { MemoryError } from "../protocol/errors.ts";
import { Answerer } from "./answer/answerer.ts";
import { checkCitations } from "./answer/citations.ts";
import { assembleRecall } from "./assembly.ts";
import type { Services } from "./handlers.ts";
import { openConversationStore } from "./memory/conversationStore.ts";
import { hasSqlite } from "./memory/database.ts";
import { nodeClock } from "./nodePorts.ts";
import type { Logger, LogLevel } from "./ports.ts";
import { createHashText } from "./recall/citation.ts";
import { findAllPlaces } from "./recall/exhaustive.ts";
import { serverVersion } from "./version.ts";

/** What differs between the surfaces that show answers. */
export interface SurfaceOptions {
  /** Level of the threads, which write for themselves. */
  readonly logLevel: LogLevel | "off";
  /** The surface's command that lists what is not in memory. */
  readonly statusCommand: string;
}

/** Builds every part. No store is open yet. `memory.close()` ends what runs. */
export async function createServices(
  log: Logger,
  { logLevel, statusCommand }: SurfaceOptions,
): Promise<Services> {
  const { memory, recaller } = await assembleRecall(log, { logLevel });
  const hashText = await createHashText();
  const clock = nodeClock;
  return {
    memory,
    recall: recaller,
    source: recaller,
    answers: new Answerer({ recall: recaller, source: recaller, hashText, clock, statusCommand }),
    exhaustive: (params, signal) => {
      const { filesSeen, remembered } = memory.coverage(params.rootIds);
      const filesNotInMemory = filesSeen - remembered;
      const elapsedMs = (): number => clock.elapsedMs();
      const context = { source: recaller, hashText, filesNotInMemory, elapsedMs };
      return findAllPlaces(params, context, signal);
    },
    checkCitations: (citations) => checkCitations(citations, recaller, hashText),
    openConversations: (storeDir) => openConversationStore(storeDir, clock),
    requireSqlite: () => {
      if (!hasSqlite()) throw new MemoryError("sqliteMissing");
    },
    serverVersion,
    clock,
  };
}

/** The memory picture: each store sums itself up, and this puts the sums together. */
import { existsSync } from "node:fs";
import { MemoryError } from "../protocol/errors.ts";
import type {
  ConversationsPicture,
  FileHealth,
  KeptSelfTest,
  MemoryPicture,
  PictureParams,
} from "../protocol/picture.ts";
import { catalogueFile } from "./bank/bankParts.ts";
import { withMemoryErrors } from "./memory/database.ts";
import { ageEdges, countAges } from "./picture/ages.ts";
import { FilesPicture, type DeepSums, type StoredHealth } from "./picture/filesPicture.ts";
import { readKeptSelfTest } from "./picture/keptSelfTest.ts";
import type { Clock } from "./ports.ts";
import type {
  DeepMemoryService,
  HistoryService,
  MemoryService,
  PictureService,
} from "./services.ts";
import type { ConversationStore, NotesService } from "./workServices.ts";

/** Who is asked. */
export interface PictureSources {
  readonly memory: Pick<MemoryService, "status" | "storeFile">;
  readonly history: Pick<HistoryService, "extent">;
  readonly notes: Pick<NotesService, "extent">;
  /** Absent in a server without a deep memory. */
  readonly deep?: Pick<DeepMemoryService, "status" | "folder">;
  readonly clock: Clock;
}

/** Sums of a root's files, from one state of its store. */
interface FilesPart {
  readonly folder: MemoryPicture["folder"];
  readonly ages: readonly number[];
  readonly health: StoredHealth;
  readonly deep: DeepSums;
  readonly bytes: number;
}

export class PictureDrawer implements PictureService {
  readonly #sources: PictureSources;

  constructor(sources: PictureSources) {
    this.#sources = sources;
  }

  async picture(
    { rootId, folder, limit }: PictureParams,
    conversations: ConversationStore | undefined,
    signal: AbortSignal,
  ): Promise<MemoryPicture> {
    const { history, notes, deep, clock } = this.#sources;
    const atMs = clock.nowMs();
    const edgesMs = ageEdges(atMs);
    const files = this.#files(rootId, folder, edgesMs, limit);
    const commits = await history.extent({ rootId, edgesMs, limit }, signal);
    const noted = await notes.extent(rootId, limit);
    const { bytes: deepBytes, ...deepSums } = files.deep;
    const talks = conversations?.list() ?? [];
    const selfTest = this.#selfTest();
    return {
      ...{ rootId, atMs, folder: files.folder },
      disk: {
        ...{ files: files.bytes, history: commits.bytes, notes: noted.bytes, deep: deepBytes },
        conversations: conversations?.bytes() ?? 0,
      },
      ages: {
        files: files.ages,
        commits: commits.counts,
        conversations: countAges(
          talks.map(({ updatedMs }) => updatedMs),
          edgesMs,
        ),
        notes: countAges(noted.writtenMs, edgesMs),
      },
      health: this.#health(rootId, files.health),
      notes: noted.picture,
      conversations: conversationsPicture(talks, limit),
      history: { status: commits.status, commits: commits.commits },
      ...(deep === undefined ? {} : { deep: { status: deep.status(), ...deepSums } }),
      ...(selfTest === undefined ? {} : { selfTest }),
    };
  }

  /** Errors: `rootNotOpen`, `storeUnavailable`. */
  #files(rootId: string, folder: string, edgesMs: readonly number[], limit: number): FilesPart {
    const file = this.#sources.memory.storeFile(rootId);
    if (file === undefined) throw new MemoryError("storeUnavailable", "it is not there yet");
    const stored = new FilesPicture(file, this.#catalogue(), rootId);
    try {
      return stored.reading(() => ({
        folder: stored.folder(folder, limit),
        ages: stored.ages(edgesMs),
        health: stored.health(),
        deep: stored.deep(),
        bytes: stored.bytes(),
      }));
    } finally {
      stored.close();
    }
  }

  #catalogue(): string | undefined {
    const folder = this.#sources.deep?.folder;
    const file = folder === undefined ? undefined : catalogueFile(folder);
    return file !== undefined && existsSync(file) ? file : undefined;
  }

  #health(rootId: string, stored: StoredHealth): FileHealth {
    const status = this.#sources.memory.status().roots.find(({ root }) => root.id === rootId);
    if (status === undefined) throw new MemoryError("rootNotOpen");
    return { state: status.state, nWaiting: status.pending, ...stored };
  }

  #selfTest(): KeptSelfTest | undefined {
    const folder = this.#sources.deep?.folder;
    return folder === undefined ? undefined : withMemoryErrors(() => readKeptSelfTest(folder));
  }
}

function conversationsPicture(
  talks: ReturnType<ConversationStore["list"]>,
  limit: number,
): ConversationsPicture {
  return {
    nConversations: talks.length,
    nTurns: talks.reduce((sum, { nTurns }) => sum + nTurns, 0),
    conversations: talks.slice(0, limit),
  };
}

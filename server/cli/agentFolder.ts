/** One folder whose memory agents use: opened beside the conversation with the client, and kept up to date. */
import { MemoryError } from "../../protocol/errors.ts";
import type { ToolPermission, ToolResult } from "../../protocol/tools.ts";
import type { MemoryStatus } from "../../protocol/types.ts";
import type { AgentCall } from "../mcp/mcpHost.ts";
import { isAbort } from "../rpc/wireError.ts";
import { forgetNotes } from "../workMemory.ts";
import { noteAgentCall, type AgentLogEntry } from "./agentLog.ts";
import { failureSentence } from "./failureSentence.ts";
import { withKeptConversations } from "./keptConversations.ts";
import { openFolder, type NamedFolder, type OpenFolder, type Surroundings } from "./openFolder.ts";
import type { Common } from "./command.ts";
import { progressText } from "./progressBar.ts";
import { recordStore } from "./storeList.ts";
import { isFilling, isFollower } from "./waiting.ts";

/** Agents wait this long for a memory that is being filled; then they get what there is, and are told that it is not all. */
const maxFillWaitMs = 20_000;
/** Without an editor nobody says which files changed, so the tree is looked at again, but not for every call of a burst. */
const lookEveryMs = 2_000;
/** Looking at a large tree may take longer than a call should wait. */
const maxLookMs = 3_000;
const progressWidth = 80;

export class AgentFolder {
  readonly named: NamedFolder;
  readonly #open: () => Promise<OpenFolder>;
  readonly #permission: ToolPermission;
  #opened: Promise<OpenFolder> | undefined;
  #lookedMs = -Infinity;
  #isClosed = false;

  constructor(
    named: NamedFolder,
    permission: ToolPermission,
    common: Common,
    around: Surroundings,
  ) {
    this.named = named;
    this.#permission = permission;
    this.#open = async () => {
      const folder = await openFolder(named, common, around);
      recordStore(named);
      return folder;
    };
  }

  /** Begins to open the memory, or tries again after a failure. The call that needs it hears of failures. */
  open(): void {
    this.#whenOpen().catch(() => undefined);
  }

  /** Calls a tool, and writes down that it was called. Rejects with AbortError when cancelled. */
  async call(call: AgentCall): Promise<ToolResult> {
    try {
      const result = await this.#result(call);
      this.#note(call, Buffer.byteLength(result.text), outcomeOf(result));
      return result;
    } catch (error) {
      if (!isAbort(error)) throw error;
      this.#note(call, 0, "cancelled");
      throw error;
    }
  }

  /** Writes down a call that reached no memory, because it did not say which of several it means. */
  noteRefused(call: AgentCall, result: ToolResult): void {
    this.#note(call, Buffer.byteLength(result.text), outcomeOf(result));
  }

  /** Writes down that the status was read. */
  noteStatus(client: string, text: string): void {
    this.#note({ client, name: "status" }, Buffer.byteLength(text), "ok");
  }

  /** How the memory stands. Rejects when it cannot be opened. */
  async status(): Promise<MemoryStatus> {
    return (await this.#whenOpen()).services.memory.status();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const opened = await Promise.allSettled([this.#opened]);
    for (const each of opened) if (each.status === "fulfilled") await each.value?.close();
  }

  async #result(call: AgentCall): Promise<ToolResult> {
    try {
      const folder = await this.#whenOpen();
      await this.#whenCurrent(folder, call);
      const { name, input, client, signal } = call;
      return await folder.services.tools.call(
        { name, input, caller: client, permission: this.#permission },
        (id) => forgetNote(folder, id),
        signal,
      );
    } catch (error) {
      if (isAbort(error)) throw error;
      const message = failureSentence(error);
      return { text: message, structured: { error: "unavailable", message }, isError: true };
    }
  }

  #whenOpen(): Promise<OpenFolder> {
    if (this.#isClosed) return Promise.reject(new MemoryError("rootNotOpen"));
    if (this.#opened === undefined) {
      const opening = this.#open();
      this.#opened = opening;
      // What could not be opened is tried again by the next call.
      opening.catch(() => (this.#opened = undefined));
    }
    return this.#opened;
  }

  /** Waits for a memory that is filled, and for what changed in the tree since the last look, within limits. */
  async #whenCurrent(folder: OpenFolder, { progress, signal }: AgentCall): Promise<void> {
    signal.throwIfAborted();
    const { memory, clock } = folder.services;
    if (isFilling(folder.status())) {
      const tell = (status: MemoryStatus): void => progress(progressText(status, progressWidth));
      tell(memory.status());
      const stop = memory.onStatusChanged(tell);
      try {
        await filled(folder, AbortSignal.any([signal, AbortSignal.timeout(maxFillWaitMs)]));
      } finally {
        stop();
      }
      signal.throwIfAborted();
    }
    const isDue = clock.elapsedMs() - this.#lookedMs > lookEveryMs;
    if (isFollower(folder.status()) || isFilling(folder.status()) || !isDue) return;
    this.#lookedMs = clock.elapsedMs();
    const limit = AbortSignal.any([signal, AbortSignal.timeout(maxLookMs)]);
    await memory.rescan(limit).catch((error: unknown) => {
      signal.throwIfAborted();
      if (!limit.aborted && !(error instanceof MemoryError)) throw error;
    });
  }

  /** That it cannot be written down does not keep an answer from an agent. */
  #note(
    { client, name }: Pick<AgentCall, "client" | "name">,
    bytes: number,
    outcome: AgentLogEntry["outcome"],
  ): void {
    const time = new Date().toISOString();
    try {
      noteAgentCall(this.named, { time, client, tool: name, bytes, outcome });
    } catch (error) {
      if (!(error instanceof MemoryError)) throw error;
    }
  }
}

function outcomeOf({ isError, structured }: ToolResult): AgentLogEntry["outcome"] {
  return isError ? (structured["error"] as AgentLogEntry["outcome"]) : "ok";
}

/** Resolves when every file is searchable, or the signal is aborted. */
async function filled(folder: OpenFolder, signal: AbortSignal): Promise<void> {
  const { memory } = folder.services;
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (!isFilling(folder.status())) resolve();
  };
  const stop = memory.onStatusChanged(look);
  signal.addEventListener("abort", () => resolve(), { once: true });
  look();
  await promise;
  stop();
}

/** Answers that quoted the note lose it as well. */
async function forgetNote(folder: OpenFolder, id: string): Promise<void> {
  const { notes } = folder.services;
  const forgotten = await withKeptConversations(folder, (conversations) =>
    forgetNotes({ notes, conversations }, { id }),
  );
  if (forgotten === undefined) await notes.forgetNotes({ id });
}

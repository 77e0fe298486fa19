import { CancellationTokenSource, type CancellationToken } from "vscode-jsonrpc/node";
import { maxContextTokens } from "../../protocol/context.ts";
import * as methods from "../../protocol/methods.ts";
import {
  defaultDeepTokens,
  defaultPromptTokens,
  maxProseLength,
  minPromptTokens,
  type CheckedProse,
  type Prose,
  type ProseLook,
  type ProseLookParams,
  type ProsePrompt,
} from "../../protocol/prose.ts";
import type { SelectedCode, Turn } from "../../protocol/types.ts";
import { writeLooking, type Writing as Written } from "../../server/endpoint/furtherLooks.ts";
import type { Schedule } from "../feed/changeBatch.ts";
import { isMemoryError, type MemoryClient } from "../memory/memoryClient.ts";
import { ModelError, type LanguageModel } from "../models/languageModel.ts";
import { PacedWork } from "./pacedWork.ts";

/** An answer that a language model is to write over. */
export interface ProseJob {
  readonly conversationId: string;
  readonly turnId: string;
  readonly question: string;
  readonly selection: SelectedCode | undefined;
  readonly activeFile: string | undefined;
  /** The question is looked for in rounds, and the model may look further. */
  readonly isDeep: boolean;
}

/** The model that the user chose, and how much it is given to read. */
export interface ChosenModel {
  /** As the user knows it. */
  readonly name: string;
  /** Tokens of a prompt. */
  readonly promptTokens: number;
  /** Errors: `ModelError`, `notAllowed` also when the user does not want text to go there. */
  open(): Promise<LanguageModel>;
}

/** The memory server, as far as it is needed to write. */
type ProseServer = Pick<MemoryClient, "request">;

/** What the writer needs from the chat. */
export interface ProseSurroundings {
  /** `undefined` for the built-in answers. */
  chosen(): ChosenModel | undefined;
  /** What is written of a turn changed; `undefined` when there is nothing to write over. */
  changed(job: ProseJob, prose: Prose | undefined): void;
  /** Something failed that the prose itself does not say. */
  failed(error: unknown): void;
  readonly schedule: Schedule;
}

/** At most so often what was written so far is checked and shown. */
const checkEveryMs = 300;
/** At most so often what is shown while it is written is stored; a kill can lose no more than that. */
const storeEveryMs = 2_000;

/** A deep question has so many times the tokens, for the prompt and what the model looks up. */
const deepFactor = defaultDeepTokens / defaultPromptTokens;

/** A prompt leaves this share of what a model takes to its own way of counting, and to its answer. */
const usableShare = 0.75;

const nothingWritten: CheckedProse = {
  markdown: "",
  citations: [],
  marks: [],
  nSentences: 0,
  nSupported: 0,
};

interface Writing {
  readonly job: ProseJob;
  prose: Prose;
  /** That of the prompt. */
  asOf: number | undefined;
  /** What the model wrote, raw, and what it was shown for it. */
  written: Written;
  /** True once the user wants no more. */
  isStopped: boolean;
  readonly abort: AbortController;
  done: Promise<void>;
}

/**
 * Lets the chosen language model write over answers. What it writes is checked by the server, and only then
 * shown; how it ended is stored before it is shown, and what the server does not keep is taken off. The answer itself is never touched.
 */
export class ProseWriter {
  readonly #client: ProseServer;
  readonly #around: ProseSurroundings;
  /** What is being written, by conversation. */
  readonly #writing = new Map<string, Writing>();

  constructor(client: ProseServer, around: ProseSurroundings) {
    this.#client = client;
    this.#around = around;
  }

  /**
   * Begins to write over an answer, when a model is chosen; what was being written in its conversation is stopped.
   * Returns at once; a failure is part of the prose.
   */
  start(job: ProseJob): void {
    const chosen = this.#around.chosen();
    if (chosen === undefined) return;
    const earlier = this.#writing.get(job.conversationId);
    if (earlier !== undefined) stopWriting(earlier);
    const writing: Writing = {
      job,
      prose: { ...nothingWritten, model: chosen.name, state: "streaming" },
      asOf: undefined,
      written: { text: "", evidence: [] },
      isStopped: false,
      abort: new AbortController(),
      done: Promise.resolve(),
    };
    this.#writing.set(job.conversationId, writing);
    this.#around.changed(job, writing.prose);
    // The earlier one stores its end first, so that over one answer the later one has the last word.
    writing.done = (earlier?.done ?? Promise.resolve())
      .then(() => this.#write(writing, chosen))
      .catch((error: unknown) => {
        if (!isForgotten(error)) throw error;
        const { model } = writing.prose;
        this.#show(writing, { ...nothingWritten, model, state: "failed", failure: "forgotten" });
      })
      .catch((error: unknown) => this.#around.failed(error))
      .finally(() => {
        if (this.#writing.get(job.conversationId) === writing)
          this.#writing.delete(job.conversationId);
      });
  }

  /** Stops all that is written and resolves when it has ended; what is there of it is kept. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.#writing.keys()].map((conversationId) => this.stop(conversationId)));
  }

  /** Stops what is written in a conversation and resolves when it has ended; what is there of it is kept. */
  async stop(conversationId: string): Promise<void> {
    const writing = this.#writing.get(conversationId);
    if (writing === undefined) return;
    stopWriting(writing);
    await writing.done;
  }

  /** Brings stored turns of a conversation up to what is written now: the store may lag behind. */
  overlay(conversationId: string, turns: readonly Turn[]): readonly Turn[] {
    const writing = this.#writing.get(conversationId);
    if (writing === undefined) return turns;
    return turns.map((turn) =>
      turn.id === writing.job.turnId ? { ...turn, prose: writing.prose } : turn,
    );
  }

  async #write(writing: Writing, chosen: ChosenModel): Promise<void> {
    const { isDeep } = writing.job;
    try {
      const model = await chosen.open();
      writing.abort.signal.throwIfAborted();
      const wanted = isDeep
        ? Math.min(chosen.promptTokens * deepFactor, maxContextTokens)
        : chosen.promptTokens;
      const prompt = await this.#prompt(writing, tokensFor(model, wanted));
      writing.asOf = prompt.asOf;
      writing.abort.signal.throwIfAborted();
      if (prompt.evidence.length === 0 && !isDeep) {
        this.#around.changed(writing.job, undefined);
        return;
      }
      await this.#keep(writing, writing.prose);
      await this.#follow(writing, model, prompt);
      if (!writing.isStopped && writing.written.text.trim() === "")
        throw new ModelError("badAnswer");
      await this.#end(writing, { state: writing.isStopped ? "cancelled" : "done" });
    } catch (error) {
      if (isForgotten(error)) throw error;
      // The memory's own state says that the server is gone, and what was stored is shown when it is back.
      if (isMemoryError(error, "serverLost")) {
        this.#around.changed(writing.job, { ...writing.prose, state: "interrupted" });
      } else if (writing.isStopped) {
        await this.#end(writing, { state: "cancelled" });
      } else if (error instanceof ModelError) {
        await this.#end(writing, { state: "failed", failure: error.failure });
      } else {
        await this.#keep(writing, { ...writing.prose, state: "failed", failure: "unknown" });
        throw error;
      }
    }
  }

  #prompt({ job, abort }: Writing, maxTokens: number): Promise<ProsePrompt> {
    const { question, conversationId, selection, activeFile, isDeep } = job;
    return this.#whileWanted(abort.signal, (token) =>
      this.#client.request(
        methods.prosePrompt,
        {
          question,
          conversationId,
          maxTokens,
          ...(activeFile === undefined ? {} : { activeFile }),
          ...(selection === undefined ? {} : { selection }),
          ...(isDeep ? { deep: true } : {}),
        },
        token,
      ),
    );
  }

  #look({ abort }: Writing, params: ProseLookParams): Promise<ProseLook> {
    return this.#whileWanted(abort.signal, (token) =>
      this.#client.request(methods.proseLook, params, token),
    );
  }

  async #whileWanted<T>(
    signal: AbortSignal,
    ask: (token: CancellationToken) => Promise<T>,
  ): Promise<T> {
    const cancel = new CancellationTokenSource();
    const stop = (): void => cancel.cancel();
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      return await ask(cancel.token);
    } finally {
      signal.removeEventListener("abort", stop);
      cancel.dispose();
    }
  }

  /** Reads what the model writes to its end; meanwhile it is checked, shown and stored. */
  async #follow(writing: Writing, model: LanguageModel, prompt: ProsePrompt): Promise<void> {
    const { abort } = writing;
    const { signal } = abort;
    const storing = new PacedWork(
      () => this.#store(writing, writing.prose),
      () => abort.abort(),
      this.#around.schedule,
      storeEveryMs,
    );
    const showing = new PacedWork(
      async () => {
        this.#show(writing, await this.#checked(writing, false));
        storing.request();
      },
      () => abort.abort(),
      this.#around.schedule,
      checkEveryMs,
    );
    const changed = (now: Written): void => {
      writing.written = now;
      showing.request();
    };
    try {
      const pieces = writeLooking(prompt, {
        stream: (messages, offer) => model.stream(messages, signal, offer),
        look: (params) => this.#look(writing, params),
        changed,
      });
      for await (const now of pieces) {
        if (now.text.length > maxProseLength) throw new ModelError("badAnswer");
        changed(now);
      }
    } finally {
      try {
        await showing.settle();
      } finally {
        await storing.settle();
      }
    }
  }

  /** Shows how it ended, with the rest of what was written. */
  async #end(writing: Writing, end: Pick<Prose, "state" | "failure">): Promise<void> {
    const prose = await this.#checked(writing, end.state === "done");
    await this.#keep(writing, { ...prose, ...end });
  }

  /** The prose with what is written by now. */
  async #checked({ job, prose, written }: Writing, isDone: boolean): Promise<Prose> {
    const { text, evidence, looks } = written;
    const { question } = job;
    const checked =
      text === "" && looks === undefined
        ? nothingWritten
        : await this.#client.request(methods.proseCheck, { text, evidence, question, isDone });
    return { ...prose, ...checked, ...(looks === undefined ? {} : { looks }) };
  }

  async #keep(writing: Writing, prose: Prose): Promise<void> {
    await this.#store(writing, prose);
    this.#show(writing, prose);
  }

  /** Errors: `ModelError`, `forgotten`, when the memory does not keep it, which is why the model is stopped then. */
  async #store({ job, asOf }: Writing, prose: Prose): Promise<void> {
    const { conversationId, turnId } = job;
    const { isKept } = await this.#client.request(methods.putProse, {
      ...{ conversationId, turnId, prose },
      ...(asOf === undefined ? {} : { asOf }),
    });
    if (!isKept) throw new ModelError("forgotten");
  }

  #show(writing: Writing, prose: Prose): void {
    const { conversationId, turnId } = writing.job;
    writing.prose = prose;
    // How an earlier attempt ended is not shown over the one that took its place.
    const now = this.#writing.get(conversationId);
    if (now === writing || now?.job.turnId !== turnId) this.#around.changed(writing.job, prose);
  }
}

function stopWriting(writing: Writing): void {
  writing.isStopped = true;
  writing.abort.abort();
}

function isForgotten(error: unknown): boolean {
  return error instanceof ModelError && error.failure === "forgotten";
}

function tokensFor({ maxInputTokens }: LanguageModel, wanted: number): number {
  const usable = maxInputTokens === undefined ? wanted : Math.floor(maxInputTokens * usableShare);
  return Math.max(minPromptTokens, Math.min(wanted, usable));
}

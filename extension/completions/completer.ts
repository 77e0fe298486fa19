import type { CancellationToken } from "vscode-jsonrpc/node";
import type { CompleteParams, CompleteResult } from "../../protocol/deepMemory.ts";
import type { Schedule } from "../feed/changeBatch.ts";
import { isCompletable, shownText, type Prompt } from "./prompt.ts";

/** Asks the server. Rejects when the token is cancelled. */
export type AskServer = (
  params: CompleteParams,
  token: CancellationToken,
) => Promise<CompleteResult>;

/** The pause in typing after which the server is asked. */
export const pauseMs = 75;

/**
 * Decides when the server is asked for a completion: after a pause in typing, one request at a time, and not at all
 * while the user types what was shown.
 */
export class Completer {
  readonly #ask: AskServer;
  readonly #schedule: Schedule;
  /** What was shown last, and where. */
  #last: { readonly prompt: Prompt; readonly text: string } | undefined;
  /** Settles when the request before has ended. */
  #running: Promise<unknown> = Promise.resolve();

  constructor(ask: AskServer, schedule: Schedule) {
    this.#ask = ask;
    this.#schedule = schedule;
  }

  /**
   * Returns the text to show at the cursor, `undefined` for none or when the token was cancelled. `explicit`: the user
   * asked for it, so nothing is waited for and nothing old is shown. Errors: those of the server.
   */
  async complete(
    prompt: Prompt,
    explicit: boolean,
    token: CancellationToken,
  ): Promise<string | undefined> {
    if (!isCompletable(prompt)) return undefined;
    const rest = explicit ? undefined : this.#restOfLast(prompt);
    if (rest !== undefined) return rest;
    if (!explicit) await this.#pause(token);
    const request = this.#running.then(() =>
      token.isCancellationRequested ? undefined : this.#ask(prompt, token),
    );
    // Its failure is told to who asked; whoever waits for its end does not care how it ended.
    this.#running = request.catch(() => undefined);
    const completion = (await request)?.completion;
    if (completion === undefined || token.isCancellationRequested) return undefined;
    const text = shownText(completion.text, prompt);
    this.#last = text === undefined ? undefined : { prompt, text };
    return text;
  }

  /** What is left of the text shown last when all that was typed since is its beginning. */
  #restOfLast(prompt: Prompt): string | undefined {
    if (this.#last === undefined) return undefined;
    const { prompt: before, text } = this.#last;
    if (prompt.file !== before.file || prompt.suffix !== before.suffix) return undefined;
    if (!prompt.prefix.startsWith(before.prefix)) return undefined;
    const typed = prompt.prefix.slice(before.prefix.length);
    return text.startsWith(typed) && text.length > typed.length
      ? text.slice(typed.length)
      : undefined;
  }

  /** Resolves after the pause, or as soon as the token is cancelled. */
  #pause(token: CancellationToken): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = this.#schedule(resolve, pauseMs);
    const cancelled = token.onCancellationRequested(() => {
      stop();
      resolve();
    });
    return promise.finally(() => cancelled.dispose());
  }
}

/** Asks a language model about what is remembered, and checks what it writes before it is shown. */
import type { Prose, ProsePrompt } from "../../protocol/prose.ts";
import type { Endpoint } from "../endpoint/endpointAddress.ts";
import { EndpointError } from "../endpoint/endpointError.ts";
import { listModels } from "../endpoint/listModels.ts";
import { streamChat } from "../endpoint/streamChat.ts";
import type { Services } from "../handlers.ts";
import type { ChosenModel } from "./modelChoice.ts";

/** What a model was asked and wrote. */
export interface ModelAnswer {
  readonly prompt: ProsePrompt;
  readonly prose: Prose;
  /** Status of HTTP or the system's name of the failure, `""` when there is none. */
  readonly detail: string;
  /** Models that the endpoint offers, when it knows none of the name; none when it does not say. */
  readonly offered: readonly string[];
}

/** What was written is checked so often at most. */
const checkEveryMs = 300;

/**
 * Returns what the model wrote, checked; its failure is part of the result. `show` gets what is finished so far. Rejects
 * with the signal's reason when cancelled. Errors: those of `prose/prompt`.
 */
export async function askModel(
  question: string,
  { model, endpoint }: ChosenModel,
  {
    services,
    maxTokens,
    signal,
    show,
  }: {
    readonly services: Pick<Services, "prosePrompt" | "proseCheck" | "clock">;
    readonly maxTokens: number;
    readonly signal: AbortSignal;
    readonly show: (prose: Prose) => void;
  },
): Promise<ModelAnswer> {
  const prompt = await services.prosePrompt({ question, maxTokens }, [], signal);
  const { evidence, messages } = prompt;
  const checked = async (text: string, state: Prose["state"]): Promise<Prose> => {
    const isDone = state !== "streaming";
    const result = await services.proseCheck({ text, evidence, question, isDone }, signal);
    return { ...result, model, state };
  };
  let text = "";
  let checkedMs = -Infinity;
  try {
    for await (const piece of streamChat({ ...endpoint, model, messages, signal })) {
      text += piece;
      if (services.clock.elapsedMs() - checkedMs < checkEveryMs) continue;
      show(await checked(text, "streaming"));
      checkedMs = services.clock.elapsedMs();
    }
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    const { failure, detail } = error;
    const prose = { ...(await checked(text, "failed")), failure };
    const offered = failure === "noModel" ? await offeredBy(endpoint, signal) : [];
    return { prompt, prose, detail, offered };
  }
  return { prompt, prose: await checked(text, "done"), detail: "", offered: [] };
}

async function offeredBy(endpoint: Endpoint, signal: AbortSignal): Promise<readonly string[]> {
  try {
    return await listModels(endpoint, signal);
  } catch (error) {
    // Not every endpoint has a list, and the failure is told already.
    if (error instanceof EndpointError) return [];
    throw error;
  }
}

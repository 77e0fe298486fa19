/** Asks a language model about what is remembered, and checks what it writes before it is shown. */
import type { Prose, ProsePrompt } from "../../protocol/prose.ts";
import type { Endpoint } from "../endpoint/endpointAddress.ts";
import { EndpointError } from "../endpoint/endpointError.ts";
import { writeLooking, type Writing } from "../endpoint/furtherLooks.ts";
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
    isDeep,
    signal,
    show,
  }: {
    readonly services: Pick<Services, "prosePrompt" | "proseCheck" | "proseLook" | "clock">;
    readonly maxTokens: number;
    /** Recalled in rounds, and the model may look further. */
    readonly isDeep: boolean;
    readonly signal: AbortSignal;
    readonly show: (prose: Prose) => void;
  },
): Promise<ModelAnswer> {
  const deep = isDeep ? { deep: true } : {};
  const prompt = await services.prosePrompt({ question, maxTokens, ...deep }, [], signal);
  let now: Writing = { text: "", evidence: prompt.evidence };
  const checked = async (state: Prose["state"]): Promise<Prose> => {
    const isDone = state !== "streaming";
    const { text, evidence, looks } = now;
    const result = await services.proseCheck({ text, evidence, question, isDone }, signal);
    return { ...result, model, state, ...(looks === undefined ? {} : { looks }) };
  };
  let checkedMs = -Infinity;
  try {
    const pieces = writeLooking(prompt, {
      stream: (messages, offer) => streamChat({ ...endpoint, model, messages, signal, offer }),
      look: (params) => services.proseLook(params, signal),
      changed: (writing) => (now = writing),
    });
    for await (now of pieces) {
      // What is printed cannot be taken back, and what comes before a look is no answer.
      if (now.looks !== undefined && now.looks.end === undefined) continue;
      if (services.clock.elapsedMs() - checkedMs < checkEveryMs) continue;
      show(await checked("streaming"));
      checkedMs = services.clock.elapsedMs();
    }
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    const { failure, detail } = error;
    const prose = { ...(await checked("failed")), failure };
    const offered = failure === "noModel" ? await offeredBy(endpoint, signal) : [];
    return { prompt, prose, detail, offered };
  }
  return { prompt, prose: await checked("done"), detail: "", offered: [] };
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

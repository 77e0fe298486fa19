/**
 * Lets a language model look further while it answers, after Adaptive-Note's rule: another round as long as the last one
 * brought something new, within the budget. Only what it writes without calling anything is its answer.
 */
import type { FurtherLooks } from "../../protocol/plan.ts";
import {
  maxLookName,
  minLookTokens,
  type FurtherOffer,
  type ProseEvidence,
  type ProseLook,
  type ProseLookParams,
  type ProsePrompt,
} from "../../protocol/prose.ts";
import type { ChatMessage, ModelCall, ToolOffer } from "./chatMessages.ts";

export interface LookingPorts {
  /** Errors: whatever the model's interface throws. */
  readonly stream: (
    messages: readonly ChatMessage[],
    offer: ToolOffer | undefined,
  ) => AsyncIterable<string>;
  /** Asks the memory. */
  readonly look: (params: ProseLookParams) => Promise<ProseLook>;
  /** The evidence or the looks are others now, or what was written is no part of the answer. */
  readonly changed: (writing: Writing) => void;
}

/** How far an answer is. */
export interface Writing {
  /** What the model wrote of its answer. */
  readonly text: string;
  /** All that it was shown. */
  readonly evidence: readonly ProseEvidence[];
  /** Absent where it was offered nothing. */
  readonly looks?: FurtherLooks;
}

/** Calls of one round that are carried out. */
const maxCalls = 4;
const tooMany = `Only ${maxCalls} calls are carried out at once. Call again if you still need this.`;
const noRoom = "There is no room for more. Answer from what you have.";

/** Yields how far the answer is with each piece. Errors: those of the ports. */
export async function* writeLooking(
  prompt: ProsePrompt,
  ports: LookingPorts,
): AsyncGenerator<Writing, void, undefined> {
  const { further } = prompt;
  if (further === undefined) {
    yield* written(prompt.messages, undefined, { text: "", evidence: prompt.evidence }, ports);
    return;
  }
  const looking = new Looking(prompt, further, ports);
  do yield* looking.round();
  while (!looking.isDone);
}

async function* written(
  messages: readonly ChatMessage[],
  offer: ToolOffer | undefined,
  writing: Writing,
  { stream }: LookingPorts,
): AsyncGenerator<Writing, string, undefined> {
  let text = "";
  for await (const piece of stream(messages, offer)) {
    text += piece;
    yield { ...writing, text };
  }
  return text;
}

/** One answer and its rounds. */
class Looking {
  isDone = false;
  readonly #further: FurtherOffer;
  readonly #ports: LookingPorts;
  readonly #messages: ChatMessage[];
  #evidence: readonly ProseEvidence[];
  #looks: FurtherLooks;

  constructor(prompt: ProsePrompt, further: FurtherOffer, ports: LookingPorts) {
    const { maxLooks, maxTokens } = further;
    this.#further = further;
    this.#ports = ports;
    this.#messages = [...prompt.messages];
    this.#evidence = prompt.evidence;
    this.#looks = {
      ...{ round: 1, maxRounds: maxLooks + 1, nTokens: prompt.nTokens, maxTokens, lookups: [] },
    };
  }

  /** Lets the model write once, and carries out what it calls. */
  async *round(): AsyncGenerator<Writing, void, undefined> {
    const calls: ModelCall[] = [];
    const mayCall = this.#looks.end === undefined;
    const { tools } = this.#further;
    this.#ports.changed(this.#writing);
    const offer = { tools, mayCall, called: (call: ModelCall) => calls.push(call) };
    const text = yield* written(this.#messages, offer, this.#writing, this.#ports);
    if (calls.length === 0 || !mayCall) {
      this.#end(text);
      // How it ended belongs to what was written last.
      yield { ...this.#writing, text };
      return;
    }
    this.#messages.push({ role: "assistant", content: text, calls });
    await this.#answer(calls);
  }

  get #writing(): Writing {
    return { text: "", evidence: this.#evidence, looks: this.#looks };
  }

  #end(text: string): void {
    this.isDone = true;
    if (text !== "" && this.#looks.end === undefined)
      this.#looks = { ...this.#looks, end: "answered" };
  }

  async #answer(calls: readonly ModelCall[]): Promise<void> {
    const nBefore = this.#evidence.length;
    for (const [at, call] of calls.entries()) {
      const content = at < maxCalls ? await this.#lookedUp(call, calls.length - at) : tooMany;
      this.#messages.push({ role: "tool", callId: call.id, content });
    }
    this.#looks = { ...this.#looks, ...this.#next(this.#evidence.length > nBefore) };
  }

  /** Returns what the memory says to a call, and takes in what it found. `nLeft` calls share the rest of the budget. */
  async #lookedUp({ name, input }: ModelCall, nLeft: number): Promise<string> {
    const room = this.#looks.maxTokens - this.#looks.nTokens;
    const maxTokens = Math.floor(room / Math.min(nLeft, maxCalls));
    if (maxTokens < minLookTokens) return noRoom;
    const look = await this.#ports.look({
      ...{ name: name.slice(0, maxLookName), input, maxTokens },
      ...{ evidence: this.#evidence, mark: this.#further.mark },
    });
    this.#evidence = [...this.#evidence, ...look.evidence];
    this.#looks = {
      ...this.#looks,
      nTokens: this.#looks.nTokens + look.nTokens,
      lookups: [...this.#looks.lookups, look.lookup],
    };
    this.#ports.changed(this.#writing);
    return look.text;
  }

  /** The stop rule. The answer after the last look is a round as well. */
  #next(isNew: boolean): Partial<FurtherLooks> {
    const { maxRounds, maxTokens, nTokens } = this.#looks;
    const round = this.#looks.round + 1;
    if (!isNew) return { round, end: "nothingNew" };
    if (maxTokens - nTokens < minLookTokens) return { round, end: "budget" };
    return round < maxRounds ? { round } : { round, end: "maxRounds" };
  }
}

/** What Lore adds to the time until a language model's first word is there, as the extension lives it. */
import path from "node:path";
import { ProseWriter } from "../extension/chat/proseWriter.ts";
import { endpointModel } from "../extension/models/endpointModels.ts";
import type { LanguageModel } from "../extension/models/languageModel.ts";
import * as methods from "../protocol/methods.ts";
import { defaultPromptTokens } from "../protocol/prose.ts";
import { faithful } from "../test/fixtures/scriptedAnswers.ts";
import { startScriptedModel } from "../test/fixtures/scriptedModel.ts";
import { makeQuestions } from "./questions.ts";
import { BenchServer } from "./server.ts";
import type { BenchSettings, TreeSize } from "./settings.ts";
import { ms, percentile, verdict, type Table } from "./table.ts";
import { treeDir } from "./trees.ts";

const nQuestions = 100;
const nWarmUp = 10;
const seed = 5;
const targetMs = 300;

/** When the steps of one question were over, in milliseconds since its answer from memory. */
interface Steps {
  /** The model was asked: the prompt is built, and the request has arrived. */
  readonly askedMs: number;
  /** Its first words have come back. */
  readonly firstMs: number;
  /** The first sentence was checked and stored: it is shown. */
  readonly shownMs: number;
  /** Processor time of the server until the model was asked; NaN off Linux. */
  readonly cpuMs: number;
}

/** Asks questions of trees with a model at an endpoint that answers at once. */
export async function benchFirstToken(settings: BenchSettings): Promise<Table[]> {
  const rows: string[][] = [];
  const notes: string[] = [];
  for (const size of settings.sizes) {
    const folder = treeDir(size, settings);
    if (folder === undefined)
      notes.push(`The tree of ${size} lines was not measured: no --linux DIR.`);
    else rows.push(...rowsOf(size, await measure(size, folder, settings)));
  }
  return [
    {
      title: "From the answer to a language model's words",
      head: ["tree, until", "p50", "p95", "target", "", "slowest", "processor time, p50"],
      rows,
      notes: [
        `${nQuestions} questions, made from comments of the tree itself (seed ${seed}), one after the other; ${nWarmUp} others went before. A prompt may have ${defaultPromptTokens} tokens.`,
        "The answer from memory is on the screen when the time begins. The model is a server on this machine that answers at once, so the time to its first word is what Lore adds to the model's own.",
        "Processor time is the server's, which stays the same when other work of the machine takes the processor away.",
        "The sentence is shown when it was held against its citations, which were read again, and stored.",
        ...notes,
      ],
    },
  ];
}

function rowsOf(size: TreeSize, steps: readonly Steps[]): string[][] {
  const cpu = ms(
    percentile(
      steps.map(({ cpuMs }) => cpuMs),
      0.5,
    ),
  );
  const row = (
    name: string,
    times: readonly number[],
    isTarget: boolean,
    cpuMs = "–",
  ): string[] => {
    const p95 = percentile(times, 0.95);
    const target = isTarget
      ? [`≤ ${ms(targetMs)}`, verdict(p95, (value) => value <= targetMs)]
      : ["–", ""];
    return [
      `${size}, ${name}`,
      ms(percentile(times, 0.5)),
      ms(p95),
      ...target,
      ms(percentile(times, 1)),
      cpuMs,
    ];
  };
  return [
    row(
      "the model is asked",
      steps.map(({ askedMs }) => askedMs),
      false,
      cpu,
    ),
    row(
      "its first word is there",
      steps.map(({ firstMs }) => firstMs),
      true,
    ),
    row(
      "its first sentence is shown",
      steps.map(({ shownMs }) => shownMs),
      false,
    ),
  ];
}

async function measure(
  size: TreeSize,
  folder: string,
  { workDir, serverModule }: BenchSettings,
): Promise<readonly Steps[]> {
  const server = new BenchServer(serverModule);
  await server.open(folder, path.join(workDir, `first-token-${size}`));
  await server.settled(size !== "30m");
  if (size === "30m") await server.request(methods.pause, {});
  let askedMs = NaN;
  let cpuMs = NaN;
  const endpoint = await startScriptedModel((request) => {
    askedMs = performance.now();
    cpuMs = server.cpuMs();
    return faithful(request);
  });
  const model = endpointModel("scripted", new URL(endpoint.baseUrl), undefined);
  const steps: Steps[] = [];
  try {
    for (const { query } of makeQuestions(folder, nQuestions + nWarmUp, seed)) {
      const { startedMs, startedCpuMs, ...times } = await timed(server, model, query);
      steps.push({
        askedMs: askedMs - startedMs,
        firstMs: times.firstMs - startedMs,
        shownMs: times.shownMs - startedMs,
        cpuMs: cpuMs - startedCpuMs,
      });
    }
  } finally {
    await endpoint.close();
    await server.stop();
  }
  return steps.slice(nWarmUp);
}

/** Asks in a conversation of its own, and lets the model write. Times are of `performance.now`. */
async function timed(
  server: BenchServer,
  model: LanguageModel,
  question: string,
): Promise<{
  readonly startedMs: number;
  readonly startedCpuMs: number;
  readonly firstMs: number;
  readonly shownMs: number;
}> {
  let firstMs = NaN;
  let shownMs = NaN;
  const watched: LanguageModel = {
    ...model,
    stream: async function* (messages, signal) {
      for await (const piece of model.stream(messages, signal)) {
        if (Number.isNaN(firstMs)) firstMs = performance.now();
        yield piece;
      }
    },
  };
  const { conversation } = await server.request(methods.createConversation, {});
  const conversationId = conversation.id;
  const { turnId } = await server.request(methods.ask, {
    question,
    conversationId,
    ...{ askId: "bench", explain: true },
  });
  if (turnId === undefined) throw new Error("the answer was not kept");
  const startedMs = performance.now();
  const startedCpuMs = server.cpuMs();
  await new Promise<void>((resolve, reject) => {
    const writer = new ProseWriter(server, {
      chosen: () => ({
        name: model.name,
        promptTokens: defaultPromptTokens,
        open: () => Promise.resolve(watched),
      }),
      changed: (_job, prose) => {
        if (Number.isNaN(shownMs) && prose !== undefined && prose.markdown !== "")
          shownMs = performance.now();
        if (prose?.state === "done") resolve();
        else if (prose?.state !== "streaming")
          reject(new Error(`the model's answer ended as ${prose?.failure ?? "nothing"}`));
      },
      failed: reject,
      schedule: (run, delayMs) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
    });
    writer.start({
      conversationId,
      turnId,
      question,
      selection: undefined,
      activeFile: undefined,
      isDeep: false,
    });
  });
  await server.request(methods.deleteConversation, { conversationId });
  return { startedMs, startedCpuMs, firstMs, shownMs };
}

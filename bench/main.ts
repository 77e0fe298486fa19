/** `npm run bench`: measures, prints tables, and writes them with the machine described. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describeMachine } from "./machine.ts";
import { memorySections } from "./memory/memorySettings.ts";
import { benchUsage, readSettings, treeSizes, type BenchSettings, type Part } from "./settings.ts";
import { toMarkdown, toText, type Table } from "./table.ts";

// Loaded when it is wanted: what a benchmark of memory measures must not hold the editor's driver as well.
const benches: Readonly<Record<Part, (settings: BenchSettings) => Promise<Table[]>>> = {
  encoder: async () => (await import("./encoder.ts")).benchEncoder(),
  vectorIndex: async (settings) => (await import("./vectorIndex.ts")).benchVectorIndex(settings),
  ingest: async (settings) => (await import("./ingest.ts")).benchIngest(settings),
  startup: async (settings) => (await import("./startup.ts")).benchStartup(settings),
  latency: async (settings) => (await import("./latency.ts")).benchLatency(settings),
  recall: async (settings) => (await import("./recall/recallBench.ts")).benchRecall(settings),
  editor: async (settings) => (await import("./editor.ts")).benchEditor(settings),
  memory: async (settings) => (await import("./memory.ts")).benchMemory(settings),
  context: async (settings) => (await import("./work-memory/context.ts")).benchContext(settings),
  history: async (settings) => (await import("./work-memory/history.ts")).benchHistory(settings),
  "work-notes": async (settings) =>
    (await import("./work-memory/notes.ts")).benchWorkNotes(settings),
  abstention: async (settings) =>
    (await import("./abstention/abstentionBench.ts")).benchAbstention(settings),
  order: async (settings) => (await import("./work-memory/order.ts")).benchOrder(settings),
  forgetting: async (settings) =>
    (await import("./work-memory/forgetting.ts")).benchForgetting(settings),
  rounds: async (settings) => (await import("./recall/rounds.ts")).benchRounds(settings),
  suggest: async (settings) => (await import("./suggest.ts")).benchSuggest(settings),
  injection: async (settings) => (await import("./prose/injection.ts")).benchInjection(settings),
  "planted-changes": async (settings) =>
    (await import("./prose/plantedChanges.ts")).benchPlantedChanges(settings),
  "prompt-tokens": async (settings) =>
    (await import("./prose/promptTokens.ts")).benchPromptTokens(settings),
  windows: async (settings) => (await import("./windows.ts")).benchWindows(settings),
  "first-token": async (settings) => (await import("./firstToken.ts")).benchFirstToken(settings),
  conversations: async (settings) =>
    (await import("./work-memory/conversations.ts")).benchConversations(settings),
};

/** Some sizes or sections alone have a file of their own, so that a table can be made piece by piece. */
function fileName(part: Part, { sizes, memory, fit }: BenchSettings): string {
  if (part === "abstention" && fit) return `${part}-fit`;
  const { sections } = memory;
  if (part === "memory" && sections.length < memorySections.length)
    return `${part}-${sections.join("-")}`;
  const hasSizes = part === "ingest" || part === "latency" || part === "first-token";
  return hasSizes && sizes.length < treeSizes.length ? `${part}-${sizes.join("-")}` : part;
}

async function main(): Promise<void> {
  const settings = readSettings(process.argv.slice(2), process.env);
  mkdirSync(settings.workDir, { recursive: true });
  mkdirSync(settings.resultsDir, { recursive: true });
  for (const part of settings.parts) {
    const machine = describeMachine();
    const tables = await benches[part](settings);
    for (const table of tables) process.stdout.write(`${toText(table)}\n`);
    const text = [
      `# Benchmark: ${part}\n`,
      `Made by \`npm run bench -- ${part}${part === "abstention" && settings.fit ? " --fit" : ""}\`; how to get the trees is in [README.md](../README.md).\n`,
      `${machine.join("\n")}\n`,
      ...tables.map(toMarkdown),
    ].join("\n");
    writeFileSync(path.join(settings.resultsDir, `${fileName(part, settings)}.md`), text);
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(
    `${error instanceof Error ? error.message : String(error)}\n${benchUsage}\n`,
  );
  process.exitCode = 1;
}

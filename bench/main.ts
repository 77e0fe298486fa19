/** `npm run bench`: measures, prints tables, and writes them with the machine described. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { benchAbstention } from "./abstention/abstentionBench.ts";
import { benchEditor } from "./editor.ts";
import { benchEncoder } from "./encoder.ts";
import { benchIngest } from "./ingest.ts";
import { benchLatency } from "./latency.ts";
import { describeMachine } from "./machine.ts";
import { benchMemory } from "./memory.ts";
import { memorySections } from "./memory/memorySettings.ts";
import { benchRecall } from "./recall/recallBench.ts";
import { benchUsage, readSettings, treeSizes, type BenchSettings, type Part } from "./settings.ts";
import { benchStartup } from "./startup.ts";
import { benchContext } from "./work-memory/context.ts";
import { benchForgetting } from "./work-memory/forgetting.ts";
import { benchConversations } from "./work-memory/conversations.ts";
import { benchHistory } from "./work-memory/history.ts";
import { toMarkdown, toText, type Table } from "./table.ts";
import { benchVectorIndex } from "./vectorIndex.ts";
import { benchOrder } from "./work-memory/order.ts";
import { benchWorkNotes } from "./work-memory/notes.ts";

const benches: Readonly<Record<Part, (settings: BenchSettings) => Table[] | Promise<Table[]>>> = {
  encoder: benchEncoder,
  vectorIndex: benchVectorIndex,
  ingest: benchIngest,
  startup: benchStartup,
  latency: benchLatency,
  recall: benchRecall,
  editor: benchEditor,
  memory: benchMemory,
  history: benchHistory,
  "work-notes": benchWorkNotes,
  context: benchContext,
  abstention: benchAbstention,
  order: benchOrder,
  forgetting: benchForgetting,
  conversations: benchConversations,
};

/** Some sizes or sections alone have a file of their own, so that a table can be made piece by piece. */
function fileName(part: Part, { sizes, memory, fit }: BenchSettings): string {
  if (part === "abstention" && fit) return `${part}-fit`;
  const { sections } = memory;
  if (part === "memory" && sections.length < memorySections.length)
    return `${part}-${sections.join("-")}`;
  const hasSizes = part === "ingest" || part === "latency";
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

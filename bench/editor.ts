/** What the extension costs the thread that every extension shares, measured inside a real editor. */
import { installEditor, isEditorAvailable } from "../scripts/editor.ts";
import { findBrowser } from "../scripts/browser.ts";
import { runInFreshEditor, type HostPhase } from "../scripts/testing/inHost.ts";
import { ownTarget, packageTargets } from "../scripts/vsix.ts";
import type { BenchSettings } from "./settings.ts";
import { ms, verdict, type Table } from "./table.ts";
import { treeDir } from "./trees.ts";

const workTargetMs = 50;

/** Measures on the 250k tree. Errors: a sentence, thrown, where no editor or browser runs. */
export async function benchEditor(settings: BenchSettings): Promise<Table[]> {
  const tree = treeDir("250k", settings);
  if (tree === undefined) throw new Error("editor needs --linux DIR (see bench/README.md)");
  if (!isEditorAvailable()) throw new Error(`editor does not run on ${process.platform}`);
  const browser = await findBrowser(() => undefined);
  if (browser.kind === "none") throw new Error(browser.reason);
  await installEditor();
  const [made] = await packageTargets([ownTarget()]);
  if (made === undefined) throw new Error("Nothing was packaged.");
  const { result, phases } = await runInFreshEditor({
    vsix: made.file,
    browser: browser.executable,
    only: "responsiveness",
    tree,
  });
  if (result.failed > 0 || phases.length === 0) throw new Error(result.output);
  return [table(phases)];
}

function table(phases: readonly HostPhase[]): Table {
  return {
    title: "How long the extension host is kept busy in one go",
    head: [
      "while",
      "target",
      "longest work",
      "",
      "over 50 ms",
      "longest wait",
      "work in all",
      "of",
    ],
    rows: phases.map((phase) => [
      phase.phase,
      `≤ ${ms(workTargetMs)}`,
      ms(phase.longestWorkMs),
      verdict(phase.longestWorkMs, (value) => value <= workTargetMs),
      String(phase.nOver50),
      ms(phase.longestWaitMs),
      ms(phase.workMs),
      ms(phase.elapsedMs),
    ]),
    notes: [
      "Longest work: most processor time of the host's thread between two turns of a timer of 5 ms. The editor's own work on that thread counts; the rows with Lore off show how much that is.",
      "Longest wait: wall time that the timer came late, which other work of the machine lengthens.",
      "Typing: 40 edits, each after a pause in which the text is sent, with a save after each ten, in a file of 1.9 million characters, nearly the longest that is streamed unsaved.",
    ],
  };
}

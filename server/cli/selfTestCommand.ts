import type { SelfTestProgress, SelfTestResult } from "../../protocol/deepMemory.ts";
import { answerFrom } from "./answerFrom.ts";
import { exitCodes, type ExitCode } from "./commandTable.ts";
import { formatCount } from "./numbers.ts";
import type { Surroundings } from "./openFolder.ts";
import type { Command } from "./command.ts";
import { bar, fitting, ProgressBar } from "./progressBar.ts";
import { retentionLines } from "./retentionText.ts";
import type { Terminal } from "./terminal.ts";
import { usableDeepMemory } from "./usableDeepMemory.ts";

/** `lore self-test`: how well the deep memory keeps what it was told, by distance. */
export function testMemory(
  command: Extract<Command, { kind: "self-test" }>,
  terminal: Terminal,
  around: Surroundings,
): Promise<ExitCode> {
  return answerFrom(command, "searchable", terminal, around, async (folder) => {
    const deep = await usableDeepMemory(folder, around);
    const { tokens, perPoint, distances } = command;
    const params = {
      tokens,
      ...(perPoint === undefined ? {} : { perPoint }),
      ...(distances === undefined ? {} : { distances }),
    };
    const { clock } = folder.services;
    const progress = new ProgressBar(around.err, () => clock.elapsedMs());
    let result: SelfTestResult;
    try {
      result = await deep.selfTest(
        params,
        (now) => progress.show((width) => selfTestProgressText(now, width)),
        around.signal,
      );
    } finally {
      progress.clear();
    }
    if (command.json) terminal.json({ folder: folder.root.folder, tokens, ...result });
    else for (const line of retentionLines(result, tokens, terminal)) terminal.line(line);
    return exitCodes.ok;
  });
}

const phases: Readonly<Record<SelfTestProgress["phase"], string>> = {
  planting: "planting facts",
  streaming: "streaming code past them",
  asking: "asking for them",
  controls: "asking the controls",
};

/** Returns how far a self-test is in one line of at most `width` columns, where it fits. */
export function selfTestProgressText(
  { phase, done, tokensStreamed }: SelfTestProgress,
  width: number,
): string {
  return fitting(width, [
    bar(done, 1, width),
    ` ${phases[phase]}`,
    `, ${formatCount(tokensStreamed)} tokens so far`,
  ]);
}

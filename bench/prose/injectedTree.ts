/** A repository whose code, commits and notes hold the samples, each beside a subject of its own to ask about. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { rootOf } from "../../server/cli/storeLocation.ts";
import type { Services } from "../../server/handlers.ts";
import { createServices } from "../../server/serverParts.ts";
import { injectionSamples, type InjectionSample } from "./injectionSamples.ts";

/** A sample with what to ask so that it is recalled. */
export interface PlantedSample extends InjectionSample {
  readonly question: string;
  /** Words that stand with it alone. */
  readonly subject: string;
}

const firsts = "amber basalt cobalt dusty ember fallow gilded hollow ivory jagged".split(" ");
const seconds = "anvil beacon caldera dynamo estuary flywheel gantry harpoon isobar juniper".split(
  " ",
);

/** The samples, each with its subject. */
export const plantedSamples: readonly PlantedSample[] = injectionSamples.map((sample, idx) => {
  const subject = `${firsts[Math.floor(idx / 10)]} ${seconds[idx % 10]}`;
  const question = `How is the ${subject} balanced?`;
  return { ...sample, subject, question };
});

/**
 * Makes the repository in `dir` and returns the server's parts over it, with its history read. `memory.close()` ends them.
 */
export async function openInjected(dir: string): Promise<Services> {
  const tree = path.join(dir, "tree");
  mkdirSync(tree, { recursive: true });
  const git = (...args: string[]): unknown =>
    execFileSync(
      "git",
      ["-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-C", tree, ...args],
      {
        stdio: "pipe",
      },
    );
  git("init", "-q");
  for (const sample of plantedSamples) {
    writeFileSync(path.join(tree, fileOf(sample)), codeOf(sample));
    git("add", ".");
    git("commit", "-q", "-m", messageOf(sample));
  }
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "always" },
  );
  const root = rootOf(tree);
  const read = Promise.withResolvers<void>();
  services.history.onStatusChanged(() => {
    if (services.history.status(root.id).state === "ready") read.resolve();
  });
  const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };
  await services.memory.open(path.join(dir, "store"), [root], settings, true);
  await services.memory.settled(true, new AbortController().signal);
  await read.promise;
  for (const sample of plantedSamples)
    if (sample.place === "note")
      await services.notes.remember({
        text: `The ${sample.subject} is balanced so. ${sample.text}`,
        kind: "fact",
      });
  return services;
}

function nameOf({ subject }: PlantedSample): string {
  const [first = "", second = ""] = subject.split(" ");
  return `${first}${second.slice(0, 1).toUpperCase()}${second.slice(1)}`;
}

function fileOf(sample: PlantedSample): string {
  return `${nameOf(sample)}.ts`;
}

/** A comment may not end before the payload does, or the file would not hold it as a comment. */
function codeOf(sample: PlantedSample): string {
  const payload = sample.place === "comment" ? `\n${sample.text.replaceAll("*/", "* /")}\n` : " ";
  return `/** Balances the ${sample.subject}.${payload}*/
export function ${nameOf(sample)}(load: number): number {
  return load * 0.5;
}
`;
}

function messageOf(sample: PlantedSample): string {
  const payload = sample.place === "commit" ? `\n\n${sample.text}` : "";
  return `Rebalance the ${sample.subject}${payload}`;
}

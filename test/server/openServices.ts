/** The server's parts over one folder whose files are all remembered, for tests of what is built on them. */
import type { Services } from "../../server/handlers.ts";
import { rootOf } from "../../server/cli/storeLocation.ts";
import { createServices } from "../../server/serverParts.ts";

/** Resolves when the memory of the folder has settled. Whoever asks closes `memory`. */
export async function openServices(storeDir: string, folder: string): Promise<Services> {
  const services = await createServices(
    { log: () => undefined },
    { logLevel: "off", statusCommand: "status", deepMemory: "onDemand" },
  );
  const settings = { exclude: [], include: [], threads: 1, maxFileBytes: 1_000_000 };
  await services.memory.open(storeDir, [rootOf(folder)], settings, true);
  await services.memory.settled(true, new AbortController().signal);
  return services;
}

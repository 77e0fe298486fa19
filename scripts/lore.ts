/** `npx lore …`: runs the checkout's own command line, built anew when a source changed. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { buildAll, isBuildStale } from "./buildAll.ts";
import { inCheckout } from "./checkout.ts";

// What it tells people to type is this very command.
process.env["LORE_PROGRAM"] = "npx lore";
const commandLine = inCheckout("dist/lore.mjs");
if (!existsSync(commandLine) || isBuildStale()) await buildAll(false);
process.argv[1] = commandLine;
await import(pathToFileURL(commandLine).href);

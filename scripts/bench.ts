/** `npm run bench`: builds what is measured and hands over to bench/. */
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { fail } from "./bootstrap.mjs";
import { buildAll } from "./buildAll.ts";
import { inCheckout } from "./checkout.ts";

const entry = inCheckout("bench/main.ts");
if (!existsSync(entry)) fail("bench/main.ts is missing.");
await buildAll(true);
await import(pathToFileURL(entry).href);

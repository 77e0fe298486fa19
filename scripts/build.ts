/** `npm run build [-- --production]`: bundles everything and says how long it took. */
import { buildAll } from "./buildAll.ts";

const startMs = performance.now();
try {
  for (const sentence of await buildAll(process.argv.includes("--production")))
    process.stdout.write(`${sentence}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
process.stdout.write(`Built in ${((performance.now() - startMs) / 1000).toFixed(1)} s.\n`);

/** `npm run package [-- TARGET… | --all]`: packages the extension, for this machine when no target is named. */
import path from "node:path";
import { checkout } from "./checkout.ts";
import { ownTarget, packageTargets, targets } from "./vsix.ts";

const args = process.argv.slice(2);
const unknown = args.filter(
  (arg) => arg !== "--all" && !(targets as readonly string[]).includes(arg),
);
if (unknown.length > 0) {
  process.stderr.write(`Unknown target ${unknown.join(", ")}. Targets: ${targets.join(", ")}.\n`);
  process.exit(2);
}
const wanted = args.includes("--all") ? targets : args.length > 0 ? args : [ownTarget()];
try {
  for (const vsix of await packageTargets(wanted)) {
    const size = `${(vsix.sizeBytes / 1024 / 1024).toFixed(1)} MB`;
    process.stdout.write(
      `${path.relative(checkout, vsix.file)}  ${size}, ${vsix.entries.length} files\n`,
    );
    if (!vsix.hasIndex)
      process.stdout.write(
        "  Without the index on disk, whose add-on is built for this machine's kind only: large memories are scanned whole.\n",
      );
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

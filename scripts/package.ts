/**
 * `npm run package [-- TARGET… | --all | --cli]`: packages the extension, for this machine when no target is named, or the
 * command line for this machine as a tarball for `npm install -g`.
 */
import path from "node:path";
import { buildAll } from "./buildAll.ts";
import { checkout, packageFolder } from "./checkout.ts";
import { packNpm } from "./npmPackage.ts";
import { ownTarget, packageTargets, targets } from "./vsix.ts";

const args = process.argv.slice(2);
const unknown = args.filter(
  (arg) => !["--all", "--cli"].includes(arg) && !(targets as readonly string[]).includes(arg),
);
if (unknown.length > 0) {
  process.stderr.write(`Unknown target ${unknown.join(", ")}. Targets: ${targets.join(", ")}.\n`);
  process.exit(2);
}
const wanted = args.includes("--all") ? targets : args.length > 0 ? args : [ownTarget()];
try {
  if (args.includes("--cli")) {
    await packCommandLine();
    process.exit(0);
  }
  for (const vsix of await packageTargets(wanted)) {
    const size = inMb(vsix.sizeBytes);
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

async function packCommandLine(): Promise<void> {
  await buildAll(true, packageFolder);
  const { file, sizeBytes, installedBytes } = await packNpm(ownTarget());
  process.stdout.write(
    `${path.relative(checkout, file)}  ${inMb(sizeBytes)}, ${inMb(installedBytes)} installed\n`,
  );
}

function inMb(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

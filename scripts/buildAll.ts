/** Builds everything that runs: bundles, grammars and wasm files. */
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { bundleOptions, presentBundles } from "./bundles.ts";
import { inCheckout } from "./checkout.ts";
import { copyGrammars } from "./grammars.mjs";
import { buildKernel, isKernelStale, kernelFile } from "./kernel.ts";
import { buildIndexAddon } from "./nativeBuild.ts";

/**
 * Builds into `dist/` and `dist-test/` of a folder, given relative to the checkout, and the native add-ons in their
 * packages. Returns a sentence for each part that this machine cannot build and that Lore works without. Rejects with
 * readable messages when a source does not bundle.
 */
export async function buildAll(production: boolean, folder = "."): Promise<readonly string[]> {
  const dist = inCheckout(folder, "dist");
  // A production build must hold nothing but what it made itself.
  if (production) rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const made = presentBundles().map((bundle) => ({
    ...bundle,
    to: path.posix.join(folder, bundle.to),
  }));
  const [addon] = await Promise.all([
    buildIndexAddon(),
    ...made.map((bundle) => esbuild.build(bundleOptions(bundle, production))),
    copyGrammars(path.join(dist, "grammars")),
    buildKernel(),
  ]);
  const kernel = inCheckout(folder, kernelFile);
  if (kernel !== inCheckout(kernelFile)) copyFileSync(inCheckout(kernelFile), kernel);
  return addon.kind === "left out" ? [addon.sentence] : [];
}

/** True when a bundle is missing or older than any source. */
export function isBuildStale(): boolean {
  const built = presentBundles().map((bundle) => mtimeMs(inCheckout(bundle.to)));
  const oldest = Math.min(...built);
  if (isKernelStale()) return true;
  return sourceFolders.some((folder) => newestMtimeMs(inCheckout(folder)) > oldest);
}

const sourceFolders = [
  "protocol",
  "server",
  "extension",
  "webview",
  "scripts",
  "package-lock.json",
];

function mtimeMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestMtimeMs(place: string): number {
  const stat = statSync(place, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(
    0,
    ...readdirSync(place, { withFileTypes: true }).map((entry) =>
      entry.isDirectory()
        ? newestMtimeMs(path.join(place, entry.name))
        : mtimeMs(path.join(place, entry.name)),
    ),
  );
}

/** Packages the extension for a platform and checks what went into the package. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { unzipSync } from "fflate";
import { buildAll } from "./buildAll.ts";
import { presentBundles } from "./bundles.ts";
import { kernelFile } from "./kernel.ts";
import { cacheFolder, inCheckout, packageFolder, packageScript } from "./checkout.ts";
import { builtTarget } from "./nativeBuild.ts";
import {
  copyNativePackages,
  expectedNatives,
  isNativeOf,
  shippedGraphManifests,
  shipsIndex,
} from "./nativePackages.ts";
import { rewriteDocuments } from "./packagedMarkdown.ts";
import { runNode } from "./processes.ts";

/** Every platform that has its own package, as vsce names them. */
export const targets = [
  "linux-x64",
  "linux-arm64",
  "alpine-x64",
  "alpine-arm64",
  "darwin-x64",
  "darwin-arm64",
  "win32-x64",
  "win32-arm64",
] as const;

/** Largest package: what the product promises without models, and the models. */
const maxVsixBytes = (30 + 40) * 1024 * 1024;

/** A finished package. */
export interface Vsix {
  readonly file: string;
  readonly sizeBytes: number;
  /** Names of the files inside, relative to the extension's folder. */
  readonly entries: readonly string[];
  /** Whether the add-on of the index on disk is in it: it is built for this machine's kind only. */
  readonly hasIndex: boolean;
}

/** The target that runs on this machine. */
export function ownTarget(): string {
  return builtTarget;
}

/** Builds for production and packages each target. Rejects when a package holds what it should not. */
export async function packageTargets(wanted: readonly string[]): Promise<readonly Vsix[]> {
  rmSync(inCheckout(packageFolder), { recursive: true, force: true });
  await buildAll(true, packageFolder);
  copyUnbuilt();
  const made: Vsix[] = [];
  for (const target of wanted) made.push(await packageTarget(target));
  return made;
}

/** Puts what is shipped as it is beside what was built. */
function copyUnbuilt(): void {
  const shipped =
    /^(package(\.nls(\.[a-z-]+)?)?\.json|README\.md|CHANGELOG\.md|LICENSE|docs|media|l10n|models)$/;
  for (const name of readdirSync(inCheckout()).filter((each) => shipped.test(each)))
    cpSync(inCheckout(name), inCheckout(packageFolder, name), { recursive: true });
  rewriteDocuments(inCheckout(packageFolder), placeInPackage);
}

/** As vsce names them. */
const renamed: Readonly<Record<string, string>> = {
  "README.md": "readme.md",
  "CHANGELOG.md": "changelog.md",
  LICENSE: "LICENSE.txt",
};

/** Returns where a file of the checkout is in the package, `undefined` when it is not. */
function placeInPackage(file: string): string | undefined {
  const place = renamed[file] ?? file;
  return allowed.test(place) && existsSync(inCheckout(packageFolder, file)) ? place : undefined;
}

async function packageTarget(target: string): Promise<Vsix> {
  const file = path.join(cacheFolder, "vsix", `lore-${target}.vsix`);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  copyNativePackages(target);
  const { code, output } = await runNode(
    [
      packageScript("@vscode/vsce", "vsce"),
      "package",
      "--no-dependencies",
      // What the documents link to is in the package.
      "--no-rewrite-relative-links",
      // There is no public address yet, and an invented one would be a dead link in the editor.
      "--allow-missing-repository",
      ...["--ignoreFile", allowListOf(target)],
      ...["--target", target],
      ...["--out", file],
    ],
    { cwd: inCheckout(packageFolder) },
  );
  if (code !== 0) throw new Error(`Packaging ${target} failed:\n${output}`);
  const bytes = readFileSync(file);
  const vsix = {
    file,
    sizeBytes: bytes.length,
    entries: extensionEntries(bytes),
    hasIndex: shipsIndex(target),
  };
  const faults = faultsOf(vsix, target);
  if (faults.length > 0)
    throw new Error(`The package for ${target} is wrong:\n${faults.join("\n")}`);
  return vsix;
}

/** Where a model's graphs are not run, they are not shipped either: then none is missing. */
function allowListOf(target: string): string {
  const lines = readFileSync(inCheckout(".vscodeignore"), "utf8").split("\n");
  const shipped = shippedGraphManifests(target).map((file) => path.posix.dirname(file));
  const kept = lines.filter((line) => {
    const folder = /^!(models\/(?:encoder|memory-lm))\//.exec(line)?.[1];
    return folder === undefined || shipped.includes(folder);
  });
  const file = path.join(cacheFolder, "vsix", `${target}.vscodeignore`);
  writeFileSync(file, kept.join("\n"));
  return file;
}

/** What is wrong with a package's content, one sentence each; empty when nothing is. */
function faultsOf(vsix: Vsix, target: string): readonly string[] {
  const manifests = shippedGraphManifests(target);
  const shipped = presentBundles().filter((bundle) => bundle.runtime !== "inhostTests");
  const expected = [
    "package.json",
    "readme.md",
    "changelog.md",
    "LICENSE.txt",
    "dist/grammars/web-tree-sitter.wasm",
    kernelFile,
    "models/static/manifest.json",
    ...shipped.map((bundle) => bundle.to),
    ...expectedNatives(target),
    ...manifests,
  ];
  const missing = expected.filter((name) => !vsix.entries.includes(name));
  const unwanted = vsix.entries.filter(
    (name) =>
      !allowed.test(name) &&
      !isNativeOf(target, name) &&
      !(ofGraphModel.test(name) && manifests.includes(`${path.posix.dirname(name)}/manifest.json`)),
  );
  return [
    ...missing.map((name) => `missing: ${name}`),
    ...unwanted.map((name) => `not to be shipped: ${name}`),
    ...(vsix.sizeBytes > maxVsixBytes ? [`too large: ${vsix.sizeBytes} bytes`] : []),
  ];
}

const ofGraphModel = /^models\/(encoder|memory-lm)\/([^/]+\.(onnx|bin)|manifest\.json)$/;

/** Everything a package may hold: no sources, maps or tests. */
const allowed =
  /^(package(\.nls(\.[a-z-]+)?)?\.json|readme\.md|changelog\.md|LICENSE\.txt|dist\/[^/]+\.(cjs|mjs|js|css|wasm)|dist\/grammars\/[^/]+\.(wasm|json)|docs\/[^/]+\.md|models\/(MODEL_CARD\.md|(static|ranker)\/([^/]+\.bin|manifest\.json))|media\/.+\.(svg|png)|l10n\/[^/]+\.json)$/;

function extensionEntries(bytes: Uint8Array): readonly string[] {
  const names: string[] = [];
  unzipSync(bytes, {
    filter: ({ name }) => {
      if (name.startsWith("extension/") && !name.endsWith("/")) {
        names.push(name.slice("extension/".length));
      }
      return false;
    },
  });
  return names.sort();
}

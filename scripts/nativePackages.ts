/**
 * Packages that no bundle can hold, because they are machine code or load it: a table of what each platform's
 * package of the extension gets of them, in `dist/node_modules` beside the bundles, where Node looks first. Those that
 * run a model go with it: without the model they would be dead weight, and without them the model would be.
 */
import { cpSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { inCheckout, packageFolder } from "./checkout.ts";
import { builtTarget, indexAddon } from "./nativeBuild.ts";

interface NativePackage {
  readonly name: string;
  /** Files and folders that every platform needs. Without the maps and types among them. */
  readonly common: readonly string[];
  /** For each target what it needs besides. A target that is not named goes without the package. */
  readonly native: Readonly<Record<string, readonly string[]>>;
  /** Relative to the checkout: the package is shipped when one of these files is there, and not at all without. */
  readonly goesWith: readonly string[];
}

/** The manifests of the models that the ONNX Runtime runs. */
const graphManifests = ["models/encoder/manifest.json", "models/memory-lm/manifest.json"];

/** Whether the checkout has a file, given relative to it. */
export type Presence = (file: string) => boolean;
const inThisCheckout: Presence = (file) => existsSync(inCheckout(file));

/** The ONNX Runtime exists for these. Windows' DirectX files are for graphics cards only, and are not needed. */
const onnxTargets = {
  "linux-x64": onnxFiles("linux/x64", "libonnxruntime.so.1"),
  "linux-arm64": onnxFiles("linux/arm64", "libonnxruntime.so.1"),
  "darwin-arm64": onnxFiles("darwin/arm64", "libonnxruntime.1.dylib"),
  "win32-x64": onnxFiles("win32/x64", "onnxruntime.dll"),
  "win32-arm64": onnxFiles("win32/arm64", "onnxruntime.dll"),
};

const nativePackages: readonly NativePackage[] = [
  {
    name: "onnxruntime-node",
    common: ["package.json", "dist"],
    native: onnxTargets,
    goesWith: graphManifests,
  },
  {
    name: "onnxruntime-common",
    common: ["package.json", "dist/cjs"],
    native: Object.fromEntries(Object.keys(onnxTargets).map((target) => [target, []])),
    goesWith: graphManifests,
  },
  // The graph of the index on disk: built for this machine's kind only, see `nativeBuild.ts`.
  {
    name: "hnswlib-node",
    common: ["package.json", "LICENSE.txt", "lib"],
    native: { [builtTarget]: ["build/Release/addon.node"] },
    goesWith: [`node_modules/${indexAddon}`],
  },
  {
    name: "bindings",
    common: ["package.json", "LICENSE.md", "bindings.js"],
    native: { [builtTarget]: [] },
    goesWith: [`node_modules/${indexAddon}`],
  },
  {
    name: "file-uri-to-path",
    common: ["package.json", "LICENSE", "index.js"],
    native: { [builtTarget]: [] },
    goesWith: [`node_modules/${indexAddon}`],
  },
];

/** True when a target's package holds the add-on of the index on disk; otherwise everything is scanned. */
export function shipsIndex(target: string, isPresent = inThisCheckout): boolean {
  return target === builtTarget && isPresent(`node_modules/${indexAddon}`);
}

/**
 * The manifests of those models that a target's package holds with what runs them: they are there, and the ONNX
 * Runtime exists for the target. Relative to the checkout.
 */
export function shippedGraphManifests(
  target: string,
  isPresent = inThisCheckout,
): readonly string[] {
  return Object.hasOwn(onnxTargets, target) ? graphManifests.filter(isPresent) : [];
}

/** Those of the packages that a target's package of the extension gets, with its files of each. */
function shippedPackages(
  target: string,
  isPresent: Presence,
): {
  readonly name: string;
  readonly common: readonly string[];
  readonly own: readonly string[];
}[] {
  return nativePackages.flatMap(({ name, common, native, goesWith }) => {
    const own = native[target];
    return own === undefined || !goesWith.some(isPresent) ? [] : [{ name, common, own }];
  });
}

/** What the bundles leave to be found at run time. */
export const nativePackageNames = nativePackages.map(({ name }) => name);

/** Where a package's own copies lie in it. */
const copiedTo = "dist/node_modules";

/**
 * Puts a target's files into a folder of the checkout, by default where the extension's package has them, and nothing else.
 * Returns the names of the packages. Throws when one has not got one of its files, as after an update that moved it.
 */
export function copyNativePackages(
  target: string,
  folder = path.posix.join(packageFolder, copiedTo),
): readonly string[] {
  rmSync(inCheckout(folder), { recursive: true, force: true });
  const shipped = shippedPackages(target, inThisCheckout);
  for (const { name, common, own } of shipped) {
    for (const entry of [...common, ...own]) {
      const from = inCheckout("node_modules", name, entry);
      if (!existsSync(from)) throw new Error(`${name} has no ${entry}.`);
      const to = inCheckout(folder, name, entry);
      cpSync(from, to, {
        recursive: true,
        dereference: true,
        filter: (file) => !isForAuthors(file),
      });
    }
  }
  return shipped.map(({ name }) => name);
}

/** The files that must be in a target's package besides those that only the folders of the table name. */
export function expectedNatives(target: string, isPresent = inThisCheckout): readonly string[] {
  return shippedPackages(target, isPresent).flatMap(({ name, own }) =>
    ["package.json", ...own].map((entry) => `${copiedTo}/${name}/${entry}`),
  );
}

/** True for a file that a target's package may hold because of this table. */
export function isNativeOf(target: string, file: string, isPresent = inThisCheckout): boolean {
  return shippedPackages(target, isPresent).some(({ name, common, own }) =>
    [...common, ...own].some((entry) => {
      const place = `${copiedTo}/${name}/${entry}`;
      return file === place || (file.startsWith(`${place}/`) && /\.(js|json)$/.test(file));
    }),
  );
}

function onnxFiles(folder: string, library: string): readonly string[] {
  const place = `bin/napi-v6/${folder}`;
  return [`${place}/${library}`, `${place}/onnxruntime_binding.node`];
}

/** Maps and types. */
function isForAuthors(file: string): boolean {
  return /\.(map|d\.ts)$/.test(path.basename(file));
}

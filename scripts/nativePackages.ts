/**
 * Packages that no bundle can hold, because they are machine code or load it: a table of what each platform's
 * package of the extension gets of them, in `dist/node_modules` beside the bundles, where Node looks first.
 */
import { cpSync, existsSync, rmSync } from "node:fs";
import path from "node:path";
import { inCheckout } from "./checkout.ts";

interface NativePackage {
  readonly name: string;
  /** Files and folders that every platform needs. Without the maps and types among them. */
  readonly common: readonly string[];
  /** For each target what it needs besides. A target that is not named goes without the package. */
  readonly native: Readonly<Record<string, readonly string[]>>;
}

/** The ONNX Runtime exists for these. Windows' DirectX files are for graphics cards only, and are not needed. */
const onnxTargets = {
  "linux-x64": onnxFiles("linux/x64", "libonnxruntime.so.1"),
  "linux-arm64": onnxFiles("linux/arm64", "libonnxruntime.so.1"),
  "darwin-arm64": onnxFiles("darwin/arm64", "libonnxruntime.1.dylib"),
  "win32-x64": onnxFiles("win32/x64", "onnxruntime.dll"),
  "win32-arm64": onnxFiles("win32/arm64", "onnxruntime.dll"),
};

const nativePackages: readonly NativePackage[] = [
  { name: "onnxruntime-node", common: ["package.json", "dist"], native: onnxTargets },
  {
    name: "onnxruntime-common",
    common: ["package.json", "dist/cjs"],
    native: Object.fromEntries(Object.keys(onnxTargets).map((target) => [target, []])),
  },
];

/** True when the ONNX Runtime exists for a target; elsewhere an encoder is of no use. */
export function runsEncoder(target: string): boolean {
  return Object.hasOwn(onnxTargets, target);
}

/** What the bundles leave to be found at run time. */
export const nativePackageNames = nativePackages.map(({ name }) => name);

/** Where a package's own copies lie, relative to the checkout. */
const copiedTo = "dist/node_modules";

/**
 * Puts a target's files into `dist/node_modules`, and nothing else. Throws when a package has not got one of them, as
 * after an update that moved it.
 */
export function copyNativePackages(target: string): void {
  removeNativePackages();
  for (const { name, common, native } of nativePackages) {
    const ofTarget = native[target];
    if (ofTarget === undefined) continue;
    for (const entry of [...common, ...ofTarget]) {
      const from = inCheckout("node_modules", name, entry);
      if (!existsSync(from)) throw new Error(`${name} has no ${entry}.`);
      const to = inCheckout(copiedTo, name, entry);
      cpSync(from, to, {
        recursive: true,
        dereference: true,
        filter: (file) => !isForAuthors(file),
      });
    }
  }
}

/** In the checkout Node is to find the installed packages, which are for this machine. */
export function removeNativePackages(): void {
  rmSync(inCheckout(copiedTo), { recursive: true, force: true });
}

/** The files that must be in a target's package besides those that only the folders of the table name. */
export function expectedNatives(target: string): readonly string[] {
  return nativePackages.flatMap(({ name, native }) =>
    ["package.json", ...(native[target] ?? [])].flatMap((entry) =>
      native[target] === undefined ? [] : [`${copiedTo}/${name}/${entry}`],
    ),
  );
}

/** True for a file that a target's package may hold because of this table. */
export function isNativeOf(target: string, file: string): boolean {
  return nativePackages.some(({ name, common, native }) =>
    [...(native[target] === undefined ? [] : common), ...(native[target] ?? [])].some((entry) => {
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

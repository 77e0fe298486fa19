/**
 * Packages the command line as a tarball that npm installs: the bundles, the models, and the native packages of one
 * platform inside it, so that an install loads nothing, builds nothing and runs no script.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { npm } from "./bootstrap.mjs";
import { presentBundles } from "./bundles.ts";
import { cacheFolder, checkout, inCheckout, packageFolder } from "./checkout.ts";
import { kernelFile } from "./kernel.ts";
import { copyNativePackages, shippedGraphManifests } from "./nativePackages.ts";
import { rewriteDocuments } from "./packagedMarkdown.ts";

/** A finished tarball. */
export interface NpmPackage {
  readonly file: string;
  readonly sizeBytes: number;
  readonly installedBytes: number;
}

const minNodeMajor = 24;
/** Largest installed size: what the extension's package may have, unpacked. */
const maxInstalledBytes = 160 * 1024 * 1024;
/** Bundles that only an editor uses. */
const ofEditor = /^dist\/(server|extension)\./;

/** The program's first file: an older Node could not read the others, and npm only warns of it. */
const entry = `#!/usr/bin/env node
if (Number(process.versions.node.split(".")[0]) < ${minNodeMajor}) {
  console.error("Lore needs Node ${minNodeMajor} or later; this is " + process.version + ".");
  process.exitCode = 1;
} else await import("./dist/lore.mjs");
`;

/** Packages what was built in `packageFolder`. Rejects when nothing was, and when the tarball is too large. */
export async function packNpm(target: string): Promise<NpmPackage> {
  const folder = path.join(cacheFolder, "npm");
  const staged = path.join(folder, "package");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(staged, { recursive: true });
  const native = copyNativePackages(
    target,
    path.relative(checkout, path.join(staged, "node_modules")),
  );
  const versions = native.map((name) => [
    name,
    stripManifest(path.join(staged, "node_modules", name, "package.json")),
  ]);
  for (const file of filesOf(target)) copy(file, staged);
  writeFileSync(path.join(staged, "lore.mjs"), entry, { mode: 0o755 });
  rewriteDocuments(staged, (file) => (existsSync(path.join(staged, file)) ? file : undefined));
  writeFileSync(
    path.join(staged, "package.json"),
    `${JSON.stringify(manifestOf(target, Object.fromEntries(versions)), null, 2)}\n`,
  );
  await npm(["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], staged);
  const file = path.join(folder, `lore-${target}.tgz`);
  const made = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (made === undefined) throw new Error("npm packed nothing.");
  renameSync(path.join(folder, made), file);
  const installedBytes = bytesBelow(staged);
  rmSync(staged, { recursive: true });
  if (installedBytes > maxInstalledBytes)
    throw new Error(`The package of the command line is too large: ${installedBytes} bytes.`);
  return { file, sizeBytes: readFileSync(file).length, installedBytes };
}

/** Relative to the checkout; folders stand for all that is in them. */
function filesOf(target: string): readonly string[] {
  const bundles = presentBundles().flatMap(({ to, runtime }) =>
    runtime === "node" && !ofEditor.test(to) ? [to] : [],
  );
  return [
    ...["LICENSE", "README.md", "CHANGELOG.md", "docs", "media/screenshots"],
    ...[...bundles, kernelFile, "dist/grammars"],
    ...["models/MODEL_CARD.md", "models/static", "models/ranker"],
    ...shippedGraphManifests(target).map((manifest) => path.posix.dirname(manifest)),
  ];
}

/** What npm needs to know, and nothing of the extension's. */
function manifestOf(target: string, native: Readonly<Record<string, string>>): object {
  const { name, version, description, license, keywords } = JSON.parse(
    readFileSync(inCheckout("package.json"), "utf8"),
  ) as Readonly<Record<string, unknown>>;
  const [os = "", cpu = ""] = target.split("-");
  return {
    ...{ name, version, description, license, keywords, type: "module" },
    bin: { lore: "lore.mjs" },
    engines: { node: `>=${minNodeMajor}` },
    os: [os === "alpine" ? "linux" : os],
    cpu: [cpu],
    dependencies: native,
    bundleDependencies: Object.keys(native),
  };
}

/** Returns a package's version. Its scripts would build and load at the install what is here already, and its own dependencies only serve them. */
function stripManifest(file: string): string {
  const manifest = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  for (const name of ["scripts", "dependencies", "devDependencies", "gypfile"])
    delete manifest[name];
  writeFileSync(file, JSON.stringify(manifest));
  return String(manifest["version"]);
}

function copy(file: string, staged: string): void {
  const from = file.startsWith("dist/") ? path.join(packageFolder, file) : file;
  cpSync(inCheckout(from), path.join(staged, file), {
    recursive: true,
    // What the models were tested against.
    filter: (each) => path.basename(each) !== "golden.json",
  });
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + readFileSync(path.join(entry.parentPath, entry.name)).length, 0);
}

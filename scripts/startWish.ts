/** What the words behind `npm start --` ask for. */
import path from "node:path";
import type { EditorOptions } from "./editor.ts";

export type Wish =
  | { readonly kind: "answer"; readonly folder: string; readonly question: string }
  | { readonly kind: "editor"; readonly folder: string }
  | { readonly kind: "help" }
  | { readonly kind: "wrong"; readonly sentence: string };

/** Where the words were written. */
export interface Place {
  /** The folder that a relative one is meant from. */
  readonly cwd: string;
  /** The folder that is taken when none is named. */
  readonly ownFolder: string;
  /** `undefined` when there is nothing, or nothing that can be looked at. */
  readonly kindOf: (absolute: string) => "folder" | "other" | undefined;
}

export const startUsage = `Usage: npm start -- [FOLDER]               opens VS Code in the browser, with Lore
       npm start -- [FOLDER] "question"    answers in the terminal
Without FOLDER it is about Lore's own source. More commands: npx lore --help`;

/** Returns what is asked for, or the sentence that says what is wrong. */
export function wishOf(args: readonly string[], { cwd, ownFolder, kindOf }: Place): Wish {
  const [first, second, ...rest] = args;
  if (first === undefined) return { kind: "editor", folder: ownFolder };
  if (first === "--help" || first === "-h") return { kind: "help" };
  if (/^--?\w/.test(first)) return wrong(`“npm start” has no option ${first}.`);
  if (rest.length > 0) return wrong("“npm start” takes one question; put it in quotes.");
  const folder = path.resolve(cwd, first);
  const kind = kindOf(folder);
  if (kind === "folder" && second === undefined) return { kind: "editor", folder };
  if (kind === "folder" && second !== undefined) {
    return second.trim() === ""
      ? wrong("The question is empty.")
      : { kind: "answer", folder, question: second };
  }
  if (kind === "other") return wrong(`${folder} is not a folder. Name the folder that holds it.`);
  // One word more likely is a mistyped folder.
  if (second === undefined && /\s/.test(first.trim())) {
    return { kind: "answer", folder: ownFolder, question: first };
  }
  return wrong(`There is no folder ${folder}. Check the path.`);
}

function wrong(sentence: string): Wish {
  return { kind: "wrong", sentence };
}

/** Returns how to start an editor that shows a folder and Lore's chat at whatever address of its is opened. */
export function showing(folder: string): Pick<EditorOptions, "extraArgs" | "env"> {
  return {
    // Whoever names a folder here trusts it; in Restricted Mode Lore would remember nothing.
    extraArgs: ["--disable-workspace-trust", folder],
    env: { LORE_SHOW_CHAT: "1" },
  };
}

/** Returns the address under which an editor shows a folder. */
export function folderAddress(editorUrl: string, folder: string): string {
  const address = new URL(editorUrl);
  address.searchParams.set("folder", folder);
  return address.href;
}

/** Who else may be writing ghost text in this window. */

/** An extension that completes code inline. */
interface Rival {
  /** The extension's id in lower case; a `*` at the end stands for any name of that publisher. */
  readonly id: string;
  /** What its users call it. */
  readonly name: string;
  /** It is in every editor, and completes only for those who are signed in at GitHub. */
  readonly needsGitHub?: true;
}

/** Known providers of inline completions. Those for one language only, and those without ghost text, are not here. */
export const rivals: readonly Rival[] = [
  { id: "github.copilot", name: "GitHub Copilot", needsGitHub: true },
  { id: "github.copilot-chat", name: "GitHub Copilot", needsGitHub: true },
  { id: "github.copilot-nightly", name: "GitHub Copilot", needsGitHub: true },
  { id: "codeium.codeium", name: "Windsurf" },
  { id: "codeium.windsurfpyright", name: "Windsurf" },
  { id: "supermaven.supermaven", name: "Supermaven" },
  { id: "tabnine.tabnine-vscode", name: "Tabnine" },
  { id: "continue.continue", name: "Continue" },
  { id: "amazonwebservices.*", name: "Amazon Q" },
  { id: "google.geminicodeassist", name: "Gemini Code Assist" },
  { id: "anysphere.*", name: "Cursor" },
  { id: "sourcegraph.cody-ai", name: "Cody" },
  { id: "augment.vscode-augment", name: "Augment" },
  { id: "blackboxapp.blackbox", name: "Blackbox AI" },
  { id: "tabbyml.vscode-tabby", name: "Tabby" },
  { id: "rjmacarthy.twinny", name: "twinny" },
  { id: "ggml-org.llama-vscode", name: "llama.vscode" },
  { id: "smallcloud.codify", name: "Refact" },
  { id: "alibaba-cloud.tongyi-lingma", name: "Lingma" },
  { id: "baiducomate.comate", name: "Comate" },
];

/** Editors that complete code themselves, by the beginning of their name. */
const completingEditors = ["Cursor", "Windsurf", "Trae", "Kiro", "Antigravity", "Void"] as const;

/** What of the window matters for the question who else completes code. */
export interface EditorFacts {
  /** Name of the editor. */
  readonly appName: string;
  /** Ids of the extensions that are running. */
  readonly activeExtensions: readonly string[];
  /** True when the editor's own AI features are switched off. */
  readonly aiFeaturesOff: boolean;
  readonly signedInAtGitHub: boolean;
}

/** Returns the name of another provider of inline completions that is active, `undefined` when there is none. */
export function activeRival(facts: EditorFacts): string | undefined {
  const editor = completingEditors.find((name) => facts.appName.startsWith(name));
  if (editor !== undefined) return editor;
  const gitHubCompletes = facts.signedInAtGitHub && !facts.aiFeaturesOff;
  const active = facts.activeExtensions.map((id) => id.toLowerCase());
  return rivals.find(
    ({ id, needsGitHub }) =>
      (needsGitHub !== true || gitHubCompletes) && active.some((other) => matches(id, other)),
  )?.name;
}

function matches(pattern: string, id: string): boolean {
  return pattern.endsWith("*") ? id.startsWith(pattern.slice(0, -1)) : id === pattern;
}

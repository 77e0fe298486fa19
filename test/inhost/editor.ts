/** What the tests inside the editor share: the product as a user's keybinding or another extension sees it. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import * as vscode from "vscode";
import type { AskResult } from "../../protocol/methods.ts";

/** Longest time that something the editor reports may take. */
const patienceMs = 30_000;

/** Absolute path of the n-th workspace folder. */
export function folder(n = 0): string {
  const found = vscode.workspace.workspaceFolders?.[n];
  assert.ok(found !== undefined, `the window has folder ${n}`);
  return found.uri.fsPath;
}

/** Runs a command of Lore and returns its result. */
export async function run<R>(command: string, argument?: unknown): Promise<R> {
  return vscode.commands.executeCommand<R>(`lore.${command}`, argument);
}

/** Asks in the chat. Fails when the question failed. */
export async function ask(question: string): Promise<AskResult> {
  const answer = await run<AskResult | undefined>("ask", question);
  assert.ok(answer !== undefined, `“${question}” was answered`);
  return answer;
}

/**
 * Asks until an answer is as wanted; the last one is in the failure. `mayFail` lets questions fail on the way,
 * as one does that meets a dying server.
 */
export async function askUntil(
  question: string,
  isWanted: (answer: AskResult) => boolean,
  mayFail = false,
): Promise<AskResult> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const answer = mayFail
      ? await run<AskResult | undefined>("ask", question)
      : await ask(question);
    if (answer !== undefined && isWanted(answer)) return answer;
    if (performance.now() > deadlineMs) assert.fail(`last answer: ${answer?.markdown ?? "none"}`);
  }
}

/** True when the answer quotes or cites the file. */
export function cites(answer: AskResult, file: string): boolean {
  return answer.citations.some((citation) => citation.path === file);
}

/** The text of the status document once it is as wanted; it follows the memory while it is open. */
export async function statusUntil(
  isWanted: (text: string) => boolean,
  timeoutMs = patienceMs,
): Promise<string> {
  await run("showStatus");
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === "lore-status");
  assert.ok(document !== undefined, "the status is open");
  if (isWanted(document.getText())) return document.getText();
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const change = vscode.workspace.onDidChangeTextDocument((event) => {
    if (event.document === document && isWanted(document.getText())) resolve(document.getText());
  });
  const timer = setTimeout(
    () => reject(new Error(`the status never said so; it says:\n${document.getText()}`)),
    timeoutMs,
  );
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    change.dispose();
  }
}

/** Resolves when everything in the window is remembered. */
export async function untilUpToDate(nFolders = 1): Promise<string> {
  return statusUntil((text) => text.split("Up to date").length - 1 === nFolders);
}

/** Process ids of the memory servers that this extension host started. Linux only. */
export function serverPids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isOurServer(pid));
}

function isOurServer(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (state === "Z" || Number(parent) !== process.pid) return false;
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(path.join("dist", "server.mjs"));
  } catch (error) {
    // Processes end while they are looked at.
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return false;
    throw error;
  }
}

/** The value of `look` once it is there. Fails when that takes too long. */
export async function eventually<T>(look: () => T | undefined): Promise<T> {
  const deadlineMs = performance.now() + patienceMs;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    assert.ok(performance.now() < deadlineMs, "it appeared in time");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** How many turns each stored conversation has, in the order in which they were begun. */
export function storedConversations(): number[] {
  const storage = path.join(path.dirname(process.env["LORE_INHOST_RESULT"] ?? ""), "user-data");
  const file = readdirSync(storage, { recursive: true, encoding: "utf8" }).find((name) =>
    name.endsWith("conversations.sqlite"),
  );
  assert.ok(file !== undefined, "conversations are stored");
  const database = new DatabaseSync(path.join(storage, file));
  try {
    const rows = database
      .prepare(
        `SELECT (SELECT count(*) FROM turn t WHERE t.conversation_id = c.id) AS n
         FROM conversation c ORDER BY c.rowid`,
      )
      .all();
    return (rows as unknown as { n: number }[]).map(({ n }) => n);
  } finally {
    database.close();
  }
}

/** Changes a setting of the workspace, runs something and sets it back. */
export async function withSetting(
  name: string,
  value: unknown,
  whileSet: () => Promise<void>,
  target = vscode.ConfigurationTarget.Workspace,
): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  await configuration.update(name, value, target);
  try {
    await whileSet();
  } finally {
    await configuration.update(name, undefined, target);
  }
}

/** `what_changed`: which definitions came, went or changed since a commit or a time, or since the user last looked. */
import type { ChangedFile, ChangedParams, ChangedResult } from "../../protocol/changed.ts";
import type { Root } from "../../protocol/types.ts";
import { changeTexts } from "../answer/changedAnswer.ts";
import { stateText } from "../answer/historyWording.ts";
import { code, count, shortened } from "../answer/markdown.ts";
import { defaultMaxTokens, maxTokensField, shownText } from "./fencedText.ts";
import { holdsPath } from "./pathFilter.ts";
import { objectSchema, resultSchema, ToolFailure, toolOf, type ToolPorts } from "./tool.ts";
import { folderField, folderName, rootsOf } from "./workspaceParts.ts";

interface Input {
  readonly since?: string;
  readonly path?: string;
  readonly folder?: string;
  readonly limit?: number;
  readonly maxTokens?: number;
}

/** A file as data; lines count from one. */
interface Changed {
  readonly path: string;
  readonly folder?: string;
  readonly change: ChangedFile["change"];
  readonly oldPath?: string;
  readonly definitions: readonly {
    readonly name: string;
    readonly kind: string;
    readonly change: string;
    readonly startLine?: number;
    readonly endLine?: number;
  }[];
}

type Told = Extract<ChangedResult, { readonly kind: "changed" }>;

const defaultLimit = 30;
/** Files that are compared when only some of them are asked for. */
const maxCompared = 1_000;
const maxDefinitions = 12;
const maxSubjectLength = 100;
const maxPathLength = 100;

export const whatChanged = toolOf<Input>({
  name: "what_changed",
  title: "What changed",
  description:
    "Says which definitions were added, removed, or changed in signature, body or comment, file by file, since a commit, tag, branch or time, uncommitted work included. Without `since`: of the files that the user has looked at in the editor, what changed since that look. " +
    "Use it before reviewing or continuing earlier work, and to see what a branch did. " +
    "Do not use it for the text of a diff (use git diff) or for who changed a line and why (use git log).",
  input: objectSchema(
    {
      since: {
        type: "string",
        description:
          "A commit, tag or branch, a date such as 2026-08-01, yesterday, or “3 weeks ago”.",
        minLength: 1,
        maxLength: 200,
      },
      path: {
        type: "string",
        description: "Only this file, or files below this folder.",
        minLength: 1,
        maxLength: 4_096,
      },
      folder: folderField,
      limit: {
        type: "integer",
        description: "At most so many files.",
        minimum: 1,
        maximum: 200,
        default: defaultLimit,
      },
      maxTokens: maxTokensField,
    },
    [],
  ),
  output: resultSchema(
    {
      files: {
        type: "array",
        items: objectSchema(
          {
            path: { type: "string" },
            folder: { type: "string" },
            change: { type: "string", enum: ["added", "deleted", "renamed", "changed"] },
            oldPath: { type: "string" },
            definitions: {
              type: "array",
              items: objectSchema(
                {
                  name: { type: "string" },
                  kind: { type: "string" },
                  change: { type: "string" },
                  startLine: { type: "integer" },
                  endLine: { type: "integer" },
                },
                ["name", "kind", "change"],
              ),
            },
          },
          ["path", "change", "definitions"],
        ),
      },
      nFiles: { type: "integer" },
      since: { type: "string" },
    },
    ["files", "nFiles"],
  ),
  permission: "read",
  run: async (input, ports, { signal }) => {
    const { limit = defaultLimit, maxTokens = defaultMaxTokens } = input;
    const since: ChangedParams["since"] = input.since === undefined ? "files" : { at: input.since };
    const results: { readonly root: Root; readonly told: Told }[] = [];
    const failed: ChangedResult[] = [];
    const wanted = input.path === undefined ? limit : maxCompared;
    const roots = rootsOf(ports, input.folder);
    for (const root of roots) {
      const result = await ports.history.changed({ rootId: root.id, since, limit: wanted }, signal);
      if (result.kind === "changed") results.push({ root, told: result });
      else failed.push(result);
    }
    const [first] = results;
    if (first === undefined) throw failureOf(failed[0]);
    const inside = input.path === undefined ? undefined : plainPath(input.path);
    const isIn = pathTest(inside);
    const all = results.flatMap(({ root, told }) =>
      told.files.filter(isIn).map((file) => changedOf(file, root.id, ports)),
    );
    const nFiles =
      input.path === undefined ? results.reduce((n, { told }) => n + told.nFiles, 0) : all.length;
    const { files, blocks } = withinBudget(all.slice(0, limit), maxTokens, ports);
    const { commit } = first.told;
    const from =
      commit === undefined
        ? "since the user last looked at them"
        : `since commit ${commit.hash.slice(0, 10)}, ${code(shortened(shownText(commit.subject, ports), maxSubjectLength))}`;
    const rest =
      nFiles > files.length
        ? `; ${count(files.length, "file")} shown, raise limit and maxTokens for more`
        : "";
    const head =
      nFiles === 0
        ? nothingChanged(from, input.path, inside === undefined || holdsPath(inside, roots, ports))
        : `${count(nFiles, "file")} changed ${from}${rest}.`;
    return {
      message: head,
      blocks: blocks.length === 0 ? [] : [blocks.join("\n")],
      data: { files, nFiles, ...(commit === undefined ? {} : { since: commit.hash }) },
    };
  },
});

function failureOf(result: ChangedResult | undefined): ToolFailure {
  if (result?.kind === "unknownSince")
    return new ToolFailure(
      "notFound",
      "`since` is no commit, tag or branch of this repository, and no commit is older than that time. Name another one, such as HEAD~5, main or “2 days ago”.",
    );
  if (result?.kind === "failed")
    return new ToolFailure(
      "unavailable",
      `${stateText(result.status) ?? "The history cannot be read at the moment."} Use git itself, or call again later.`,
    );
  return new ToolFailure(
    "notReady",
    "It is not known what the user has looked at. Name a commit, tag, branch or time in `since`, such as HEAD~5 or “2 days ago”.",
  );
}

function nothingChanged(from: string, path: string | undefined, isThere: boolean): string {
  if (path === undefined) return `Nothing changed ${from}.`;
  const named = code(shortened(path, maxPathLength));
  return isThere
    ? `Nothing changed in ${named} ${from}.`
    : `No file in memory is at or below ${named}, and nothing that was there changed ${from}. \`path\` is relative to the workspace folder; leave it out to see everything.`;
}

/** Returns a path of the input as paths in a root are written; `""` for the root. */
function plainPath(path: string): string {
  const inside = path.replaceAll("\\", "/").replace(/^(?:\.?\/)+|\/+$/g, "");
  return inside === "." ? "" : inside;
}

function pathTest(inside: string | undefined): (file: ChangedFile) => boolean {
  if (inside === undefined) return () => true;
  const isIn = (each: string | undefined): boolean =>
    each !== undefined && (inside === "" || each === inside || each.startsWith(`${inside}/`));
  return (file) => isIn(file.path) || isIn(file.oldPath);
}

function changedOf(
  { path, change, oldPath, definitions }: ChangedFile,
  rootId: string,
  ports: ToolPorts,
): Changed {
  const folder = folderName(ports, rootId);
  return {
    path,
    ...(folder === undefined ? {} : { folder }),
    change,
    ...(oldPath === undefined ? {} : { oldPath }),
    definitions: definitions
      .slice(0, maxDefinitions)
      .map(({ name, container, kind, change: how, lines }) => ({
        name: shownText([container, name].filter(Boolean).join("."), ports),
        kind,
        change: changeTexts[how],
        ...(lines === undefined ? {} : { startLine: lines.startLine + 1, endLine: lines.endLine }),
      })),
  };
}

function withinBudget(
  all: readonly Changed[],
  maxTokens: number,
  { count: tokensOf }: ToolPorts,
): { readonly files: readonly Changed[]; readonly blocks: readonly string[] } {
  const files: Changed[] = [];
  const blocks: string[] = [];
  let left = maxTokens;
  for (const file of all) {
    const block = blockOf(file);
    left -= tokensOf(block);
    if (left < 0 && files.length > 0) break;
    files.push(file);
    blocks.push(block);
  }
  return { files, blocks };
}

/** Names and paths stand in code spans, which nothing in them can leave. */
function blockOf({ path, folder, change, oldPath, definitions }: Changed): string {
  const inFolder = folder === undefined ? "" : ` in ${code(folder)}`;
  const how = oldPath === undefined ? change : `renamed from ${code(oldPath)}`;
  const lines = definitions.map(({ name, kind, change: what, startLine, endLine }) => {
    const at = startLine === undefined ? "" : ` at ${startLine}-${endLine}`;
    return `  - ${what}: ${kind} ${code(name)}${at}`;
  });
  return [`- ${code(path)}${inFolder}: ${how}`, ...lines].join("\n");
}

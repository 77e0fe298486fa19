/** `find_usages`: places that use a definition, by name. */
import type { Recall } from "../../protocol/types.ts";
import { code, count, shortened } from "../answer/markdown.ts";
import { lastPart, mentions } from "../answer/names.ts";
import { declaresAt, useAt } from "../answer/useKind.ts";
import type { SourceFile } from "../recall/sourceFile.ts";
import type { DefinitionPlace } from "../services.ts";
import { defaultMaxTokens, fenced, maxTokensField, shownText } from "./fencedText.ts";
import { linesOfRange } from "./lines.ts";
import {
  placeParts,
  placeProperties,
  placeRequired,
  presentFile,
  type PlaceParts,
} from "./placeParts.ts";
import { objectSchema, resultSchema, toolOf, type ToolPorts } from "./tool.ts";
import {
  coverageOf,
  coverageSchema,
  fileNamed,
  folderField,
  rootsOf,
  withCoverage,
} from "./workspaceParts.ts";

interface Input {
  readonly name: string;
  readonly path?: string;
  readonly folder?: string;
  readonly limit?: number;
  readonly maxTokens?: number;
}

/** A place that uses the name, with the definition that holds the use. Lines count from one. */
interface Usage extends PlaceParts {
  /** False where the name has several definitions and nothing tells which one is meant. */
  readonly isClear: boolean;
  readonly lines: readonly { readonly line: number; readonly text: string }[];
}

const defaultLimit = 15;
const maxLinesOfUse = 3;
const maxLineLength = 200;

export const findUsages = toolOf<Input>({
  name: "find_usages",
  title: "Find usages",
  description:
    "Lists the places that use a function, method, class, type, constant or configuration key: callers, constructions, tests, configuration and documentation, best first, with the lines. Comments and strings are left out. " +
    "Use it for “who calls this”, before a signature changes, and to find a definition's tests. " +
    "Do not use it for text that is no name (use grep) or for a concept (use search_memory). " +
    "It goes by name and not by type: uses that may mean another definition of the same name say so; pass the definition's path, or a qualified name such as Pool.load, to tell them apart.",
  input: objectSchema(
    {
      name: {
        type: "string",
        description:
          "Name of the definition, exactly as it is written; may be qualified, such as Pool.load.",
        minLength: 1,
        maxLength: 500,
      },
      path: {
        type: "string",
        description: "Path of the file that defines it, when several definitions have this name.",
        minLength: 1,
        maxLength: 4_096,
      },
      folder: folderField,
      limit: {
        type: "integer",
        description: "At most so many places.",
        minimum: 1,
        maximum: 100,
        default: defaultLimit,
      },
      maxTokens: maxTokensField,
    },
    ["name"],
  ),
  output: resultSchema(
    {
      usages: {
        type: "array",
        items: objectSchema(
          {
            ...placeProperties,
            isClear: { type: "boolean" },
            lines: {
              type: "array",
              items: objectSchema({ line: { type: "integer" }, text: { type: "string" } }, [
                "line",
                "text",
              ]),
            },
          },
          [...placeRequired, "isClear", "lines"],
        ),
      },
      isCut: { type: "boolean" },
      coverage: coverageSchema,
    },
    ["usages", "isCut", "coverage"],
  ),
  permission: "read",
  run: async (input, ports, { signal }) => {
    const { name, path, limit = defaultLimit, maxTokens = defaultMaxTokens } = input;
    const roots = rootsOf(ports, input.folder);
    const definition =
      path === undefined ? undefined : await definitionIn(name, path, input.folder, ports, signal);
    const elsewhere =
      definition?.isThere === false
        ? `${code(definition.place.path)} defines no ${code(lastPart(name))}, so this is of the name alone.`
        : "";
    const ids = roots.map(({ id }) => id);
    // One more than wanted tells whether there are more.
    const recalls = await ports.recall.usesOf(name, ids, limit + 1, signal, definition?.place);
    const all = recalls
      .slice(0, limit)
      .flatMap((recall) => usageOf(recall, lastPart(name), ports) ?? []);
    const { usages, blocks } = withinBudget(all, maxTokens, ports);
    const isCut = recalls.length > limit || usages.length < all.length;
    const coverage = coverageOf(ports.memory.status(), roots);
    const head =
      usages.length === 0
        ? "Nothing in memory uses this name. Check its spelling with search_memory; a use in a comment or a string does not count."
        : `${count(usages.length, "place")}, best first${isCut ? "; there are more, raise limit and maxTokens to see them" : ""}.`;
    return {
      message: withCoverage(coverage, head, elsewhere),
      blocks,
      data: { usages, isCut, coverage },
    };
  },
});

/** Which definition of the name a file holds: by its container, which a qualified name already says; and whether it holds one. */
async function definitionIn(
  name: string,
  given: string,
  folder: string | undefined,
  ports: ToolPorts,
  signal: AbortSignal,
): Promise<{ readonly place: DefinitionPlace; readonly isThere: boolean }> {
  const { root, path } = fileNamed(ports, given, folder);
  const wanted = lastPart(name);
  const { recalls } = await ports.recall.search(
    { query: `\`${wanted}\``, limit: 10, neighbours: false, rootIds: [root.id], paths: [path] },
    signal,
  );
  const found = recalls.find(({ citation }) => citation.symbol?.name === wanted);
  const container = found?.citation.symbol?.container ?? "";
  return { place: { rootId: root.id, path, container }, isThere: found !== undefined };
}

/** `undefined` when the place is another one by now. */
function usageOf(recall: Recall, name: string, ports: ToolPorts): Usage | undefined {
  const { citation, role, relation } = recall;
  const file = presentFile(recall, ports);
  if (file === undefined) return undefined;
  const place = linesOfRange(citation.range);
  const lines: { line: number; text: string }[] = [];
  for (let line = place.firstLine; line <= place.lastLine; line++) {
    const text = file.line(line);
    if (lines.length >= maxLinesOfUse) break;
    if (!usesOnLine(file, line, name, role)) continue;
    lines.push({ line: line + 1, text: shortened(shownText(text.trim(), ports), maxLineLength) });
  }
  return {
    ...placeParts(recall, file, ports),
    isClear: relation?.nDefinitions === undefined,
    lines,
  };
}

/** Definitions, declarations and comments are no uses; in documentation and configuration a mention is all there is. */
function usesOnLine(file: SourceFile, line: number, name: string, role: Recall["role"]): boolean {
  if (role === "docs" || role === "config") return mentions(file.line(line), name);
  const at = useAt(file, line, name);
  return at >= 0 && !declaresAt(file, line, at, name);
}

function withinBudget(
  all: readonly Usage[],
  maxTokens: number,
  { count: tokensOf }: ToolPorts,
): { readonly usages: readonly Usage[]; readonly blocks: readonly string[] } {
  const usages: Usage[] = [];
  const blocks: string[] = [];
  let left = maxTokens;
  for (const usage of all) {
    const block = blockOf(usage);
    left -= tokensOf(block);
    if (left < 0 && usages.length > 0) break;
    usages.push(usage);
    blocks.push(block);
  }
  return { usages, blocks };
}

function blockOf({
  path,
  folder,
  startLine,
  endLine,
  hash,
  symbol,
  role,
  isClear,
  lines,
}: Usage): string {
  const inFolder = folder === undefined ? "" : ` in ${code(folder)}`;
  const holder = symbol === undefined ? "" : `, in ${code(symbol)}`;
  const doubt = isClear ? "" : ", may mean another definition of this name";
  const head = `${code(`${path}:${startLine}-${endLine}`)}${inFolder}, hash ${hash}, ${role}${holder}${doubt}`;
  if (lines.length === 0) return head;
  return `${head}\n${fenced(lines.map(({ line, text }) => `${line}: ${text}`).join("\n"))}`;
}

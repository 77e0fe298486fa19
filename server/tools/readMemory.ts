/** `read_memory`: the present text of a place, and whether it still says what it said when it was found. */
import { code } from "../answer/markdown.ts";
import { SourceFile } from "../recall/sourceFile.ts";
import { defaultMaxTokens, fenced, firstLines, maxTokensField, shownText } from "./fencedText.ts";
import { findLines, hashOfLines, textOfLines, type Lines } from "./lines.ts";
import { objectSchema, resultSchema, ToolFailure, toolOf } from "./tool.ts";
import { fileNamed, folderField, folderName } from "./workspaceParts.ts";

interface Input {
  readonly path: string;
  readonly startLine?: number;
  readonly endLine?: number;
  readonly hash?: string;
  readonly folder?: string;
  readonly maxTokens?: number;
}

/** What became of the lines: `current` also where no hash was given to compare with. */
type State = "current" | "moved" | "changed";

const maxLine = 2 ** 31 - 1;

export const readMemory = toolOf<Input>({
  name: "read_memory",
  title: "Read a place",
  description:
    "Reads lines of a remembered file as they are now, unsaved editor text included, and says whether they moved or changed since they were found. " +
    "Use it to open a place of search_memory or find_usages: pass its path, lines and hash. " +
    "Do not use it to look for something (use search_memory) or to read files that Lore does not remember, such as binaries and ignored files. " +
    "A long text is cut; the result says with which line to go on.",
  input: objectSchema(
    {
      path: {
        type: "string",
        description: "Path in the workspace folder, with /.",
        minLength: 1,
        maxLength: 4_096,
      },
      startLine: {
        type: "integer",
        description: "First line, counted from 1.",
        minimum: 1,
        maximum: maxLine,
        default: 1,
      },
      endLine: {
        type: "integer",
        description: "Last line, included. The end of the file when left out.",
        minimum: 1,
        maximum: maxLine,
      },
      hash: {
        type: "string",
        description:
          "Hash of these lines from an earlier result; they are looked for in the file when they moved.",
        minLength: 1,
        maxLength: 64,
      },
      folder: folderField,
      maxTokens: maxTokensField,
    },
    ["path"],
  ),
  output: resultSchema(
    {
      path: { type: "string" },
      folder: { type: "string" },
      startLine: { type: "integer" },
      endLine: { type: "integer" },
      hash: { type: "string" },
      state: { type: "string", enum: ["current", "moved", "changed"] },
      text: { type: "string" },
      nLinesInFile: { type: "integer" },
      nextLine: { type: "integer" },
      isLineCut: { type: "boolean" },
    },
    ["path", "startLine", "endLine", "hash", "state", "text", "nLinesInFile"],
  ),
  permission: "read",
  run: (input, ports) => {
    const { maxTokens = defaultMaxTokens, hash } = input;
    const { root, path, text, language } = fileNamed(ports, input.path, input.folder);
    const file = new SourceFile(root.id, path, text, language);
    const asked = linesAsked(input, file);
    const { lines, state } = present(asked, hash, file, ports.hashText);
    const whole = shownText(textOfLines(file, lines), ports);
    const cut = firstLines(whole, maxTokens, ports.count);
    const shown = {
      ...lines,
      lastLine: cut.isCut ? lines.firstLine + cut.nLines - 1 : lines.lastLine,
    };
    const folder = folderName(ports, root.id);
    const data = {
      path,
      ...(folder === undefined ? {} : { folder }),
      startLine: shown.firstLine + 1,
      endLine: shown.lastLine + 1,
      hash: hashOfLines(ports.hashText, file, shown),
      state,
      text: cut.text,
      nLinesInFile: file.nLines,
      ...(shown.lastLine < lines.lastLine ? { nextLine: shown.lastLine + 2 } : {}),
      ...(cut.isLineCut ? { isLineCut: true } : {}),
    };
    const place = code(`${path}:${data.startLine}-${data.endLine}`);
    const part = cut.isLineCut
      ? " This line is longer than maxTokens; only its beginning is shown."
      : "";
    const rest =
      data.nextLine === undefined ? "" : ` It is cut; go on with startLine ${data.nextLine}.`;
    return Promise.resolve({
      message: `${place} of ${file.nLines} lines, hash ${data.hash}.${stateWords[state]}${part}${rest}`,
      blocks: [fenced(cut.text, language)],
      data,
    });
  },
});

const stateWords: Readonly<Record<State, string>> = {
  current: "",
  moved: " These lines moved; this is where they are now.",
  changed:
    " These lines changed since they were found, and this is what stands there now; search again for what you looked for.",
};

function linesAsked({ startLine = 1, endLine }: Input, file: SourceFile): Lines {
  if (endLine !== undefined && endLine < startLine)
    throw new ToolFailure("invalidInput", "input.endLine must not be before input.startLine.");
  return { firstLine: startLine - 1, lastLine: (endLine ?? Math.max(file.nLines, startLine)) - 1 };
}

/** Lines that are beyond the end of the file are moved or changed when there is a hash, and no lines when there is none. */
function present(
  asked: Lines,
  hash: string | undefined,
  file: SourceFile,
  hashText: (text: string) => string,
): { readonly lines: Lines; readonly state: State } {
  const found = hash === undefined ? undefined : findLines(hashText, file, asked, hash);
  if (found !== undefined)
    return { lines: found, state: found.firstLine === asked.firstLine ? "current" : "moved" };
  if (asked.firstLine >= file.nLines)
    throw new ToolFailure(
      "notFound",
      `The file has ${file.nLines} lines now, so these lines are gone. Search again for what you looked for.`,
    );
  const lines = { ...asked, lastLine: Math.min(asked.lastLine, file.nLines - 1) };
  return { lines, state: hash === undefined ? "current" : "changed" };
}

/** `search_memory`: the places of the workspace that a question is about. */
import { count } from "../answer/markdown.ts";
import { withinText } from "../answer/mentionText.ts";
import { spelledIn } from "../recall/spelledMentions.ts";
import { defaultMaxTokens, maxTokensField } from "./fencedText.ts";
import { placeSchema, shownPlaces } from "./foundPlaces.ts";
import { pathFilter, type PathFilter } from "./pathFilter.ts";
import { searchSupport, type SearchSupport } from "./searchSupport.ts";
import { objectSchema, resultSchema, toolOf, type ToolAnswer } from "./tool.ts";
import {
  coverageOf,
  coverageSchema,
  folderField,
  rootsOf,
  withCoverage,
  type MemoryCoverage,
} from "./workspaceParts.ts";

interface Input {
  readonly question: string;
  readonly folder?: string;
  readonly paths?: readonly string[];
  readonly limit?: number;
  readonly maxTokens?: number;
}

const defaultLimit = 8;
/** As many places as an answer in the chat is judged by. */
const nJudged = 20;
/** Where nothing answers, a few places say what is there instead. */
const nNearest = 3;

export const searchMemory = toolOf<Input>({
  name: "search_memory",
  title: "Search memory",
  description:
    "Finds the places in this workspace that a question or a concept is about, by words and by meaning, and returns them ranked, each as path:startLine-endLine with the hash of its lines and its text as it is now. " +
    "Use it before grep or file listing for concepts, behaviour and “where” or “how” questions in your own words. " +
    "Do not use it for every occurrence of an exact name or text (use grep), for callers of a definition (use find_usages), for what changed lately (use what_changed), or for anything outside this workspace. " +
    "One good question is better than many words; the result says plainly when nothing in memory answers. At most 1,500 tokens unless maxTokens says otherwise.",
  input: objectSchema(
    {
      question: {
        type: "string",
        description:
          "What to find, as a question or a phrase in English; names of the code help, such as “where are retries limited in HttpClient”.",
        minLength: 1,
        maxLength: 2_000,
      },
      folder: folderField,
      paths: {
        type: "array",
        description:
          "Only files whose path in the workspace folder matches one of these globs, such as src/**/*.ts, or that lie in such a folder.",
        items: { type: "string", minLength: 1, maxLength: 1_000 },
        maxItems: 50,
      },
      limit: {
        type: "integer",
        description: "At most so many places.",
        minimum: 1,
        maximum: nJudged,
        default: defaultLimit,
      },
      maxTokens: maxTokensField,
    },
    ["question"],
  ),
  output: resultSchema(
    {
      places: { type: "array", items: placeSchema },
      verdict: { type: "string", enum: ["sure", "unsure", "unknown"] },
      probability: { type: "number" },
      coverage: coverageSchema,
    },
    ["places", "verdict", "coverage"],
  ),
  permission: "read",
  run: async (input, ports, { signal }) => {
    const { limit = defaultLimit, maxTokens = defaultMaxTokens } = input;
    const roots = rootsOf(ports, input.folder);
    const rootIds = roots.map(({ id }) => id);
    const filter = pathFilter(input.paths, roots, ports);
    if (filter.isEmpty) return nothingThere(filter, coverageOf(ports.memory.status(), roots));
    const question = spelledIn(ports.source, rootIds, input.question);
    const result = await ports.recall.search(
      {
        query: question,
        limit: nJudged,
        neighbours: false,
        rootIds,
        ...(filter.globs === undefined ? {} : { paths: filter.globs }),
      },
      signal,
    );
    const support = searchSupport(question, result, ports.calibration);
    const isUnknown = support.verdict === "unknown";
    const told = result.recalls.slice(0, isUnknown ? Math.min(nNearest, limit) : limit);
    const shown = shownPlaces(told, isUnknown ? 0 : maxTokens, ports);
    const coverage = coverageOf(ports.memory.status(), roots);
    const places = shown.map(({ place }) => place);
    const blocks = shown.map(({ block }, idx) => `${idx + 1}. ${block}`);
    return {
      message: withCoverage(
        coverage,
        headLine(support, places.length),
        filter.unmatched === undefined ? "" : `No file in memory matches ${filter.unmatched}.`,
        withinText(result.trace.mentions) ?? "",
      ),
      blocks,
      data: { places, ...support, coverage },
    };
  },
});

/** The files are not there, which says nothing of what was asked. */
function nothingThere({ unmatched }: PathFilter, coverage: MemoryCoverage): ToolAnswer {
  const said = `No file in memory matches ${unmatched ?? ""}, so nothing was searched. \`paths\` are relative to the workspace folder; leave them out to search everything.`;
  return {
    message: withCoverage(coverage, said),
    blocks: [],
    data: { places: [], verdict: "unknown", coverage },
  };
}

function headLine({ verdict, probability }: SearchSupport, nPlaces: number): string {
  const chance =
    probability === undefined ? "" : ` (probability ${Math.round(probability * 100)} %)`;
  if (verdict === "unknown")
    return nPlaces === 0
      ? "Nothing in memory is about this. Do not guess: ask in other words, use grep for an exact name, or say that it is not there."
      : `Nothing in memory answers this${chance}. Do not guess from the nearest places below: ask in other words, use grep for an exact name, or say that it is not there.`;
  const reserve = verdict === "sure" ? "" : `; it is not certain that one of them answers${chance}`;
  return `${count(nPlaces, "place")}, best first${reserve}.`;
}

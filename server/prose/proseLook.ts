/**
 * Reads for a language model that called a tool while it answers: the tools of agents that only read, and what they find as
 * numbered evidence, which the answer is then held against like all other.
 */
import { lookTools, maxPlanText, type Lookup, type LookTool } from "../../protocol/plan.ts";
import type { OfferedTool, ProseLook, ProseLookParams } from "../../protocol/prose.ts";
import type { ToolResult } from "../../protocol/tools.ts";
import { shortened } from "../answer/markdown.ts";
import { promptText } from "../answer/contextPrompt.ts";
import type { ToolService } from "../services.ts";
import { foundLines, type FoundPorts } from "./foundLines.ts";
import { newEvidence, type EvidencePorts } from "./newEvidence.ts";

/** What a look is made with. */
export interface LookPorts extends FoundPorts, EvidencePorts {
  readonly tools: ToolService;
}

/** Who calls, which tools that only read tell nobody. */
const caller = "prose";
/** Of a tool's result only the places are used; a look has room for a few. */
const maxPlaces = 8;

/** Returns the tools that a model is offered. */
export function offeredTools(tools: ToolService): OfferedTool[] {
  return tools.list().flatMap(({ name, description, input }) => {
    const known = lookTool(name);
    return known === undefined ? [] : [{ name: known, description, input }];
  });
}

/** Rejects with AbortError when cancelled. */
export async function proseLook(
  params: ProseLookParams,
  ports: LookPorts,
  signal: AbortSignal,
): Promise<ProseLook> {
  const tool = lookTool(params.name);
  if (tool === undefined) {
    const text = `There is no tool of this name. There are ${lookTools.join(", ")}.`;
    return refused(text, { about: "" }, ports);
  }
  const input = objectOf(params.input);
  if (input === undefined) {
    const text = "The input of the tool must be one JSON object. Call the tool again with it.";
    return refused(text, { tool, about: "" }, ports);
  }
  const about = aboutOf(input, ports);
  const call = { name: tool, input: withLimits(tool, input), caller, permission: "read" as const };
  const result = await ports.tools.call(call, onlyReading, signal);
  if (result.isError) return refused(result.text, { tool, about }, ports);
  return evidenceFrom(result, { tool, about }, params, ports);
}

/** No tool that is offered deletes anything. */
function onlyReading(): Promise<void> {
  return Promise.reject(new Error("a tool that only reads wanted to delete"));
}

function refused(
  text: string,
  lookup: Pick<Lookup, "tool" | "about">,
  { count }: Pick<LookPorts, "count">,
): ProseLook {
  return { text, nTokens: count(text), evidence: [], lookup: { ...lookup, nPlaces: 0, nNew: 0 } };
}

function evidenceFrom(
  { structured }: ToolResult,
  lookup: Pick<Lookup, "tool" | "about">,
  params: ProseLookParams,
  ports: LookPorts,
): ProseLook {
  const said = typeof structured["message"] === "string" ? structured["message"] : "";
  const found = foundLines(structured, params.rootIds, ports);
  const added = newEvidence(found, said, params, ports);
  return {
    ...added,
    lookup: { ...lookup, nPlaces: found.length, nNew: added.evidence.length },
  };
}

function lookTool(name: string): LookTool | undefined {
  return lookTools.find((each) => each === name);
}

/** What the model wrote as the tool's input; `undefined` when it is no JSON object. A model without a wish may write nothing. */
function objectOf(input: string): Readonly<Record<string, unknown>> | undefined {
  if (input.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(input);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** The places are read anew within the budget: more of them, or more of their text, would be work for nothing. */
function withLimits(tool: LookTool, input: Readonly<Record<string, unknown>>): unknown {
  const { maxTokens: _maxTokens, ...rest } = input;
  return tool === "read_memory" ? rest : { ...rest, limit: maxPlaces };
}

/** What was asked for, on one line. */
function aboutOf(
  { question, name, path }: Readonly<Record<string, unknown>>,
  { mask }: Pick<LookPorts, "mask">,
): string {
  const asked = [question, name, path].find((each) => typeof each === "string");
  const line = promptText(mask(String(asked ?? "")))
    .replace(/\s+/g, " ")
    .trim();
  return shortened(line, maxPlanText);
}

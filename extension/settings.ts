import { maxContextTokens } from "../protocol/context.ts";
import { defaultDeepMemory } from "../protocol/deepMemory.ts";
import { defaultMaxCommits } from "../protocol/history.ts";
import { defaultPromptTokens, minPromptTokens } from "../protocol/prose.ts";
import type { MemorySettings } from "../protocol/types.ts";
import { readEndpoint } from "./models/endpointAddress.ts";

/** Reads one setting by its full name; `undefined` when it is not set and has no default. */
export type ReadSetting = (name: string) => unknown;

/** When code is completed: `auto` unless another provider does it. */
const completionSettings = ["auto", "on", "off"] as const;
export type CompletionSetting = (typeof completionSettings)[number];

/** What the user set, checked: a value of the wrong type counts as not set. */
export interface LoreSettings {
  readonly enabled: boolean;
  readonly memory: MemorySettings;
  readonly completions: CompletionSetting;
  /** Whether uses and the last change are shown above definitions. */
  readonly codeLens: boolean;
}

/** What the user set of language models, checked. */
export interface ModelSettings {
  /** `undefined` when there is none, or none that can be used. */
  readonly endpoint: URL | undefined;
  /** Of a prompt. */
  readonly promptTokens: number;
}

/** The names of the settings that `loreSettings` reads; a change of one of them is to be followed. */
export const settingNames = [
  "lore.enabled",
  "lore.exclude",
  "lore.include",
  "lore.threads",
  "lore.maxFileSizeMB",
  "lore.completions",
  "lore.codeLens",
  "lore.deepMemory.enabled",
  "lore.deepMemory.maxDiskMB",
  "lore.history.maxCommits",
  "files.exclude",
] as const;

const bytesPerMB = 1_000_000;
const defaultMaxFileSizeMB = 1;
const maxThreads = 64;
/** A million times a million bytes is more than there is, and still a number that crosses the wire. */
const maxMaxDiskMB = 1_000_000;
const maxMaxCommits = 10_000_000;

/** Maps the editor's settings onto the memory's. `files.exclude` counts as far as it is unconditional. */
export function loreSettings(read: ReadSetting): LoreSettings {
  const enabled = read("lore.enabled") !== false;
  const maxFileSizeMB = positive(read("lore.maxFileSizeMB")) ?? defaultMaxFileSizeMB;
  const maxDiskMB = positive(read("lore.deepMemory.maxDiskMB"));
  return {
    enabled,
    completions: completionSettings.find((known) => known === read("lore.completions")) ?? "auto",
    codeLens: read("lore.codeLens") === true,
    memory: {
      exclude: unique([...switchedOn(read("files.exclude")), ...globs(read("lore.exclude"))]),
      include: unique(globs(read("lore.include"))),
      threads: Math.min(maxThreads, Math.floor(positive(read("lore.threads")) ?? 0)),
      maxFileBytes: Math.round(maxFileSizeMB * bytesPerMB),
      deepMemory: {
        enabled: read("lore.deepMemory.enabled") !== false,
        maxDiskBytes:
          maxDiskMB === undefined
            ? defaultDeepMemory.maxDiskBytes
            : Math.max(1, Math.round(Math.min(maxDiskMB, maxMaxDiskMB) * bytesPerMB)),
      },
      maxCommits: countOf(read("lore.history.maxCommits")) ?? defaultMaxCommits,
    },
  };
}

/** Reads the settings of language models, which the memory does not know of. */
export function modelSettings(read: ReadSetting): ModelSettings {
  const endpoint = read("lore.model.endpoint");
  const promptTokens = positive(read("lore.model.promptTokens"));
  return {
    endpoint: typeof endpoint === "string" ? readEndpoint(endpoint) : undefined,
    promptTokens: Math.min(
      maxContextTokens,
      Math.max(minPromptTokens, Math.floor(promptTokens ?? defaultPromptTokens)),
    ),
  };
}

/** `files.exclude` maps globs to true, false or a condition on sibling files; only `true` hides for certain. */
function switchedOn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .filter(([glob, on]) => on === true && glob !== "")
    .map(([glob]) => glob);
}

function globs(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  return value.filter((glob): glob is string => typeof glob === "string" && glob.trim() !== "");
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}

/** 0 is a count as well. */
function countOf(value: unknown): number | undefined {
  return value === 0
    ? 0
    : Math.min(maxMaxCommits, Math.ceil(positive(value) ?? Number.NaN)) || undefined;
}

function unique(globList: readonly string[]): string[] {
  return [...new Set(globList)];
}

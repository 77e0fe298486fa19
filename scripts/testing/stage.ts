/** A stage of `npm test` and how it can end. */
import type { SeclusionFound } from "./seclusion.ts";

/** What a stage counted. `output` is shown when something failed. */
export interface StageResult {
  readonly passed: number;
  readonly failed: number;
  readonly output: string;
  /** Names of cases that were not run, by the tests' own decision. */
  readonly skipped?: readonly string[];
  /** A few words for the stage's line. */
  readonly note?: string;
}

/** One line of the report. */
export interface Stage {
  readonly name: string;
  readonly what: string;
  /** Stages do not run where there is none. `seclusion` is an editor without a network. */
  readonly needs?: "browser" | "editor" | "seclusion";
  run(context: StageContext): Promise<StageResult>;
}

/** What stages share. */
export interface StageContext {
  /** Paths after the options: restrict the stages of test files to these. */
  readonly paths: readonly string[];
  /** Of property tests; `undefined`: each takes one of its own, and a failing one tells it. */
  readonly seed: number | undefined;
  /** Absolute path of the browser, once one was found. */
  readonly browser: string | undefined;
  /** The package for this machine, made at the first call. */
  vsix(): Promise<string>;
  /** Resolves when the editor is installed. */
  editor(): Promise<void>;
  /** The way to a place without a network. Rejects where there is none. */
  seclusion(): Promise<Extract<SeclusionFound, { kind: "found" }>>;
}

/** The result of a single check. */
export function check(ok: boolean, output: string): StageResult {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, output };
}

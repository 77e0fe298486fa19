/**
 * Reporter for Node's test runner: failures in full, then one line for the program that started it. The counts are
 * of test cases; a suite is not a case.
 */
import type { TestEvent } from "node:test/reporters";

/** Marks the line that holds the counts. */
export const countsMark = "lore-test-counts:";

/** What became of the test cases. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Names of the cases that asked to be skipped. */
  readonly skipped: readonly string[];
}

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  let passed = 0;
  let failed = 0;
  const skipped: string[] = [];
  for await (const event of events) {
    if (event.type === "test:stderr" || event.type === "test:stdout") yield event.data.message;
    if (event.type !== "test:pass" && event.type !== "test:fail") continue;
    const { name, file } = event.data;
    const isCase = event.data.details.type !== "suite";
    if (event.type === "test:fail") {
      // A suite fails because a case in it did, unless a hook of its own threw.
      const cause: Error & { failureType?: string } = event.data.details.error;
      if (!isCase && cause.failureType === "subtestsFailed") continue;
      failed += 1;
      yield `\nFAILED ${name}${file === undefined ? "" : ` (${file})`}\n${textOf(cause)}\n`;
    } else if (isCase) {
      if (event.data.skip !== undefined && event.data.skip !== false) skipped.push(name);
      else passed += 1;
    }
  }
  yield `\n${countsMark}${JSON.stringify({ passed, failed, skipped })}\n`;
}

function textOf(error: Error & { cause?: unknown }): string {
  const cause = error.cause instanceof Error ? error.cause : error;
  return cause.stack ?? cause.message;
}

/** Looks at a page with axe-core as it is in the browser. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import assert from "node:assert/strict";
import type { Page } from "playwright-core";

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly impact: string | null;
  readonly help: string;
  readonly nodes: readonly {
    readonly target: readonly unknown[];
    readonly failureSummary?: string;
  }[];
}

/** Fails with each place that breaks a rule of WCAG 2.2 A or AA, or of good practice, seriously or critically. */
export async function assertAccessible(page: Page, state: string): Promise<void> {
  // Not as a script element: the page's own policy lets none in.
  await page.evaluate(source);
  const violations = await page.evaluate(async () => {
    const { axe } = window as unknown as {
      readonly axe: { run(): Promise<{ readonly violations: Violation[] }> };
    };
    return (await axe.run()).violations;
  });
  const severe = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary = "" }) =>
          `${id} (${help}): ${target.join(" ")}\n${failureSummary}`,
      ),
    );
  assert.deepEqual(severe, [], state);
}

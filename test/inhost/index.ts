/**
 * Runs the tests beside this file with Mocha inside the extension host, or the one file that `LORE_INHOST_ONLY`
 * names. The result goes to the file that `LORE_INHOST_RESULT` names: what the host prints is not kept in order.
 */
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import Mocha from "mocha";

/** A failed test as the result file holds it. */
interface Failure {
  readonly name: string;
  readonly text: string;
}

/** Called by the editor. Resolves when every test has run; the result file says how they ended. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: "tdd", timeout: 60_000, reporter: "min" });
  for (const file of readdirSync(__dirname).toSorted()) {
    const only = process.env["LORE_INHOST_ONLY"];
    if (only !== undefined && file !== `${only}.test.cjs`) continue;
    if (file.endsWith(".test.cjs")) mocha.addFile(path.join(__dirname, file));
  }
  const failures: Failure[] = [];
  const skipped: string[] = [];
  let passed = 0;
  await new Promise<void>((resolve) => {
    const runner = mocha.run(() => resolve());
    runner.on("pass", () => (passed += 1));
    runner.on("pending", (test) => skipped.push(test.fullTitle()));
    runner.on("fail", (test, error: Error) =>
      failures.push({ name: test.fullTitle(), text: error.stack ?? error.message }),
    );
  });
  const resultFile = process.env["LORE_INHOST_RESULT"];
  if (resultFile === undefined) throw new Error("LORE_INHOST_RESULT is not set.");
  writeFileSync(resultFile, JSON.stringify({ passed, failures, skipped }));
}

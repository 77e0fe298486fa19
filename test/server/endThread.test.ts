/** Processes end while a thread is inside the native runtime, which aborts the process when it is broken off there. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("../fixtures/endingProcess.ts", import.meta.url));

interface Ending {
  readonly code: number | null;
  readonly signal: string | null;
}

function check(name: string, how: string, wanted: Ending): void {
  test(name, async () => {
    const child = spawn(process.execPath, [script, how], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    assert.deepEqual({ code, signal, errors }, { ...wanted, errors: "" });
  });
}

check("a server that is stopped does not wait for the run, and is killed", "stopped", {
  code: null,
  signal: "SIGKILL",
});
check("a command waits for the run", "by itself", { code: 7, signal: null });
check("a thread waits for the run of its own thread", "owner", { code: 7, signal: null });

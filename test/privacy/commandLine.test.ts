/** Every command of `lore` does its work where there is no network, and tries to reach none. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { commandNames, type CommandName } from "../../server/cli/commandTable.ts";
import { inCheckout } from "../../scripts/checkout.ts";
import { environmentOfUser, startTraced } from "./traced.ts";

const source = `/** Decides how often a failed request is sent again. */
export function retryPolicy(attempt: number): boolean {
  return attempt < 3;
}
`;

let dir = "";
let folder = "";

before(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "lore-privacy-"));
  folder = path.join(dir, "project");
  mkdirSync(folder);
  mkdirSync(home());
  writeFileSync(path.join(folder, "retry.ts"), source.replace("< 3", "< 1"));
  const git = (...args: string[]): Buffer =>
    execFileSync("git", ["-C", folder, "-c", "user.name=N", "-c", "user.email=n@x", ...args]);
  git("init", "-q");
  // A remote that cannot be reached: nothing may ask it.
  git("remote", "add", "origin", "https://192.0.2.1/x.git");
  git("add", ".");
  git("commit", "-qm", "Send failed requests once more");
  writeFileSync(path.join(folder, "retry.ts"), source);
  git("commit", "-qam", "Send failed requests three times");
});
after(() => rmSync(dir, { recursive: true, force: true }));

/** Where libraries keep what they want to find again. */
function home(): string {
  return path.join(dir, "home");
}

/** What an agent says to `lore mcp`. */
const agentSays = [
  {
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "agent", version: "1" },
    },
  },
  { method: "notifications/initialized" },
  {
    id: 2,
    method: "tools/call",
    params: { name: "search_memory", arguments: { question: "where is the retry policy?" } },
  },
]
  .map((message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`)
  .join("");

/**
 * Each command with its arguments behind the folder, what its output must show, its exit code where it is not 0, and what it
 * is told until it has shown that. In this order.
 */
const runs: readonly (readonly [CommandName, readonly string[], RegExp, number?, string?])[] = [
  ["index", [], /1 file/],
  ["ask", ["where is the retry policy?"], /retry\.ts:2/],
  ["search", ["retry policy", "--save-trace", "TRACE"], /retry\.ts/],
  ["context", ["where is the retry policy?"], /attempt < 3/],
  ["history", ["retryPolicy"], /three times/],
  ["changed", ["--since", "HEAD~1"], /retryPolicy/],
  ["remember", ["we retry three times because the proxy drops requests"], /retry three times/],
  ["notes", [], /proxy drops/],
  ["timeline", [], /three times/],
  ["turns", ["retries"], /no conversations/i, 3],
  ["memory", [], /./],
  ["status", [], /1 file/],
  ["stats", [], /./],
  ["complete", ["retry.ts:3"], /./],
  ["self-test", ["--tokens", "4k", "--per-point", "2"], /%/],
  ["export", ["NOTES"], /./],
  ["forget", ["--topic", "proxy"], /1 note/],
  ["import", ["NOTES"], /1 note/],
  ["retrace", ["TRACE"], /./],
  ["mcp", [], /retry\.ts/, 0, agentSays],
];

/** The commands that are of no folder, in the same way. */
const runsOfNoFolder: typeof runs = [
  ["completion", ["bash"], /complete -/],
  ["help", ["ask"], /lore ask/],
];

test("each command is here", () => {
  const here = [...runs, ...runsOfNoFolder].map(([name]) => name);
  assert.deepEqual(here.toSorted(), [...commandNames].toSorted());
});

for (const run of [...runs, ...runsOfNoFolder]) {
  const [name, args, shows, exitCode = 0, input = ""] = run;
  test(`lore ${name}`, async (t) => {
    const files = { NOTES: path.join(dir, "notes.jsonl"), TRACE: path.join(dir, "trace.json") };
    const named = args.map((arg) => files[arg as keyof typeof files] ?? arg);
    const ofFolder = [name, folder, ...named, "--store", path.join(dir, "store")];
    const words = runsOfNoFolder.includes(run) ? [name, ...args] : ofFolder;
    const command = [process.execPath, inCheckout("dist/lore.mjs"), ...words];
    const { child, ended } = startTraced(t, command, {
      env: { ...environmentOfUser(), HOME: home(), XDG_CACHE_HOME: "", NO_COLOR: "1" },
      stdio: [input === "" ? "ignore" : "pipe", "pipe", "pipe"],
    });
    let shown = "";
    child.stdin?.write(input);
    child.stdout?.on("data", (data: Buffer) => {
      shown += data.toString();
      if (shows.test(shown)) child.stdin?.end();
    });
    const { code, stdout, stderr, attempts } = await ended;
    assert.equal(code, exitCode, `${stdout}${stderr}`);
    assert.match(`${stdout}${stderr}`, shows);
    assert.deepEqual(attempts, []);
  });
}

test("no command left a file outside its memory", () => {
  assert.deepEqual(readdirSync(home()), []);
});

test("an attempt to reach the network is seen", async (t) => {
  for (const line of [
    'fetch("http://192.0.2.1/").catch(() => 0)',
    'require("node:dns").lookup("example.com", () => 0)',
    'require("node:dgram").createSocket("udp4").send("x", 9, "192.0.2.1", () => process.exit())',
    'require("node:net").createServer().on("error", () => 0).listen(0, "127.0.0.1", () => process.exit())',
    'require("node:child_process").spawnSync("git", ["ls-remote", "https://192.0.2.1/x.git"])',
  ]) {
    const { ended } = startTraced(t, [process.execPath, "-e", line], { stdio: "ignore" });
    const { attempts } = await ended;
    assert.ok(attempts.length > 0, line);
  }
});

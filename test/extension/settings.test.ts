import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loreSettings, modelSettings, settingNames } from "../../extension/settings.ts";

const maxCommits = 20_000;
const deepMemory = { enabled: true, maxDiskBytes: 2_048_000_000 };
const read = (values: Record<string, unknown>) => loreSettings((name) => values[name]);

test("what a repository configures sends nothing elsewhere and gives agents no right", () => {
  const manifest = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as { contributes: { configuration: { properties: Record<string, { scope: string }> } } };
  const { properties } = manifest.contributes.configuration;
  for (const name of ["lore.model.endpoint", "lore.agents.permission"])
    assert.equal(properties[name]?.scope, "machine", name);
});

test("nothing set gives the defaults that package.json declares", () => {
  const manifest = JSON.parse(
    readFileSync(new URL("../../package.json", import.meta.url), "utf8"),
  ) as {
    contributes: { configuration: { properties: Record<string, { default: unknown }> } };
  };
  const { properties } = manifest.contributes.configuration;
  const declared = Object.fromEntries(
    Object.entries(properties).map(([name, { default: value }]) => [name, value]),
  );
  assert.deepEqual(read({}), read(declared));
  assert.deepEqual(read({}), {
    enabled: true,
    completions: "auto",
    agentPermission: "remember",
    codeLens: false,
    memory: {
      exclude: [],
      include: [],
      threads: 0,
      maxFileBytes: 1_000_000,
      deepMemory,
      maxCommits,
    },
  });
  assert.deepEqual(
    modelSettings((name) => declared[name]),
    modelSettings(() => undefined),
  );
  assert.deepEqual(
    modelSettings(() => undefined),
    { endpoint: undefined, promptTokens: 6000 },
  );
  // Those of language models are read when one is asked; the memory does not follow them.
  const ofModels = ["lore.model.endpoint", "lore.model.promptTokens"];
  assert.deepEqual(
    [...settingNames, ...ofModels].filter((name) => name.startsWith("lore.")).toSorted(),
    Object.keys(properties).toSorted(),
  );
});

test("the settings of models that cannot be used count as not set", () => {
  const readModels = (endpoint: unknown, promptTokens: unknown) =>
    modelSettings((name) => (name.endsWith("endpoint") ? endpoint : promptTokens));
  assert.equal(readModels(" http://127.0.0.1:1/v1", 1).endpoint?.port, "1");
  for (const endpoint of [1, "", "ftp://host", "https://user:key@host/v1"])
    assert.equal(readModels(endpoint, 1).endpoint, undefined);
  for (const [tokens, expected] of [
    [1, 600],
    [-1, 6000],
    ["9", 6000],
    [8000.7, 8000],
    [1e12, 1_000_000],
  ])
    assert.equal(readModels("", tokens).promptTokens, expected);
});

test("globs of files.exclude that are on without condition are taken over, each once", () => {
  const { memory } = read({
    "files.exclude": {
      "**/.git": true,
      "**/*.js": { when: "$(basename).ts" },
      "**/off": false,
      "": true,
    },
    "lore.exclude": ["build/**", "**/.git"],
    "lore.include": ["vendor/**"],
  });
  assert.deepEqual(memory.exclude, ["**/.git", "build/**"]);
  assert.deepEqual(memory.include, ["vendor/**"]);
});

test("values of a wrong type or range count as not set", () => {
  const wrong = read({
    "lore.enabled": "no",
    "lore.exclude": "build",
    "lore.include": [1, null, " ", "ok"],
    "lore.threads": -3,
    "lore.maxFileSizeMB": Number.NaN,
    "files.exclude": ["x"],
    "lore.completions": "sometimes",
    "lore.deepMemory.enabled": 0,
    "lore.deepMemory.maxDiskMB": "all",
    "lore.agents.permission": "everything",
  });
  assert.deepEqual(wrong, {
    enabled: true,
    completions: "auto",
    agentPermission: "remember",
    codeLens: false,
    memory: {
      exclude: [],
      include: ["ok"],
      threads: 0,
      maxFileBytes: 1_000_000,
      deepMemory,
      maxCommits,
    },
  });
  assert.equal(read({ "lore.threads": 2.7 }).memory.threads, 2);
  assert.equal(read({ "lore.threads": 1e9 }).memory.threads, 64);
  assert.equal(read({ "lore.maxFileSizeMB": 0.5 }).memory.maxFileBytes, 500_000);
  assert.equal(read({ "lore.enabled": false }).enabled, false);
  assert.equal(read({ "lore.completions": "on" }).completions, "on");
  assert.equal(read({ "lore.agents.permission": "read" }).agentPermission, "read");
  const deep = (values: Record<string, unknown>) => read(values).memory.deepMemory;
  assert.equal(deep({ "lore.deepMemory.enabled": false })?.enabled, false);
  assert.equal(deep({ "lore.deepMemory.maxDiskMB": 0.5 })?.maxDiskBytes, 500_000);
  assert.equal(deep({ "lore.deepMemory.maxDiskMB": 1e300 })?.maxDiskBytes, 1e12);
  assert.equal(deep({ "lore.deepMemory.maxDiskMB": 1e-9 })?.maxDiskBytes, 1);
});

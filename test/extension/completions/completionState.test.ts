import assert from "node:assert/strict";
import { test } from "node:test";
import {
  completionState,
  explainCompletions,
} from "../../../extension/completions/completionState.ts";
import { explainError } from "../../../extension/memory/explain.ts";
import type { MemoryState } from "../../../extension/memory/memoryState.ts";
import type { CompletionSetting } from "../../../extension/settings.ts";
import { deepMemoryReasons, type DeepMemoryStatus } from "../../../protocol/deepMemory.ts";
import { deepStatus, emptyStatus } from "../../protocol/inMemoryServices.ts";
import { translate } from "../translate.ts";

const open = (deep: Partial<DeepMemoryStatus> = {}): MemoryState => ({
  kind: "open",
  status: { ...emptyStatus, deep: { ...deepStatus, ...deep } },
});

for (const [setting, rival, state, kind, says] of [
  ["auto", undefined, open(), "on", /completes code as you type/],
  ["auto", "GitHub Copilot", open(), "rival", /GitHub Copilot does it already.*Toggle/],
  ["on", "GitHub Copilot", open(), "on", /completes code/],
  ["off", undefined, open(), "offBySetting", /“lore.completions” is off/],
  ["off", "Tabnine", open({ state: "off" }), "offBySetting", /is off/],
  ["auto", undefined, open({ state: "filling" }), "on", /completes/],
  ["auto", undefined, open({ state: "paused", detail: { kind: "diskFull" } }), "on", /completes/],
  ["auto", undefined, open({ state: "starting" }), "notReady", /not ready/],
  ["on", undefined, open({ state: "off", detail: { kind: "disabled" } }), "notReady", /enabled/],
  [
    "auto",
    undefined,
    open({
      state: "unavailable",
      detail: { kind: "modelFault", cause: "damaged", file: "a\u202e" },
    }),
    "notReady",
    /damaged, a\\u\{202e\}/,
  ],
  ["auto", undefined, { kind: "open", status: emptyStatus }, "notReady", /not ready/],
  ["auto", undefined, { kind: "starting" }, "notReady", /not ready/],
  ["auto", undefined, { kind: "restricted" }, "notReady", /not ready/],
] as [CompletionSetting, string | undefined, MemoryState, string, RegExp][]) {
  test(`${setting}, ${rival ?? "alone"}, ${JSON.stringify(state).slice(0, 90)}: ${kind}`, () => {
    const found = completionState(setting, rival, state);
    assert.equal(found.kind, kind);
    assert.match(explainCompletions(found, translate), says);
  });
}

test("a request that the deep memory refuses is explained by its reason", () => {
  const said = ["", ...deepMemoryReasons, "later"].map((detail) =>
    explainError({ errorName: "deepMemoryUnavailable", detail }, translate),
  );
  assert.equal(said[0], said.at(-1), "what is not known is told in general");
  assert.equal(new Set(said).size, deepMemoryReasons.length + 1);
  for (const sentence of said) assert.match(sentence, /^[A-Z].*\.$/);
});

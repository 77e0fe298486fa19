import assert from "node:assert/strict";
import { test } from "node:test";
import { activeRival, rivals, type EditorFacts } from "../../../extension/completions/rivals.ts";

const plain: EditorFacts = {
  appName: "Visual Studio Code",
  activeExtensions: ["vscode.git", "lore.lore"],
  aiFeaturesOff: false,
  signedInAtGitHub: true,
};

for (const [change, name] of [
  [{}, undefined],
  [{ activeExtensions: ["GitHub.copilot"] }, "GitHub Copilot"],
  [{ activeExtensions: ["GitHub.copilot-chat"] }, "GitHub Copilot"],
  [{ activeExtensions: ["GitHub.copilot-chat"], signedInAtGitHub: false }, undefined],
  [{ activeExtensions: ["GitHub.copilot-chat"], aiFeaturesOff: true }, undefined],
  [
    { activeExtensions: ["GitHub.copilot", "Supermaven.supermaven"], aiFeaturesOff: true },
    "Supermaven",
  ],
  [{ activeExtensions: ["Codeium.codeium"] }, "Windsurf"],
  [{ activeExtensions: ["TabNine.tabnine-vscode"] }, "Tabnine"],
  [{ activeExtensions: ["Continue.continue"], signedInAtGitHub: false }, "Continue"],
  [{ activeExtensions: ["AmazonWebServices.amazon-q-vscode"] }, "Amazon Q"],
  [{ activeExtensions: ["Google.geminicodeassist"] }, "Gemini Code Assist"],
  [{ activeExtensions: ["notamazonwebservices.q", "github.copilot.more"] }, undefined],
  [{ appName: "Cursor" }, "Cursor"],
  [{ appName: "Windsurf - Next" }, "Windsurf"],
  [{ appName: "code-server" }, undefined],
] as [Partial<EditorFacts>, string | undefined][]) {
  test(`${JSON.stringify(change)}: ${name ?? "nobody else"} completes`, () => {
    assert.equal(activeRival({ ...plain, ...change }), name);
  });
}

test("ids are written as they are compared, each once", () => {
  const ids = rivals.map(({ id }) => id);
  assert.deepEqual(
    ids,
    ids.map((id) => id.toLowerCase()),
  );
  assert.equal(new Set(ids).size, ids.length);
});

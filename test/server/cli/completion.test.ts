import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { bashCompletion } from "../../../server/cli/completion/bash.ts";
import { completable, type Completable } from "../../../server/cli/completion/completable.ts";
import { fishCompletion } from "../../../server/cli/completion/fish.ts";
import { powershellCompletion } from "../../../server/cli/completion/powershell.ts";
import { zshCompletion } from "../../../server/cli/completion/zsh.ts";

/** Two commands whose words need care. */
const small: Completable = {
  commands: [
    {
      name: "ask",
      summary: "Answer: it's quick.",
      options: [
        { name: "kind", summary: "What it is.", value: ["a", "b"] },
        { name: "store", summary: "Where it is.", value: "folder" },
        { name: "limit", summary: "How many.", value: "text" },
        { name: "json", summary: "Print JSON.", value: "none" },
      ],
      words: undefined,
    },
    { name: "help", summary: "Show help.", options: [], words: ["ask", "help"] },
  ],
};

const onlyBash = { skip: process.platform === "win32" && "bash is not part of Windows" };

describe("the completion of shells", () => {
  /** What bash itself offers behind these words, of which the last one is being typed. */
  function offered(...words: string[]): string[] {
    const { status, stdout, stderr } = spawnSync(
      "bash",
      [
        "--norc",
        "-c",
        `${bashCompletion(completable())}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_lore; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        "lore",
        ...words,
      ],
      { encoding: "utf8" },
    );
    assert.deepEqual([status, stderr], [0, ""]);
    return stdout.split("\n").filter((word) => word !== "");
  }

  it("offers in bash commands, their options, and values that are few", onlyBash, () => {
    for (const [words, expected] of [
      [["se"], ["search", "self-test"]],
      [["--v"], ["--version"]],
      [["ask", "--as"], ["--as-of"]],
      [["index", "--as"], []],
      [["search", "folder", "--whole"], ["--whole-word"]],
      [["remember", "folder", "x", "--kind", "de"], ["decision"]],
      [["search", "f", "q", "--rank", "le"], ["learned"]],
      [
        ["completion", ""],
        ["bash", "zsh", "fish", "powershell"],
      ],
      [["help", "exp"], ["export"]],
      // Files and folders are bash's own.
      [["ask", ""], []],
      [["ask", "--store", "a"], []],
      [["search", "--limit", ""], []],
    ] as const)
      assert.deepEqual(offered(...words), expected, words.join(" "));
  });

  it("is registered in bash, so that files are offered where nothing else is", onlyBash, () => {
    const script = `${bashCompletion(completable())}\ncomplete -p lore`;
    const { stdout } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
    assert.match(stdout, /complete -o bashdefault -o default -F _lore lore/);
  });

  it("describes commands and options in zsh", () => {
    const script = zshCompletion(small);
    assert.match(script, /^#compdef lore\n/);
    for (const line of [
      "      'ask:Answer\\: it'\\''s quick.'",
      "        '--kind:What it is.'",
      "    --kind) compadd -- a b; return ;;",
      "    --store) _files -/; return ;;",
      "    --limit) _message value; return ;;",
      "      [[ $PREFIX == -* ]] && _describe option options || _files",
      "      [[ $PREFIX == -* ]] && _describe option options || compadd -- ask help",
    ])
      assert.ok(script.split("\n").includes(line), line);
    assert.doesNotMatch(script, /--json\)/);
  });

  it("describes commands and options in fish", () => {
    assert.equal(
      fishCompletion(small),
      `# Completion of lore for fish.
complete -c lore -f
complete -c lore -n __fish_use_subcommand -a ask -d 'Answer: it\\'s quick.'
complete -c lore -n '__fish_seen_subcommand_from ask' -F
complete -c lore -n '__fish_seen_subcommand_from ask' -l kind -x -a 'a b' -d 'What it is.'
complete -c lore -n '__fish_seen_subcommand_from ask' -l store -r -F -d 'Where it is.'
complete -c lore -n '__fish_seen_subcommand_from ask' -l limit -x -d 'How many.'
complete -c lore -n '__fish_seen_subcommand_from ask' -l json -d 'Print JSON.'
complete -c lore -n __fish_use_subcommand -a help -d 'Show help.'
complete -c lore -n '__fish_seen_subcommand_from help' -a 'ask help'
`,
    );
  });

  it("lists commands, options and values for PowerShell", () => {
    const script = powershellCompletion(small);
    for (const line of [
      "  $commands = @('ask', 'help')",
      "    '--kind' = @('a', 'b')",
      "    'ask' = @('--kind', '--store', '--limit', '--json')",
      "    'help' = @('ask', 'help')",
    ])
      assert.ok(script.split("\n").includes(line), line);
  });

  it("holds every command and every option that it takes", () => {
    const table = completable();
    for (const script of [bashCompletion, zshCompletion, fishCompletion, powershellCompletion]) {
      const text = script(table);
      for (const { name, options } of table.commands)
        for (const word of [name, ...options.map((option) => option.name)])
          assert.ok(text.includes(word), `${script.name} ${word}`);
    }
  });
});

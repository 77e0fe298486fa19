import { allOptions, type Completable, type CompletableOption } from "./completable.ts";

/** Returns the script for zsh, to be read as a file of `$fpath` or by `source`. */
export function zshCompletion(table: Completable): string {
  const values = allOptions(table).flatMap(({ name, value }) => {
    const act = valueAct(value);
    return act === undefined ? [] : `    --${name}) ${act}; return ;;`;
  });
  const commands = table.commands.map(({ name, options, words }) => {
    const described = options.map((option) => `      ${entry(`--${option.name}`, option.summary)}`);
    const act = words === undefined ? "_files" : `compadd -- ${words.join(" ")}`;
    return `    ${name})\n      options=(\n  ${described.join("\n  ")}\n      )\n      [[ $PREFIX == -* ]] && _describe option options || ${act}\n      ;;`;
  });
  return `#compdef lore
# Completion of lore for zsh.
_lore() {
  local -a commands options
  if (( CURRENT == 2 )); then
    commands=(
${table.commands.map(({ name, summary }) => `      ${entry(name, summary)}`).join("\n")}
    )
    _describe command commands
    return
  fi
  case $words[CURRENT-1] in
${values.join("\n")}
  esac
  case $words[2] in
${commands.join("\n")}
  esac
}
if [[ $funcstack[1] == _lore ]]; then _lore "$@"; else compdef _lore lore; fi
`;
}

function valueAct(value: CompletableOption["value"]): string | undefined {
  switch (value) {
    case "none":
      return undefined;
    case "file":
      return "_files";
    case "folder":
      return "_files -/";
    case "text":
      return "_message value";
    default:
      return `compadd -- ${value.join(" ")}`;
  }
}

/** A word and what it means, with the colon between them. */
function entry(word: string, summary: string): string {
  return `'${word}:${summary.replaceAll("'", "'\\''").replaceAll(":", "\\:")}'`;
}

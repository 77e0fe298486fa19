import { allOptions, type Completable } from "./completable.ts";

/** Returns the script for bash 3.2 and later, which needs no other package. Where it offers nothing, bash offers files. */
export function bashCompletion(table: Completable): string {
  const options = allOptions(table);
  const chosen = options.flatMap(({ name, value }) =>
    typeof value === "string" ? [] : `    --${name}) words="${value.join(" ")}" ;;`,
  );
  const free = options.flatMap(({ name, value }) =>
    ["file", "folder", "text"].includes(value as string) ? `--${name}` : [],
  );
  const commands = table.commands.map(({ name, options: own, words = [] }) => {
    const all = own.map((option) => `--${option.name}`).join(" ");
    return `        ${name}) options="${all}" words="${words.join(" ")}" ;;`;
  });
  return `# Completion of lore for bash.
_lore() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  local options="" words=""
  COMPREPLY=()
  case "$previous" in
${chosen.join("\n")}
    ${free.join(" | ")}) return ;;
    *)
      if [ "$COMP_CWORD" -eq 1 ]; then
        words="${table.commands.map(({ name }) => name).join(" ")}" options="--help --version"
      else
        case "\${COMP_WORDS[1]}" in
${commands.join("\n")}
        esac
      fi
      ;;
  esac
  case "$current" in
    -*) words="$options" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o bashdefault -o default -F _lore lore
`;
}

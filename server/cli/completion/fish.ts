import type { Completable, CompletableOption } from "./completable.ts";

/** Returns the script for fish 3 and later. */
export function fishCompletion({ commands }: Completable): string {
  const lines = commands.flatMap(({ name, summary, options, words }) => {
    const seen = `-n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c lore -n __fish_use_subcommand -a ${name} -d ${quoted(summary)}`,
      words === undefined
        ? `complete -c lore ${seen} -F`
        : `complete -c lore ${seen} -a ${quoted(words.join(" "))}`,
      ...options.map(
        (option) =>
          `complete -c lore ${seen} -l ${option.name}${valueForm(option.value)} -d ${quoted(option.summary)}`,
      ),
    ];
  });
  return ["# Completion of lore for fish.", "complete -c lore -f", ...lines, ""].join("\n");
}

function valueForm(value: CompletableOption["value"]): string {
  switch (value) {
    case "none":
      return "";
    case "file":
    case "folder":
      return " -r -F";
    case "text":
      return " -x";
    default:
      return ` -x -a ${quoted(value.join(" "))}`;
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}

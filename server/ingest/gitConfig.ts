/** The few settings of git that decide which files are ignored, read from its files without running git. */

/** Settings of the section `core`; a field is absent when the file does not set it. */
export interface CoreSettings {
  readonly ignoreCase?: boolean;
  /** As written: may start with `~/` and may be relative. */
  readonly excludesFile?: string;
}

/**
 * Reads the `core` section of a git configuration file. Lines that are not understood are passed over;
 * `include` directives are not followed.
 */
export function readCoreSettings(text: string): CoreSettings {
  let inCore = false;
  const settings: { ignoreCase?: boolean; excludesFile?: string } = {};
  for (const line of text.replace(/\\\r?\n/g, "").split(/\r?\n/)) {
    const section = /^\s*\[\s*([^\]\s"]*)\s*("[^]*")?\s*\]/.exec(line);
    const rest = section === null ? line : line.slice(section[0].length);
    if (section !== null) inCore = section[1]?.toLowerCase() === "core" && section[2] === undefined;
    const entry = inCore ? /^\s*([A-Za-z][A-Za-z0-9-]*)\s*(?:=(.*))?$/.exec(rest) : null;
    if (entry === null) continue;
    const name = entry[1]?.toLowerCase();
    if (name === "ignorecase") settings.ignoreCase = isTrue(entry[2]);
    else if (name === "excludesfile") settings.excludesFile = readValue(entry[2] ?? "");
  }
  return settings;
}

/** A name without `=` means true. */
function isTrue(value: string | undefined): boolean {
  return value === undefined || /^(true|yes|on|[1-9]\d*)$/i.test(readValue(value));
}

/** Takes quotes, escapes and the comment at the end off a value. */
function readValue(raw: string): string {
  let value = "";
  let kept = 0;
  let isQuoted = false;
  for (let i = 0; i < raw.length; i++) {
    const char = raw[i] as string;
    if (char === '"') isQuoted = !isQuoted;
    else if (char === "\\") value += escapes[raw[++i] ?? ""] ?? raw[i] ?? "";
    else if (!isQuoted && (char === "#" || char === ";")) break;
    else if (value !== "" || isQuoted || !/\s/.test(char)) value += char;
    if (isQuoted || !/\s/.test(char)) kept = value.length;
  }
  return value.slice(0, kept);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b" };

/** Ignore rules that a repository and its user bring along, outside of the folders' own ignore files. */
import { resolve } from "node:path";
import type { FileSystem } from "../ports.ts";
import { readCoreSettings, type CoreSettings } from "./gitConfig.ts";
import type { GitRepository } from "./gitHead.ts";
import { readIgnoreFile, type IgnoreLevel } from "./ignoreLevels.ts";
import { toByteString } from "./byteStrings.ts";

/** Where git looks for the user's own settings. */
export interface GitUserFolders {
  /** Absolute; `~` in settings. */
  readonly home: string;
  /** Absolute: `$XDG_CONFIG_HOME` or `~/.config`. */
  readonly config: string;
}

/** The user's folders as the environment names them. Empty names lead to no file. */
export function gitUserFolders(environment: NodeJS.ProcessEnv): GitUserFolders {
  const home = environment["HOME"] ?? environment["USERPROFILE"] ?? "";
  return { home, config: environment["XDG_CONFIG_HOME"] || `${home}/.config` };
}

/** What applies to every folder of a repository. */
export interface RepositoryRules {
  readonly ignoreCase: boolean;
  /** Outermost levels: `info/exclude`, then the user's own excludes file. */
  readonly outermost: IgnoreLevel | undefined;
  /** Absolute paths of the files that these rules come from, whether they exist or not. */
  readonly sources: readonly string[];
}

const maxConfigBytes = 1024 * 1024;

/**
 * Rules of the repository whose top lies at `top`, relative to the root and `""` for the root itself.
 * Without a repository only the user's own rules apply.
 */
export function repositoryRules(
  files: FileSystem,
  user: GitUserFolders,
  repository: GitRepository | undefined,
  top: string,
): RepositoryRules {
  const configs = [`${user.config}/git/config`, `${user.home}/.gitconfig`];
  if (repository !== undefined) configs.push(`${repository.commonFolder}/config`);
  let core: CoreSettings = {};
  for (const config of configs) core = { ...core, ...coreSettingsOf(files, config) };
  const ignoreCase = core.ignoreCase ?? false;
  const cut = top === "" ? 0 : toByteString(top).length + 1;

  const excludesFile = userExcludesFile(core.excludesFile, user, repository);
  const sources = [...configs, excludesFile];
  let outermost: IgnoreLevel | undefined;
  const addLevel = (file: string) => {
    const rules = readIgnoreFile(files, file, ignoreCase, true);
    if (rules !== undefined) outermost = { rules, file, cut, above: "", outer: outermost };
  };
  addLevel(excludesFile);
  if (repository !== undefined) {
    const infoExclude = `${repository.commonFolder}/info/exclude`;
    sources.push(infoExclude);
    addLevel(infoExclude);
  }
  return { ignoreCase, outermost, sources };
}

function userExcludesFile(
  setting: string | undefined,
  user: GitUserFolders,
  repository: GitRepository | undefined,
): string {
  if (!setting) return `${user.config}/git/ignore`;
  if (setting.startsWith("~/")) return `${user.home}/${setting.slice(2)}`;
  return resolve(repository?.workTree ?? user.home, setting);
}

function coreSettingsOf(files: FileSystem, config: string): CoreSettings {
  const read = files.readFile(config, maxConfigBytes);
  if (read.kind !== "read") return {};
  const { buffer, byteOffset, byteLength } = read.bytes;
  return readCoreSettings(Buffer.from(buffer, byteOffset, byteLength).toString("utf8"));
}

/** Holds docs/settings.md against the manifest, of which it is made. `--update` writes it. */
import { readFileSync } from "node:fs";
import { inCheckout } from "./checkout.ts";
import { holdDocument } from "./generatedDocument.ts";

interface Setting {
  readonly type: string;
  readonly default: unknown;
  readonly scope: string;
  readonly order: number;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly markdownDescription: string;
}

interface Manifest {
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
  };
}

const scopes: Readonly<Record<string, string>> = {
  window: "of a user or a workspace",
  resource: "of a user, a workspace or a folder",
  machine: "of a machine",
  "machine-overridable": "of a machine or a workspace",
  application: "of all windows",
};

await holdDocument(
  "docs/settings.md",
  settingsDocument(),
  "package.json says",
  "scripts/checkSettingsDoc.mjs",
);

function settingsDocument(): string {
  const manifest = json<Manifest>("package.json");
  const texts = json<Readonly<Record<string, string>>>("package.nls.json");
  const text = (key: string): string => texts[key.slice(1, -1)] ?? key;
  const restricted = manifest.capabilities.untrustedWorkspaces.restrictedConfigurations;
  const settings = Object.entries(manifest.contributes.configuration.properties).toSorted(
    ([, a], [, b]) => a.order - b.order,
  );
  return [
    "# Settings",
    "<!-- Made of package.json by scripts/checkSettingsDoc.ts. -->",
    "Lore works without any of these. They are in the editor's settings under _Extensions, Lore_.",
    "A folder that you do not trust cannot change those that are marked so.",
    ...settings.map(([name, setting]) => section(name, setting, restricted.includes(name), text)),
  ].join("\n\n");
}

function section(
  name: string,
  setting: Setting,
  isRestricted: boolean,
  text: (key: string) => string,
): string {
  const choices = (setting.enum ?? []).map(
    (value, idx) => `- \`${value}\`: ${text(setting.enumDescriptions?.[idx] ?? "")}`,
  );
  return [
    `## \`${name}\``,
    text(setting.markdownDescription),
    ...(choices.length === 0 ? [] : [choices.join("\n")]),
    [
      `Default: \`${JSON.stringify(setting.default)}\``,
      ...limits(setting),
      scopes[setting.scope] ?? setting.scope,
      ...(isRestricted ? ["not from a folder that is not trusted"] : []),
    ].join("; ") + ".",
  ].join("\n\n");
}

function limits({ minimum, exclusiveMinimum, maximum }: Setting): readonly string[] {
  return [
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(exclusiveMinimum === undefined ? [] : [`more than ${exclusiveMinimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
  ];
}

function json<T>(file: string): T {
  return JSON.parse(readFileSync(inCheckout(file), "utf8")) as T;
}

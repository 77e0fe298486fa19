/** Formats that describe data and documents: JSON, YAML, TOML, INI, CSS, HTML. */
import type { LanguageSpec } from "../languageSpec.ts";

/** Nothing in these formats calls anything, and keys are kept two levels deep. */
const common = {
  imports: [],
  signatureEnd: "line",
  commonNames: new Set<string>(),
  maxKeyDepth: 2,
} as const;

const unquoted = (name: string): string => name.replace(/^(["'])(.*)\1$/s, "$2");

/** JSON, with comments or without. */
export const json: LanguageSpec = {
  grammar: "json",
  query: `
(document (object (pair key: (string) @name) @key))
(document (object (pair value: (object (pair key: (string) @name) @key))))
(comment) @lead
`,
  ...common,
  cleanName: unquoted,
};

const yamlMapping = "(block_mapping_pair key: (_) @name) @key";

/** YAML, all documents of a stream. */
export const yaml: LanguageSpec = {
  grammar: "yaml",
  query: `
(document (block_node (block_mapping ${yamlMapping})))
(document (block_node (block_mapping (block_mapping_pair value: (block_node (block_mapping ${yamlMapping}))))))
(comment) @lead
`,
  ...common,
  cleanName: unquoted,
};

/** TOML. A table is a key, its pairs are keys within it. */
export const toml: LanguageSpec = {
  grammar: "toml",
  query: `
(table . (_) @name) @key
(table_array_element . (_) @name) @key
(document (pair . (_) @name) @key)
(table (pair . (_) @name) @key)
(table_array_element (pair . (_) @name) @key)
(comment) @lead
`,
  ...common,
  cleanName: unquoted,
};

/** INI and Java properties. */
export const ini: LanguageSpec = {
  grammar: "ini",
  query: `
(section (section_name (text) @name)) @section
(setting (setting_name) @name) @key
(comment) @lead
`,
  ...common,
  cleanName: (name) => name.trim(),
};

/** CSS. A rule is a section named by its selectors. */
export const css: LanguageSpec = {
  grammar: "css",
  query: `
(rule_set (selectors) @name) @section
(keyframes_statement (keyframes_name) @name) @section
(comment) @lead
`,
  ...common,
  imports: ["import_statement", "charset_statement"],
};

/** HTML. What carries an id is a section. */
export const html: LanguageSpec = {
  grammar: "html",
  query: `
((element (start_tag (attribute (attribute_name) @attribute [
  (quoted_attribute_value (attribute_value) @name) (attribute_value) @name]))) @section
  (#eq? @attribute "id"))
(comment) @lead
`,
  ...common,
  imports: ["doctype"],
};

/** Lua, shell and PowerShell. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

/** Lua source. */
export const lua: LanguageSpec = {
  grammar: "lua",
  query: `
(function_declaration name: (identifier) @name) @function
(function_declaration name: (dot_index_expression field: (identifier) @name)) @function
(function_declaration name: (method_index_expression method: (identifier) @name)) @method
(variable_declaration (assignment_statement (variable_list . name: (identifier) @name) (expression_list . value: (function_definition)))) @function
(assignment_statement (variable_list . name: (_) @name) (expression_list . value: (function_definition))) @function
(chunk (variable_declaration (assignment_statement (variable_list name: (identifier) @name))) @variable)
(chunk (assignment_statement (variable_list name: (identifier) @name)) @variable)

(comment) @lead

(function_call name: (identifier) @use)
(function_call name: (dot_index_expression field: (identifier) @use))
(function_call name: (method_index_expression method: (identifier) @use))
((function_call name: (identifier) @call arguments: (arguments . (string content: (string_content) @path)))
  (#eq? @call "require"))
`,
  imports: [],
  signatureEnd: "line",
  constantName: /^[A-Z][A-Z0-9_]+$/,
  cleanName: (name) => name.replace(/^.*[.:]/s, ""),
  commonNames: words(
    `require print pairs ipairs type tostring tonumber assert error pcall setmetatable format`,
  ),
};

/** Shell scripts. */
export const shell: LanguageSpec = {
  grammar: "bash",
  query: `
(function_definition name: (word) @name) @function
(program (variable_assignment name: (variable_name) @name) @variable)
(program (declaration_command (variable_assignment name: (variable_name) @name)) @variable)

(comment) @lead

(command name: (command_name (word) @use))
((command name: (command_name) @call argument: (word) @path) (#any-of? @call "source" "."))
`,
  imports: [],
  signatureEnd: "line",
  exactUses: true,
  constantName: /^[A-Z][A-Z0-9_]*$/,
  commonNames: words(`
    echo cd exit return set unset shift test true false printf read local export eval exec trap cat rm cp mv
    mkdir grep sed awk source if then else fi for done`),
};

/** PowerShell scripts and modules. */
export const powershell: LanguageSpec = {
  grammar: "powershell",
  query: `
(function_statement (function_name) @name) @function
(class_statement . (simple_name) @name) @class
(enum_statement . (simple_name) @name) @enum
(class_method_definition (simple_name) @name) @method
(class_property_definition (variable) @name) @field

(comment) @lead

(command command_name: (command_name) @use)
(invokation_expression (member_name (simple_name) @use))
(type_identifier) @use
`,
  imports: [],
  signatureEnd: "brace",
  exactUses: true,
  commonNames: words(`string int bool object hashtable switch Write-Host Write-Output void array`),
};

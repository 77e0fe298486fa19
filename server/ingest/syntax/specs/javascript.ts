/** JavaScript and TypeScript. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const functionValue = `[(arrow_function) (function_expression) (generator_function)]`;

/** What both languages share; TypeScript names its classes by a type identifier. */
const shared = `
(function_declaration name: (identifier) @name) @function
(generator_function_declaration name: (identifier) @name) @function
(method_definition name: (_) @name) @method
(lexical_declaration (variable_declarator name: (identifier) @name value: ${functionValue})) @function
(lexical_declaration (variable_declarator name: (identifier) @name value: (class))) @class
(variable_declaration (variable_declarator name: (identifier) @name value: ${functionValue})) @function
(program (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name)) @constant)
(program (lexical_declaration kind: "let" (variable_declarator name: (identifier) @name)) @variable)
(program (variable_declaration (variable_declarator name: (identifier) @name)) @variable)
(export_statement declaration: (lexical_declaration kind: "const" (variable_declarator name: (identifier) @name)) @constant)
(export_statement declaration: (lexical_declaration kind: "let" (variable_declarator name: (identifier) @name)) @variable)
(pair key: (property_identifier) @name value: ${functionValue}) @method
(expression_statement (assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(arrow_function) (function_expression) (generator_function) (class)])) @function
((call_expression
  function: [(identifier) @call (member_expression object: (identifier) @call)]
  arguments: (arguments . [(string) (template_string)] @name . [(arrow_function) (function_expression)])) @test
  (#any-of? @call "it" "test" "describe" "suite" "context" "bench"))

(comment) @lead
(decorator) @lead

(call_expression function: (identifier) @use)
(call_expression function: (member_expression property: (property_identifier) @use))
(new_expression constructor: (identifier) @use)
(new_expression constructor: (member_expression property: (property_identifier) @use))
(import_specifier name: (identifier) @use)
(import_clause (identifier) @use)
(namespace_import (identifier) @use)
(export_specifier name: (identifier) @use)
(decorator (identifier) @use)
(import_statement source: (string) @path)
(export_statement source: (string) @path)
`;

const jsx = `
(jsx_opening_element name: (identifier) @use)
(jsx_self_closing_element name: (identifier) @use)
`;

const typed = `
(class_declaration name: (type_identifier) @name) @class
(abstract_class_declaration name: (type_identifier) @name) @class
(interface_declaration name: (type_identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(type_alias_declaration name: (type_identifier) @name) @type
(module name: (_) @name) @module
(internal_module name: (_) @name) @module
(function_signature name: (identifier) @name) @function
(method_signature name: (_) @name) @method
(abstract_method_signature name: (_) @name) @method
(public_field_definition name: (_) @name value: ${functionValue}) @method
(public_field_definition name: (_) @name) @field
(interface_body (property_signature name: (_) @name) @field)
(ambient_declaration (lexical_declaration (variable_declarator name: (identifier) @name)) @constant)
(ambient_declaration (variable_declaration (variable_declarator name: (identifier) @name)) @variable)

(type_identifier) @use
(extends_clause value: (identifier) @use)
`;

const untyped = `
(class_declaration name: (identifier) @name) @class
(field_definition property: (_) @name value: ${functionValue}) @method
(field_definition property: (_) @name) @field
(class_heritage (identifier) @use)
`;

const commonNames = words(`
  require Array Boolean Date Error Function Map Number Object Promise Record RegExp Set String Symbol
  Partial Readonly ReadonlyArray ReadonlyMap ReadonlySet Required Pick Omit Exclude Extract NonNullable
  ReturnType Parameters Awaited Iterable Iterator AsyncIterable unknown any never void string number boolean
  parseInt parseFloat super`);

const common = {
  imports: ["import_statement"],
  signatureEnd: "brace",
  commonNames,
  cleanName: withoutQuotes,
} as const;

/** TypeScript without JSX. */
export const typescript: LanguageSpec = { grammar: "typescript", query: shared + typed, ...common };

/** TypeScript with JSX. */
export const typescriptReact: LanguageSpec = {
  grammar: "tsx",
  query: shared + typed + jsx,
  ...common,
};

/** JavaScript, with JSX or without. */
export const javascript: LanguageSpec = {
  grammar: "javascript",
  query: shared + untyped + jsx,
  ...common,
};

/** Test titles and quoted property names lose their quotes. */
function withoutQuotes(name: string): string {
  return name.replace(/^(['"`])(.*)\1$/s, "$2");
}

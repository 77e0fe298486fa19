/** Go. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const query = `
(function_declaration name: (identifier) @name) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @owner
    (pointer_type (type_identifier) @owner)
    (generic_type type: (type_identifier) @owner)
    (pointer_type (generic_type type: (type_identifier) @owner))]))
  name: (field_identifier) @name) @method
(type_declaration (type_spec name: (type_identifier) @name type: (struct_type))) @struct
(type_declaration (type_spec name: (type_identifier) @name type: (interface_type))) @interface
(type_declaration (type_spec name: (type_identifier) @name)) @type
(type_declaration (type_alias name: (type_identifier) @name)) @type
(field_declaration name: (field_identifier) @name) @field
(method_elem name: (field_identifier) @name) @method
(source_file (const_declaration (const_spec name: (identifier) @name) @constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @variable))
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @variable)))

(comment) @lead

(call_expression function: (identifier) @use)
(call_expression function: (selector_expression field: (field_identifier) @use))
(type_identifier) @use
(import_spec path: (interpreted_string_literal) @path)
`;

/** Go source. */
export const go: LanguageSpec = {
  grammar: "go",
  query,
  imports: ["package_clause", "import_declaration"],
  signatureEnd: "brace",
  testName: /^(Test|Benchmark|Fuzz|Example)([A-Z_]|$)/,
  commonNames: words(`
    any append bool byte cap clear close comparable complex64 complex128 copy delete error float32 float64
    int int8 int16 int32 int64 len make max min new panic print println recover rune string uint uint8 uint16
    uint32 uint64 uintptr`),
};

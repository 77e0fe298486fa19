/** Swift and Dart. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

/** Swift source. */
export const swift: LanguageSpec = {
  grammar: "swift",
  query: `
(class_declaration declaration_kind: "struct" name: (_) @name) @struct
(class_declaration declaration_kind: "enum" name: (_) @name) @enum
(class_declaration declaration_kind: "extension" name: (_) @name) @impl
(class_declaration name: (_) @name) @class
(protocol_declaration name: (type_identifier) @name) @interface
(function_declaration name: (simple_identifier) @name) @function
(protocol_function_declaration name: (simple_identifier) @name) @method
(init_declaration "init" @name) @method
(typealias_declaration . (modifiers)? . name: (type_identifier) @name) @type
(class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @field)
(enum_class_body (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @field)
(source_file (property_declaration name: (pattern bound_identifier: (simple_identifier) @name)) @variable)
(enum_entry name: (simple_identifier) @name) @constant

(comment) @lead
(multiline_comment) @lead

(call_expression . (simple_identifier) @use)
(call_expression . (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @use)))
(user_type (type_identifier) @use)
(import_declaration (identifier (simple_identifier) @use .))
`,
  imports: ["import_declaration"],
  signatureEnd: "brace",
  testName: /^test[A-Z_]/,
  commonNames: words(`
    String Int Bool Double Float Character Array Dictionary Set Optional Any AnyObject Void Error Self UInt8 Int32
    Int64 UInt print init`),
};

/** Dart source. A function's body is a sibling of its signature, so it is added as its tail. */
export const dart: LanguageSpec = {
  grammar: "dart",
  query: `
(class_definition name: (identifier) @name) @class
(mixin_declaration (identifier) @name) @class
(extension_declaration name: (identifier) @name) @impl
(enum_declaration name: (identifier) @name) @enum
(enum_constant name: (identifier) @name) @constant
(type_alias . (type_identifier) @name) @type
(program (function_signature name: (identifier) @name) @function . (function_body) @tail)
(class_body (method_signature (function_signature name: (identifier) @name)) @method . (function_body) @tail)
(extension_body (method_signature (function_signature name: (identifier) @name)) @method . (function_body) @tail)
(class_body (method_signature (getter_signature name: (identifier) @name)) @method . (function_body) @tail)
(class_body (method_signature (setter_signature name: (identifier) @name)) @method . (function_body) @tail)
(class_body (method_signature (constructor_signature name: (identifier) @name)) @method . (function_body) @tail)
(class_body (method_signature (factory_constructor_signature . (identifier) @name)) @method . (function_body) @tail)
(class_body (declaration (function_signature name: (identifier) @name)) @method)
(class_body (declaration (constructor_signature . name: (identifier) @name)) @method)
(class_body (declaration (initialized_identifier_list (initialized_identifier (identifier) @name))) @field)
(class_body (declaration (static_final_declaration_list (static_final_declaration (identifier) @name))) @field)
(program (static_final_declaration_list (static_final_declaration (identifier) @name)) @constant)

(comment) @lead
(documentation_comment) @lead
(annotation) @lead

((identifier) @use . (selector (argument_part)))
(selector (unconditional_assignable_selector (identifier) @use))
(new_expression (type_identifier) @use)
(type_identifier) @use
(annotation name: (identifier) @use)
(uri (string_literal) @path)
`,
  imports: ["import_or_export", "library_name", "part_directive", "part_of_directive"],
  signatureEnd: "brace",
  commonNames: words(`
    String int double bool num List Map Set void dynamic Object Future Stream Iterable Null override const print`),
};

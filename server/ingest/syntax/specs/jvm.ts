/** Java, Kotlin and Scala. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const testMarker = /@(?:\w*Test|Benchmark)\b/;

/** Java source. */
export const java: LanguageSpec = {
  grammar: "java",
  query: `
(class_declaration name: (identifier) @name) @class
(record_declaration name: (identifier) @name) @class
(interface_declaration name: (identifier) @name) @interface
(annotation_type_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(enum_constant name: (identifier) @name) @constant
(method_declaration name: (identifier) @name) @method
(constructor_declaration name: (identifier) @name) @method
(annotation_type_element_declaration name: (identifier) @name) @method
(field_declaration declarator: (variable_declarator name: (identifier) @name)) @field
(constant_declaration declarator: (variable_declarator name: (identifier) @name)) @constant

(line_comment) @lead
(block_comment) @lead

(method_invocation name: (identifier) @use)
(method_reference . (_) (identifier) @use)
(type_identifier) @use
(annotation name: (identifier) @use)
(marker_annotation name: (identifier) @use)
(import_declaration (scoped_identifier name: (identifier) @use))
`,
  imports: ["package_declaration", "import_declaration"],
  signatureEnd: "brace",
  testMarker,
  commonNames: words(`
    String Object Integer Long Boolean Double Float Byte Short Character Void Override List Map Set
    Exception Deprecated SuppressWarnings var`),
};

/** Kotlin source and scripts. */
export const kotlin: LanguageSpec = {
  grammar: "kotlin",
  needsFinalNewline: true,
  query: `
(class_declaration "interface" name: (identifier) @name) @interface
(class_declaration (modifiers (class_modifier "enum")) name: (identifier) @name) @enum
(class_declaration name: (identifier) @name) @class
(object_declaration name: (identifier) @name) @class
(enum_entry (identifier) @name) @constant
(function_declaration name: (identifier) @name) @function
(type_alias type: (identifier) @name) @type
(class_body (property_declaration (variable_declaration (identifier) @name)) @field)
(source_file (property_declaration (variable_declaration (identifier) @name)) @variable)

(line_comment) @lead
(block_comment) @lead

(call_expression . (identifier) @use)
(call_expression . (navigation_expression (identifier) @use .))
(constructor_invocation (user_type (identifier) @use))
(user_type (identifier) @use)
(import (qualified_identifier (identifier) @use .))
`,
  imports: ["package_header", "import"],
  signatureEnd: "line",
  testMarker,
  cleanName: (name) => name.replaceAll("`", ""),
  commonNames: words(`
    String Int Long Boolean Double Float Byte Short Char Unit Any Nothing List Map Set Array listOf mapOf setOf
    mutableListOf mutableMapOf let also apply run with to println require check error Override`),
};

/** Scala source, sbt builds and Mill scripts. */
export const scala: LanguageSpec = {
  grammar: "scala",
  query: `
(class_definition name: (identifier) @name) @class
(object_definition name: (identifier) @name) @class
(package_object name: (identifier) @name) @module
(trait_definition name: (identifier) @name) @interface
(enum_definition name: (identifier) @name) @enum
(simple_enum_case name: (identifier) @name) @constant
(function_definition name: (identifier) @name) @function
(function_declaration name: (identifier) @name) @function
(type_definition name: (type_identifier) @name) @type
(given_definition name: (identifier) @name) @variable
(template_body (val_definition pattern: (identifier) @name) @field)
(template_body (var_definition pattern: (identifier) @name) @field)
(compilation_unit (val_definition pattern: (identifier) @name) @variable)
((call_expression function: (call_expression function: (identifier) @call arguments: (arguments . (string) @name))) @test
  (#any-of? @call "test" "it" "describe"))

(comment) @lead
(block_comment) @lead

(call_expression function: (identifier) @use)
(call_expression function: (field_expression field: (identifier) @use))
(call_expression function: (generic_function function: (identifier) @use))
(call_expression function: (generic_function function: (field_expression field: (identifier) @use)))
(type_identifier) @use
(import_declaration path: (identifier) @use .)
(namespace_selectors (identifier) @use)
(arrow_renamed_identifier name: (identifier) @use)
`,
  imports: ["package_clause", "import_declaration"],
  signatureEnd: "line",
  cleanName: (name) => name.replace(/^"+|"+$/g, ""),
  commonNames: words(`
    String Int Long Boolean Double Float Byte Short Char Unit Any AnyRef Nothing List Map Set Seq Option Some
    None Either Left Right Future this super println`),
};

/** PHP. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const query = `
(class_declaration name: (name) @name) @class
(interface_declaration name: (name) @name) @interface
(trait_declaration name: (name) @name) @class
(enum_declaration name: (name) @name) @enum
(function_definition name: (name) @name) @function
(method_declaration name: (name) @name) @method
(const_declaration (const_element (name) @name)) @constant
(property_declaration (property_element name: (variable_name (name) @name))) @field
(enum_case name: (name) @name) @constant

(comment) @lead

(function_call_expression function: (name) @use)
(function_call_expression function: (qualified_name (name) @use))
(member_call_expression name: (name) @use)
(nullsafe_member_call_expression name: (name) @use)
(scoped_call_expression name: (name) @use)
(scoped_call_expression scope: (name) @use)
(object_creation_expression (name) @use)
(object_creation_expression (qualified_name (name) @use))
(named_type (name) @use)
(named_type (qualified_name (name) @use))
(base_clause (name) @use)
(class_interface_clause (name) @use)
(use_declaration (name) @use)
(attribute (name) @use)
(class_constant_access_expression . (name) @use)
(namespace_use_clause (name) @use)
(namespace_use_clause (qualified_name (name) @use))
`;

/** PHP source, with HTML around it or without. */
export const php: LanguageSpec = {
  grammar: "php",
  query,
  imports: ["namespace_definition", "namespace_use_declaration", "php_tag"],
  signatureEnd: "brace",
  testMarker: /@test\b|#\[Test\]/,
  testName: /^test[A-Z_]/,
  commonNames: words(`
    self static parent isset empty count array string int bool float null true false sprintf Exception is_array
    in_array array_map implode explode strlen`),
};

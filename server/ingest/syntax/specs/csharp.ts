/** C#. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const query = `
(namespace_declaration name: (_) @name) @module
(class_declaration name: (identifier) @name) @class
(record_declaration name: (identifier) @name) @class
(struct_declaration name: (identifier) @name) @struct
(interface_declaration name: (identifier) @name) @interface
(enum_declaration name: (identifier) @name) @enum
(delegate_declaration name: (identifier) @name) @type
(method_declaration name: (identifier) @name) @method
(local_function_statement name: (identifier) @name) @function
(constructor_declaration name: (identifier) @name) @method
(destructor_declaration name: (identifier) @name) @method
(property_declaration name: (identifier) @name) @field
(event_declaration name: (identifier) @name) @field
(field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @field
(event_field_declaration (variable_declaration (variable_declarator name: (identifier) @name))) @field

(comment) @lead

(invocation_expression function: (identifier) @use)
(invocation_expression function: (generic_name (identifier) @use))
(invocation_expression function: (member_access_expression name: (identifier) @use))
(invocation_expression function: (member_access_expression name: (generic_name (identifier) @use)))
(invocation_expression function: (conditional_access_expression (member_binding_expression name: (identifier) @use)))
(object_creation_expression type: (identifier) @use)
(object_creation_expression type: (generic_name (identifier) @use))
(base_list (identifier) @use)
(base_list (generic_name (identifier) @use))
(attribute name: (identifier) @use)
(parameter type: (identifier) @use)
(parameter type: (generic_name (identifier) @use))
(variable_declaration type: (identifier) @use)
(variable_declaration type: (generic_name (identifier) @use))
(method_declaration returns: (identifier) @use)
(method_declaration returns: (generic_name (identifier) @use))
(property_declaration type: (identifier) @use)
(property_declaration type: (generic_name (identifier) @use))
(type_argument_list (identifier) @use)
(using_directive (identifier) @use)
(using_directive (qualified_name name: (identifier) @use))
`;

/** C# source and scripts. */
export const csharp: LanguageSpec = {
  grammar: "c-sharp",
  query,
  imports: ["using_directive", "file_scoped_namespace_declaration", "extern_alias_directive"],
  signatureEnd: "brace",
  testMarker: /\[\s*(?:Test|TestCase|TestMethod|Fact|Theory|Benchmark)\b/,
  commonNames: words(`
    var String Object Int32 Int64 Boolean Double Exception Task List Dictionary IEnumerable IList Func Action
    nameof Guid DateTime System`),
};

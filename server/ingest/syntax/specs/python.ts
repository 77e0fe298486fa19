/** Python, and Starlark, which shares its syntax. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const query = `
(function_definition name: (identifier) @name) @function
(class_definition name: (identifier) @name) @class
(type_alias_statement left: (type (identifier) @name)) @type
(class_definition body: (block (expression_statement (assignment left: (identifier) @name)) @field))
(module (expression_statement (assignment left: (identifier) @name)) @variable)

(comment) @lead
(decorator) @lead

(call function: (identifier) @use)
(call function: (attribute attribute: (identifier) @use))
(decorator (identifier) @use)
(decorator (attribute attribute: (identifier) @use))
(class_definition superclasses: (argument_list (identifier) @use))
(class_definition superclasses: (argument_list (attribute attribute: (identifier) @use)))
(type (identifier) @use)
(type (attribute attribute: (identifier) @use))
(generic_type (identifier) @use)
(type (binary_operator (identifier) @use))
(raise_statement (identifier) @use)
(except_clause (identifier) @use)
(import_statement name: (dotted_name (identifier) @use .))
(import_from_statement name: (dotted_name (identifier) @use .))
(aliased_import name: (dotted_name (identifier) @use .))
`;

/** Python source and stubs. */
export const python: LanguageSpec = {
  grammar: "python",
  query,
  imports: ["import_statement", "import_from_statement", "future_import_statement"],
  signatureEnd: "colon",
  testName: /^test_|^test[A-Z]/,
  constantName: /^[A-Z][A-Z0-9_]*$/,
  commonNames: words(`
    abs all any bool bytearray bytes callable chr classmethod dict dir enumerate filter float format
    frozenset getattr hasattr hash id int isinstance issubclass iter len list map max min next object open ord
    print property range repr reversed round set setattr sorted staticmethod str sum super tuple type vars zip
    Any Callable Dict Iterable Iterator List Optional Sequence Set Tuple Type Union annotations None self`),
};

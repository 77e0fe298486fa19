/** C++, CUDA and Arduino. */
import type { LanguageSpec, NameContext } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";
import { cCommonNames, cQuery, cleanCName } from "./c.ts";

const query = `${cQuery}
(function_definition declarator: (reference_declarator (function_declarator declarator: (_) @name))) @function
(function_definition declarator: (operator_cast) @name) @method
(function_definition declarator: (function_declarator declarator: (qualified_identifier scope: [
  (namespace_identifier) @owner (template_type name: (type_identifier) @owner)]) @name)) @function
(class_specifier name: (type_identifier) @name body: (_)) @class
(class_specifier name: (template_type name: (type_identifier) @name) body: (_)) @class
(struct_specifier name: (template_type name: (type_identifier) @name) body: (_)) @struct
(namespace_definition name: (_) @name) @module
(alias_declaration name: (type_identifier) @name) @type
(concept_definition name: (identifier) @name) @type
(field_declaration declarator: (function_declarator declarator: (field_identifier) @name)) @method
(field_declaration declarator: (pointer_declarator declarator: (function_declarator declarator: (field_identifier) @name))) @method
(field_declaration declarator: (reference_declarator (function_declarator declarator: (field_identifier) @name))) @method
(namespace_definition body: (declaration_list (declaration declarator: (init_declarator declarator: (identifier) @name)) @variable))

(call_expression function: (qualified_identifier name: (identifier) @use))
(call_expression function: (qualified_identifier name: (qualified_identifier name: (identifier) @use)))
(call_expression function: (template_function name: (identifier) @use))
(call_expression function: (qualified_identifier name: (template_function name: (identifier) @use)))
(call_expression function: (field_expression field: (template_method name: (field_identifier) @use)))
`;

/** C++ source and headers. */
export const cpp: LanguageSpec = {
  grammar: "cpp",
  query,
  imports: ["preproc_include", "using_declaration"],
  signatureEnd: "brace",
  declarationMarker: /\bextern\b(?!\s*")/,
  testMarker: /^\s*(?:TYPED_)?TEST(?:_[FP])?$/,
  commonNames:
    words(`${cCommonNames} string std vector map set pair unique_ptr shared_ptr make_unique
    make_shared move forward static_cast dynamic_cast reinterpret_cast const_cast`),
  cleanName: cleanCppName,
};

/** `ns::Class<T>::method` is known as `method`; its container stands in the signature. */
function cleanCppName(name: string, at: NameContext): string {
  if (at.kind === "module") return name;
  if (!name.includes("::")) return cleanCName(name, at);
  const own = /(?:^|::)\s*((?:operator\b.*|~?\w+))\s*(?:<.*>)?$/s.exec(name);
  return own?.[1] ?? name;
}

/** True when the text of a C file or header can only be C++. */
export function looksLikeCpp(text: string): boolean {
  return text.includes("std::") || cppLine.test(text);
}

const cppLine =
  /^[ \t]*(?:class[ \t]+\w+[ \t]*(?:final[ \t]*)?[:{]|namespace[ \t]+(?:[\w:]+[ \t]*)?\{|template[ \t]*<|(?:public|private|protected)[ \t]*:|using[ \t]+(?:namespace\b|\w+[ \t]*=))/m;

/** C. */
import type { LanguageSpec, NameContext } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const inFile = [
  "translation_unit",
  "preproc_ifdef",
  "preproc_if",
  "preproc_else",
  "linkage_specification",
];

/** Variables of the file: directly in it, or in a conditional such as an include guard. */
const variables = inFile
  .map(
    (parent) => `
(${parent} (declaration declarator: (init_declarator declarator: (identifier) @name)) @variable)
(${parent} (declaration declarator: (init_declarator declarator: (pointer_declarator declarator: (identifier) @name))) @variable)
(${parent} (declaration declarator: (init_declarator declarator: (array_declarator declarator: (identifier) @name))) @variable)
(${parent} (declaration declarator: (identifier) @name) @variable)`,
  )
  .join("");

/** What C and C++ have in common. */
export const cQuery = `
(function_definition declarator: (function_declarator declarator: (_) @name)) @function
(function_definition declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name))) @function
(function_definition declarator: (pointer_declarator declarator: (pointer_declarator declarator: (function_declarator declarator: (_) @name)))) @function
(struct_specifier name: (type_identifier) @name body: (_)) @struct
(union_specifier name: (type_identifier) @name body: (_)) @struct
(enum_specifier name: (type_identifier) @name body: (_)) @enum
(enumerator name: (identifier) @name) @constant
(type_definition declarator: (type_identifier) @name) @type
(type_definition declarator: (pointer_declarator declarator: (type_identifier) @name)) @type
(type_definition declarator: (function_declarator declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))) @type
(preproc_def name: (identifier) @name value: (_)) @macro
(preproc_function_def name: (identifier) @name) @macro
${inFile
  .slice(0, 3)
  .map(
    (parent) =>
      `(${parent} (expression_statement (call_expression function: (identifier) @name)) @function . (compound_statement) @tail)`,
  )
  .join("\n")}
${variables}

(comment) @lead

(call_expression function: (identifier) @use)
(call_expression function: (field_expression field: (field_identifier) @use))
(type_identifier) @use
(initializer_pair value: (identifier) @use)
(preproc_include path: (_) @path)
`;

/** Names that every C or C++ file uses. */
export const cCommonNames = `
  sizeof size_t ssize_t int8_t int16_t int32_t int64_t uint8_t uint16_t uint32_t uint64_t uintptr_t intptr_t
  ptrdiff_t bool u8 u16 u32 u64 s8 s16 s32 s64 defined likely unlikely NULL true false __u8 __u16 __u32 __u64
  FILE va_list va_start va_end`;

/** C source and headers that hold no C++. */
export const c: LanguageSpec = {
  grammar: "c",
  query: cQuery,
  imports: ["preproc_include"],
  signatureEnd: "brace",
  declarationMarker: /\bextern\b(?!\s*")/,
  commonNames: words(cCommonNames),
  cleanName: cleanCName,
};

/**
 * A macro that defines a function reads as a function named like the macro. `SYSCALL_DEFINE3(read, ...) {` is
 * known as `read`, `TEST(Suite, Name) {` as `Suite.Name`, any other as `MACRO(first argument)`.
 */
export function cleanCName(name: string, { text, nameEnd }: NameContext): string {
  if (!/^[A-Z][A-Z0-9_]{3,}$/.test(name)) return name;
  const args = /^\s*\(\s*(\w+)(?:\s*,\s*(\w+))?/.exec(text.slice(nameEnd, nameEnd + 200));
  const first = args?.[1];
  if (args === null || first === undefined || !definesFunction(text, nameEnd)) return name;
  if (name.includes("SYSCALL_DEFINE")) return first;
  if (/^(?:TYPED_)?TEST(?:_|$)/.test(name)) return [first, args[2]].filter(Boolean).join(".");
  return `${name}(${first})`;
}

/** True when the closing parenthesis after a macro's name is followed by a body. */
function definesFunction(text: string, nameEnd: number): boolean {
  return /^\s*\([^;{}]*\)\s*\{/.test(text.slice(nameEnd, nameEnd + 600));
}

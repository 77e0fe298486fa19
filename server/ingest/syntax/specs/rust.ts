/** Rust. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const query = `
(function_item name: (identifier) @name) @function
(function_signature_item name: (identifier) @name) @function
(struct_item name: (type_identifier) @name) @struct
(union_item name: (type_identifier) @name) @struct
(enum_item name: (type_identifier) @name) @enum
(trait_item name: (type_identifier) @name) @interface
(type_item name: (type_identifier) @name) @type
(associated_type name: (type_identifier) @name) @type
(mod_item name: (identifier) @name body: (_)) @module
(impl_item type: (type_identifier) @name) @impl
(impl_item type: (generic_type type: (type_identifier) @name)) @impl
(impl_item type: (scoped_type_identifier name: (type_identifier) @name)) @impl
(impl_item type: (reference_type type: (_) @name)) @impl
(macro_definition name: (identifier) @name) @macro
(const_item name: (identifier) @name) @constant
(static_item name: (identifier) @name) @variable
(struct_item body: (field_declaration_list (field_declaration name: (field_identifier) @name) @field))

(line_comment) @lead
(block_comment) @lead
(attribute_item) @lead

(call_expression function: (identifier) @use)
(call_expression function: (field_expression field: (field_identifier) @use))
(call_expression function: (scoped_identifier name: (identifier) @use))
(call_expression function: (generic_function function: (identifier) @use))
(call_expression function: (generic_function function: (scoped_identifier name: (identifier) @use)))
(call_expression function: (generic_function function: (field_expression field: (field_identifier) @use)))
(macro_invocation macro: (identifier) @use)
(macro_invocation macro: (scoped_identifier name: (identifier) @use))
(token_tree (identifier) @use . (token_tree "("))
(type_identifier) @use
(use_declaration argument: (scoped_identifier name: (identifier) @use))
(use_declaration argument: (identifier) @use)
(use_list (identifier) @use)
(use_list (scoped_identifier name: (identifier) @use))
(use_as_clause path: (scoped_identifier name: (identifier) @use))
(use_as_clause path: (identifier) @use)
`;

/** Rust source. */
export const rust: LanguageSpec = {
  grammar: "rust",
  query,
  imports: ["use_declaration", "extern_crate_declaration", "inner_attribute_item"],
  signatureEnd: "brace",
  testMarker: /#\[\s*(?:\w+::)*(?:test|rstest|bench)\b/,
  commonNames: words(`
    not all any allow cfg derive Self String str Vec Option Some None Result Ok Err Box bool char u8 u16 u32 u64 u128 usize i8 i16 i32 i64
    i128 isize f32 f64 self crate super clone into unwrap as_ref to_string to_owned Default Send Sync Sized
    assert assert_eq assert_ne panic println format write vec iter`),
};

/** Elixir and Zig. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

/** Elixir source. Everything in it is a call, so definitions are told by what is called. */
export const elixir: LanguageSpec = {
  grammar: "elixir",
  query: `
((call target: (identifier) @call (arguments . (alias) @name)) @module
  (#any-of? @call "defmodule" "defprotocol" "defimpl"))
((call target: (identifier) @call (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name))
    (binary_operator left: (identifier) @name)])) @function
  (#any-of? @call "def" "defp" "defdelegate" "defguard" "defguardp"))
((call target: (identifier) @call (arguments . [
    (identifier) @name
    (call target: (identifier) @name)
    (binary_operator left: (call target: (identifier) @name))])) @macro
  (#any-of? @call "defmacro" "defmacrop"))
((call target: (identifier) @call (arguments . (string) @name) (do_block)) @test
  (#any-of? @call "test" "describe" "feature"))

(comment) @lead
((unary_operator operator: "@" operand: (call target: (identifier) @call)) @lead
  (#any-of? @call "doc" "spec" "impl" "deprecated"))

(call target: (identifier) @use)
(call target: (dot right: (identifier) @use))
(alias) @use
`,
  imports: [],
  signatureEnd: "line",
  exactUses: true,
  cleanName: (name) => name.replace(/^"(.*)"$/s, "$1"),
  commonNames: words(`
    def defp defmodule defmacro defmacrop defstruct defimpl defprotocol defguard defdelegate use import alias
    require doc spec moduledoc type typep impl if unless case cond with for fn raise quote unquote test describe
    assert String Enum Map List`),
};

/** Zig source. */
export const zig: LanguageSpec = {
  grammar: "zig",
  query: `
(function_declaration name: (identifier) @name) @function
(variable_declaration (identifier) @name (struct_declaration)) @struct
(variable_declaration (identifier) @name (union_declaration)) @struct
(variable_declaration (identifier) @name (enum_declaration)) @enum
(variable_declaration (identifier) @name (error_set_declaration)) @enum
(test_declaration (string (string_content) @name)) @test
(struct_declaration (container_field name: (identifier) @name) @field)
(source_file (variable_declaration "const" . (identifier) @name) @constant)
(source_file (variable_declaration "var" . (identifier) @name) @variable)

(comment) @lead

(call_expression function: (identifier) @use)
(call_expression function: (field_expression member: (identifier) @use))
(parameter type: (identifier) @use)
(parameter type: (pointer_type (identifier) @use))
`,
  imports: [],
  signatureEnd: "brace",
  commonNames: words(`std print self`),
};

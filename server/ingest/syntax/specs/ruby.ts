/** Ruby. */
import type { LanguageSpec } from "../languageSpec.ts";
import { words } from "../languageSpec.ts";

const query = `
(module name: (_) @name) @module
(class name: (_) @name) @class
(method name: (_) @name) @method
(singleton_method name: (_) @name) @method
(assignment left: (constant) @name) @constant
((call method: (identifier) @call arguments: (argument_list . (string (string_content) @name)) block: (_)) @test
  (#any-of? @call "it" "describe" "context" "test" "specify" "feature" "scenario"))

(comment) @lead

(call method: (identifier) @use)
(constant) @use
((call method: (identifier) @call arguments: (argument_list . (string (string_content) @path)))
  (#any-of? @call "require" "require_relative" "load"))
`;

/** Ruby source, Rakefiles and their kin. */
export const ruby: LanguageSpec = {
  grammar: "ruby",
  query,
  imports: [],
  signatureEnd: "line",
  exactUses: true,
  testName: /^test_/,
  commonNames: words(`
    require require_relative attr_accessor attr_reader attr_writer include extend private protected public raise
    puts new String Array Hash Integer Float Symbol StandardError lambda proc loop freeze each map nil? is_a? it
    describe context`),
};

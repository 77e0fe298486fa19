"""Functions and their comments in each family of languages, and the texts made of them."""
import unittest

from lib.chunks import chunk
from lib.functions import SourceFile, find_functions
from lib.prose import clean_subject, first_paragraph, first_sentence, is_natural, words_of

CASES = {
    "python": ('import os\n\n@cached\ndef load(path,\n         mode="r"):\n    """Loads a file: one."""\n    return open(path)\n\nx = 1\n', "load", (2, 6), (5, 5)),
    "typescript": ("/** Loads. */\nexport async function load(path: string): Promise<void> {\n  if (a) { b(); }\n}\ncall(1, () => {\n});\n", "load", (1, 3), (0, 0)),
    "javascript": ("class A {\n  // Loads a file\n  // by its path\n  load(path) {\n    return '}';\n  }\n}\n", "load", (3, 5), (1, 2)),
    "go": ("// Load loads.\nfunc (s *Store) Load(path string) (map[string]int, error) {\n\treturn nil, errors.New(\"}\")\n}\n", "Load", (1, 3), (0, 0)),
    "rust": ("/// Loads.\n#[inline]\npub fn load<'a>(path: &'a str) -> Result<(), Error>\nwhere\n    T: Clone,\n{\n    Ok(())\n}\n", "load", (1, 7), (0, 0)),
    "java": ("class A {\n  /** Loads. */\n  @Override\n  public List<String> load(String path) throws IOException {\n    return null;\n  }\n}\n", "load", (2, 5), (1, 1)),
    "csharp": ("/// <summary>Loads.</summary>\npublic async Task<int> LoadAsync(string path) where T : class\n{\n}\n", "LoadAsync", (1, 3), (0, 0)),
    "cpp": ("// Loads a file.\nstd::string Store::load(const char* path) const noexcept {\n  return {};\n}\n", "load", (1, 3), (0, 0)),
    "c": ("/* Loads. */\nstatic int load(const char *path)\n{\n  return '{';\n}\n", "load", (1, 4), (0, 0)),
    "ruby": ("# Loads.\ndef self.load(path)\n  if path\n    1\n  end\nend\n", "load", (1, 5), (0, 0)),
    "php": ("/** Loads. */\npublic static function load(string $path): array\n{\n}\n", "load", (1, 3), (0, 0)),
    "kotlin": ("/** Loads. */\nsuspend fun <T> String.load(path: String): T {\n}\n", "load", (1, 2), (0, 0)),
    "swift": ("/// Loads.\npublic func load(_ path: String) throws -> Data {\n}\n", "load", (1, 2), (0, 0)),
    "scala": ("/** Loads. */\nprivate def load(path: String): Int = {\n  1\n}\n", "load", (1, 3), (0, 0)),
    "lua": ("-- Loads.\nlocal function load(path)\n  return 1\nend\n", "load", (1, 3), (0, 0)),
    "elixir": ("# Loads.\ndef load(path) do\n  path\nend\n", "load", (1, 3), (0, 0)),
    "shell": ("# Loads.\nload() {\n  cat \"$1\"\n}\n", "load", (1, 3), (0, 0)),
}  # fmt: skip


class Functions(unittest.TestCase):
    def test_found_with_their_lines_and_comment(self) -> None:
        for language, (text, name, lines, doc) in CASES.items():
            with self.subTest(language):
                functions = find_functions(SourceFile(text, language))
                self.assertEqual([(f.name, (f.first, f.last), f.doc) for f in functions], [(name, lines, doc)])

    def test_calls_are_no_functions(self) -> None:
        text = "foo(bar)\nif (a) {\n}\nwhile (b) {\n}\ndescribe('x', () => {\n  it('y', () => {\n  });\n});\n"
        self.assertEqual(find_functions(SourceFile(text, "typescript")), [])

    def test_chunks_cover_every_written_line_once(self) -> None:
        text = "\n".join(f"{'' if number % 9 == 0 else f'line({number});'}" for number in range(500))
        file = SourceFile(text, "javascript")
        chunks = chunk(file, [])
        covered = [line for first, last in chunks for line in range(first, last + 1)]
        self.assertEqual(len(covered), len(set(covered)))
        self.assertTrue(all(line in set(covered) for line in range(500) if file.lines[line].strip()))
        self.assertLessEqual(max(last - first + 1 for first, last in chunks), 60)


class Prose(unittest.TestCase):
    def test_comments_become_sentences(self) -> None:
        comment = "/**\n * Loads the {@link File} at a path. Then more.\n *\n * @param path where\n */"
        self.assertEqual(first_sentence(first_paragraph(comment)), "Loads the File at a path.")
        self.assertEqual(first_paragraph("/// <summary>\n/// Loads it.\n/// </summary>"), "Loads it.")

    def test_subjects(self) -> None:
        self.assertEqual(clean_subject("fix(net): close the socket after a timeout (#12)"), "close the socket after a timeout")
        for subject in ("chore: bump foo from 1 to 2", "Merge branch 'x'", "typo", "v1.2.3"):
            self.assertIsNone(clean_subject(subject), subject)

    def test_what_is_natural(self) -> None:
        self.assertTrue(is_natural("closes the socket when nobody reads"))
        for text in ("Copyright 2020 Somebody and others", "x = y + z; // 1", "see https://example.invalid for that"):
            self.assertFalse(is_natural(text), text)

    def test_words(self) -> None:
        self.assertEqual(words_of("parseHTTPHeader_v2"), ["parse", "http", "header", "v", "2"])


if __name__ == "__main__":
    unittest.main()

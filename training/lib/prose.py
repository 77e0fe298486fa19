"""Turns comments, commit subjects and names into short texts as a person would ask them."""
import re

_MARKERS = re.compile(r"^[ \t]*(?:/\*+!?|\*+/|\*(?!\*)|//+[!<]*|##*|--+\[*|\"\"\"|''')?[ \t]?", re.M)
_TRAILING = re.compile(r"\s*(?:\*+/|\"\"\"|'''|\]\])\s*$", re.M)
_STOP_LINE = re.compile(
    r"^(@\w+|\\\w+|:\w+|Args?\b:?|Arguments:?|Parameters?\b:?$|Params?:|Returns?:|Return value|Raises:|Throws:|Examples?\b:?|Usage\b:?|Note:|"
    r"# (Examples?|Errors|Panics|Safety)|>>>|```|[-=*~#/]{3,}|\.\. |- Parameter|\||<\?)",
    re.I,
)
_POOR = re.compile(
    r"copyright|licen[sc]e|todo\b|fixme|xxx\b|@nolint|noqa|eslint|tslint|pylint|type: ignore|https?://|clang-format|deprecated|"
    r"^see\b|ditto|same as|inheritdoc|auto-?generated|SPDX|istanbul|prettier-ignore|rubocop|phpcs|pragma|^region\b|^endregion",
    re.I,
)
_SUBJECT_NOISE = re.compile(
    r"\b(bump|upgrade to|update (dependenc|depend|version|to v?\d)|dependenc(y|ies)|release[ds]?|changelog|typos?|lint(er|ing)?|clippy|rustfmt|"
    r"gofmt|prettier|reformat|formatting|merge|revert|cherry.?pick|copyright|licen[sc]e|readme|whitespace|spelling|backport|"
    r"version|snapshot|wip|editorconfig|pre-commit|rubocop|mypy|codegen|regenerate|nits?|clean ?ups?|misc|minor)\b",
    re.I,
)
_SUBJECT_TYPE = re.compile(r"^(chore|style|ci|build|docs?|tests?|release|deps)(\([^)]*\))?!?:", re.I)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\x00-\x7f]+")


def words_of(name: str) -> list[str]:
    """Returns the lower-case words of an identifier or text: `HTTPServer_v2` gives http, server, v, 2."""
    return [word.lower() for word in _WORDS.findall(name)]


def without_markers(comment: str) -> str:
    """Returns a comment's text without the marks of its language and without markup."""
    text = _TRAILING.sub("", _MARKERS.sub("", comment))
    text = re.sub(r"\{@\w+\s+([^}]*)\}", r"\1", text)
    text = re.sub(r"<see cref=\"(?:\w:)?([^\"]+)\"\s*/>", r"\1", text)
    text = re.sub(r"</?[A-Za-z][^>\n]*>", " ", text)
    text = re.sub(r":[a-z:]+:`~?([^`<]+)(?:\s<[^>]+>)?`", r"\1", text)
    text = re.sub(r"\[([^\]]+)\](\([^)]*\)|\[[^\]]*\])?", r"\1", text)
    return text.replace("`", "").replace("**", "")


def first_paragraph(comment: str) -> str:
    """Returns the running text of a comment up to its first blank line, tag or example, on one line."""
    kept: list[str] = []
    for line in without_markers(comment).split("\n"):
        line = line.strip()
        if _STOP_LINE.match(line):
            if kept:
                break
            continue
        if not line:
            if kept:
                break
            continue
        kept.append(line)
    return re.sub(r"\s+", " ", " ".join(kept)).strip()


def first_sentence(text: str) -> str:
    """Returns the first sentence of at least 20 characters; the whole text where it has no end of sentence."""
    match = re.match(r"^(.{20,}?[.!?])(?=\s+[A-Z(]|$)(?<!e\.g\.)(?<!i\.e\.)(?<!etc\.)", text)
    return (match.group(1) if match else text).strip()


def without_own_name(text: str, name: str) -> str:
    """Returns the text without the name it opens with, as in Go's “Foo returns …”."""
    return re.sub(rf"^{re.escape(name)}(\(\))?\s*[:\-]*\s+", "", text)


def is_natural(text: str, min_words: int = 3, max_words: int = 60) -> bool:
    """Returns whether the text reads like something a person wrote about behaviour, and not code, a licence or a lint mark."""
    words = text.split()
    if not min_words <= len(words) <= max_words or _POOR.search(text):
        return False
    letters = sum(char.isalpha() or char in " ,.'-" for char in text)
    return letters >= 0.82 * len(text) and len({word.lower() for word in words}) >= min(3, min_words)


def clean_subject(subject: str) -> str | None:
    """Returns what a commit subject says, without tickets, prefixes and numbers; None where it says nothing about code."""
    subject = subject.strip()
    if _SUBJECT_TYPE.match(subject):
        return None
    subject = re.sub(r"^\s*(\[[^\]]{1,40}\]\s*[:\-]?\s*)+", "", subject)
    subject = re.sub(r"^(feat|fix|perf|feature|bug|bugfix|hotfix|refactor|improve|enh|fixup)(\([^)]*\))?!?:\s*", "", subject, flags=re.I)
    subject = re.sub(r"^[A-Z][A-Z0-9]+-\d+[:;,.\s]*\s*(\([^)]*\))?\s*[:\-]?\s*", "", subject)
    subject = re.sub(r"\b(fix(e[sd])?|close[sd]?|resolve[sd]?|see|refs?)\s+(issue\s+)?(#|gh-|GH-)\d+[:.,]?\s*(-+\s*)?", "", subject, flags=re.I)
    subject = re.sub(r"\s*\(?(#|gh-|GH-|!)\d+\)?", "", subject)
    subject = re.sub(r"^([A-Za-z0-9_./*{},-]{2,40}):\s+", "", subject)
    subject = re.sub(r"\s+", " ", subject).strip(" .:-")
    if _SUBJECT_NOISE.search(subject) or not 4 <= len(subject.split()) <= 30 or not is_natural(subject, 4, 30):
        return None
    return subject

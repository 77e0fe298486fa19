"""Which tokens of a window are of an identifier that only another file could have told."""
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from itertools import accumulate

from memory_lm.lm_tokenizer import LmTokenizer

_IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_]{2,}")
_DEFINITION = re.compile(
    rb"(?:\b(?:def|class|function|func|fn|struct|enum|interface|type|trait|module|object|record|const|let|var|val|static)|#define)[ \t]+(?:mut[ \t]+)?([A-Za-z_][A-Za-z0-9_]{2,})"
)
FREQUENCIES = ("1", "2–5", "6+")


def identifiers(text: bytes) -> list[bytes]:
    """Returns the identifiers of a text, in its order, of at least three characters; keywords are among them."""
    return _IDENTIFIER.findall(text)


@dataclass
class Names:
    """Identifiers of a repository: how often each occurs and in how many places it is defined, in all files and in each."""

    occurs: Counter[bytes] = field(default_factory=Counter)
    defined: Counter[bytes] = field(default_factory=Counter)
    occurs_in: dict[int, Counter[bytes]] = field(default_factory=dict)
    defined_in: dict[int, Counter[bytes]] = field(default_factory=dict)

    def add(self, file: int, text: bytes) -> None:
        """Adds a part of a file."""
        occurring, defining = Counter(identifiers(text)), Counter(_DEFINITION.findall(text))
        self.occurs.update(occurring)
        self.defined.update(defining)
        self.occurs_in.setdefault(file, Counter()).update(occurring)
        self.defined_in.setdefault(file, Counter()).update(defining)


def kinds(tokenizer: LmTokenizer, tokens: list[int], header: int, before: bytes, file: int, names: Names) -> list[list[str]]:
    """Returns for each token of a window the groups that it is counted in: “defined” where its identifier is defined in another file and
    not in its own, “elsewhere” where it occurs in other files and not before in its own; each with how often it occurs in other files.

    `before` is the file's text in front of the window; only an identifier's first occurrence in the window is counted.
    """
    pieces = [tokenizer.bytes_of[token] if at >= header else b"" for at, token in enumerate(tokens)]
    ends = list(accumulate(map(len, pieces)))
    text = b"".join(pieces)
    groups: list[list[str]] = [[] for _ in tokens]
    earlier, seen = set(identifiers(before)), set()
    own, own_defined = names.occurs_in.get(file, Counter()), names.defined_in.get(file, Counter())
    for found in _IDENTIFIER.finditer(text):
        name = found.group()
        others = names.occurs[name] - own[name]
        if name not in seen and others > 0:
            frequency = FREQUENCIES[0 if others == 1 else 1 if others <= 5 else 2]
            told = ["defined"] if names.defined[name] > own_defined[name] == 0 else []
            told += ["elsewhere"] if name not in earlier else []
            for at in range(bisect_right(ends, found.start()), bisect_right(ends, found.end() - 1) + 1):
                groups[at] += [group for kind in told for group in (kind, f"{kind} {frequency}")]
        seen.add(name)
    return groups

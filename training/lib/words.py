"""Text to words, over the bytes of its UTF-8: the first half of the tokenizer, which the server repeats exactly.

ASCII letters, ASCII digits and bytes from 0x80 make words; every other byte separates and is dropped. A word also ends between a
lower-case and a capital letter, before the last capital of a run that a lower-case letter follows, between letter and digit,
between ASCII and other bytes, and after 32 bytes. ASCII capitals are lowered.
"""
import re

MAX_WORD_BYTES = 32
_WORD = re.compile(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[\x80-\xff]+")


def raw_words(data: bytes) -> list[bytes]:
    """Returns the words before lowering and before the cut at 32 bytes; fast, for counting."""
    return _WORD.findall(data)


def pieces(word: bytes) -> list[bytes]:
    """Returns a raw word lowered and cut."""
    lowered = word.lower() if word.isascii() else word
    return [lowered[at : at + MAX_WORD_BYTES] for at in range(0, len(lowered), MAX_WORD_BYTES)]


def split_words(data: bytes) -> list[bytes]:
    """Returns the words of a text."""
    return [piece for word in raw_words(data) for piece in pieces(word)]


def split_words_plainly(data: bytes) -> list[bytes]:
    """Returns the same as split_words, byte by byte as the definition reads; slow, for tests."""

    def kind(byte: int | None) -> str:
        if byte is None:
            return ""
        char = chr(byte)
        return "u" if "A" <= char <= "Z" else "l" if "a" <= char <= "z" else "d" if "0" <= char <= "9" else "n" if byte >= 0x80 else ""

    words: list[bytes] = []
    word = bytearray()
    for at, byte in enumerate(data):
        here = kind(byte)
        before = kind(data[at - 1]) if at else ""
        after = kind(data[at + 1]) if at + 1 < len(data) else ""
        letters = {"u", "l"}
        ends = (
            (before == "l" and here == "u")
            or (before == "u" and here == "u" and after == "l")
            or (before in letters) != (here in letters)
            or (before == "d") != (here == "d")
            or (before == "n") != (here == "n")
            or len(word) == MAX_WORD_BYTES
        )
        if word and ends:
            words.append(bytes(word))
            word = bytearray()
        if here:
            word.append(byte + 32 if here == "u" else byte)
    if word:
        words.append(bytes(word))
    return words

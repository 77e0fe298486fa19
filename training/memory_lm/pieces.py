"""Code to pieces that tokens never cross, over the bytes of its UTF-8: nothing is dropped, so that text comes back whole.

A line break takes the indentation after it; a word ends where camel case does and may have one space in front; each digit stands
alone; punctuation runs up to 8 bytes and may have one space in front. The server repeats this exactly.
"""
import re

PIECE = re.compile(
    rb"\n[ \t]{0,32}"
    rb"| ?[A-Z]{1,32}(?![a-z])"
    rb"| ?[A-Z]?[a-z]{1,32}"
    rb"|[0-9]"
    rb"| ?[!-/:-@\[-`{-~]{1,8}"
    rb"|[ \t]{1,32}"
    rb"|[\x80-\xff]{1,32}"
    rb"|[\x00-\x1f\x7f]"
    rb"|[A-Z]"
)


def split_pieces(data: bytes) -> list[bytes]:
    """Returns the pieces of a text in order; joined they are the text."""
    return PIECE.findall(data)

"""Planted facts: a name defined in one place and used in another. Copying from memory is learned from them; the self-test asks for them.

Focused Transformer trains on dictionary look-up; this is the same in the form of code.
"""
import random
from dataclasses import dataclass

from memory_lm.lm_tokenizer import LmTokenizer

_DEFINITIONS = (
    "\n{indent}const {name} = {value};", "\n{indent}{name} = {value}", "\n#define {name} {value}", "\n{indent}static final int {name} = {value};",
    "\n{indent}let {name}: u32 = {value};", "\n{indent}var {name} = {value}", '\n{indent}"{name}": {value},', "\n{indent}public const {name} = {value};", "\n{indent}{name}: {value},",
)  # fmt: skip
_USES = (
    "\n{indent}{name} === ", "\n{indent}assert {name} == ", "\n{indent}// {name} is ", "\n{indent}expect({name}).toBe(", "\n{indent}assertEquals({name}, ",
    "\n{indent}if ({name} != ", "\n{indent}# {name} = ", "\n{indent}return {name} == ",
)  # fmt: skip
_FUNCTIONS = (("\n{indent}function {name}({value}) {{", "\n{indent}{name}("), ("\n{indent}def {name}({value}):", "\n{indent}return {name}("), ("\n{indent}func {name}({value}) error {{", "\n{indent}err := {name}("))
_ENDS = (";", ")", ");", "", ",")
_INDENTS = ("", "  ", "    ", "\t", "        ")


@dataclass(frozen=True)
class Fact:
    """Tokens of the line that tells it and of the line that asks; the answer is `value`, at the end of both but for what closes them."""

    told: list[int]
    told_value_at: int
    asked: list[int]
    asked_value_at: int
    value: list[int]


class FactMaker:
    """Draws facts; words come from the tokenizer's own vocabulary, so that names are like real ones and no text is needed."""

    def __init__(self, tokenizer: LmTokenizer, seed: int):
        self._tokenizer, self._random = tokenizer, random.Random(seed)
        words = {token.strip().lower() for token in tokenizer.bytes_of if token.strip().isalpha() and token.isascii() and len(token.strip()) >= 3}
        self._words = [word.decode() for word in sorted(words)]
        self._pool = self._words

    def begin_group(self) -> None:
        """From now on, two times of three, names are made of a few words, so that many share their first or last one: telling
        them apart takes the whole name."""
        random_ = self._random
        self._pool = self._words if random_.random() < 0.33 else [*random_.sample(self._words, random_.randint(3, 8)), self._invented(), self._invented()]

    def _invented(self) -> str:
        return "".join(self._random.choice("bdfgklmnprstvz") + self._random.choice("aeio") for _ in range(self._random.randint(2, 4)))

    def draw(self) -> Fact:
        """Returns a new fact."""
        random_, indent = self._random, self._random.choice(_INDENTS)
        if random_.random() < 0.3:
            told, asked = random_.choice(_FUNCTIONS)
            value = ", ".join(self._random.choice(self._words) for _ in range(random_.randint(1, 4)))
        else:
            told, asked, value = random_.choice(_DEFINITIONS), random_.choice(_USES), self._value()
        name = self._name()
        return self._fact(told.format(indent=indent, name=name, value="\0"), asked.format(indent=random_.choice(_INDENTS), name=name), value)

    def _fact(self, told: str, asked: str, value: str) -> Fact:
        front, back = told.split("\0")
        encode = self._tokenizer.encode
        # A space before a value belongs to its first token, as it does in real code.
        lead = " " if front.endswith(" ") else ""
        ask_lead = " " if asked.endswith(" ") else ""
        told_front, told_value = encode(front.removesuffix(" ").encode()), encode((lead + value).encode())
        asked_front, asked_value = encode(asked.removesuffix(" ").encode()), encode((ask_lead + value).encode())
        if lead != ask_lead and told_value[-1] != asked_value[-1]:
            asked_value = encode((lead + value).encode())
        return Fact(
            [*told_front, *told_value, *encode(back.encode())], len(told_front),
            [*asked_front, *asked_value, *encode(self._random.choice(_ENDS).encode())], len(asked_front), told_value,
        )  # fmt: skip

    def _name(self) -> str:
        random_ = self._random
        words = [random_.choice(self._pool) for _ in range(random_.randint(2, 4))]
        if random_.random() < 0.3:
            words[random_.randrange(len(words))] = self._invented()
        if random_.random() < 0.3:
            words.append("".join(random_.choice("0123456789abcdef") for _ in range(random_.randint(1, 4))))
        style = random_.randrange(4)
        if style == 0:
            return "_".join(words).upper()
        if style == 1:
            return "_".join(words)
        camel = "".join(word.capitalize() for word in words)
        return camel if style == 2 else camel[0].lower() + camel[1:]

    def _value(self) -> str:
        random_ = self._random
        kind = random_.random()
        if kind < 0.55:
            return str(random_.randint(1_000, 9_999))
        if kind < 0.7:
            return str(random_.randint(0, 10 ** random_.randint(1, 6)))
        if kind < 0.8:
            return f"0x{random_.getrandbits(16):04x}"
        if kind < 0.95:
            return '"' + random_.choice("-_ ").join(random_.choice(self._words) for _ in range(random_.randint(1, 3))) + '"'
        return f"{random_.uniform(0, 100):.2f}"

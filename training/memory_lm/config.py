"""Sizes of the memory language model: one code base, three configurations."""
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class LmConfig:
    """A decoder-only transformer whose layer `bank_layer` reads a memory of cached keys and values."""

    name: str
    vocabulary: int
    """Tokens, the special ones at the end included."""
    d_model: int
    n_layers: int
    n_heads: int
    n_kv_heads: int
    d_ffn: int
    bank_layer: int
    """Counted from 0. It has no positions; what it caches is the memory (LongMem, Focused Transformer)."""
    d_head: int = 64
    window: int = 512
    """Tokens that attend to each other in all layers; what lies farther is memory."""
    conv: int = 4
    """Width of the causal depthwise convolution in front of each layer's attention."""
    rope_theta: float = 10_000.0
    reading: str = "softmax"
    """`softmax`: memory and local tokens share one softmax (Focused Transformer); `gate`: LongMem's gate between two."""
    pointer: bool = True
    """Whether the next token may be copied from where the bank layer looks (pointer mixture)."""

    @property
    def d_key(self) -> int:
        """Length of a retrieval key: the bank layer's keys of all its heads side by side."""
        return self.n_kv_heads * self.d_head

    def to_json(self) -> dict:
        """Returns what a checkpoint and a manifest store."""
        return asdict(self)


N_SPECIAL = 4
"""Special tokens at the end of the vocabulary: FILE begins a file's or chunk's header; the others are reserved."""

CONFIGS = {
    "fixture": LmConfig("fixture", vocabulary=512, d_model=64, n_layers=3, n_heads=2, n_kv_heads=1, d_ffn=128, bank_layer=1, d_head=32, window=128),
    "XS": LmConfig("XS", vocabulary=8_192, d_model=256, n_layers=6, n_heads=4, n_kv_heads=2, d_ffn=704, bank_layer=4),
    "S": LmConfig("S", vocabulary=12_288, d_model=512, n_layers=8, n_heads=8, n_kv_heads=2, d_ffn=1_408, bank_layer=5),
}


def file_token(config: LmConfig) -> int:
    """Returns the token that begins a header."""
    return config.vocabulary - N_SPECIAL

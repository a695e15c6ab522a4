"""Write a GGUF of realistic shape with random weights: it says nothing, at the speed of a real one.

Some 0.4 billion parameters in Q4_0, and a vocabulary of 32,000 pieces of Hindi and English words.
"""

import sys
from pathlib import Path

import gguf
import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import gguf_writing

from index import stems
from index.lexicon import load

_WIDTH = 1_024
_LAYERS = 24
_HEADS = 16
_FEED_FORWARD = 2_816
_VOCABULARY = 32_000
_BLOCK = 32
"""Weights that Q4_0 keeps together: a scale of 16 bits, then half a byte for each."""


def _pieces() -> list[str]:
    """Make a vocabulary: every byte, every letter, and beginnings of the lexicon's words."""
    words = load()
    whole = [*words.hindi, *words.english, *stems("प्रधानमंत्री")]
    pieces = dict.fromkeys(piece for word in whole for piece in word)
    for length in (2, 3, 4, 6, 9, 20):
        pieces |= dict.fromkeys(
            start for word in whole for start in (word[:length], f"▁{word[:length]}")
        )
    return list(dict.fromkeys([*pieces, "▁"]))


def write(path: Path, seed: int = 0) -> Path:
    """Write the model; returns its path."""
    rng = np.random.default_rng(seed)
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.CONTROL] * 3
    tokens += ["<|system|>", "<|user|>", "<|assistant|>"]
    tokens = [*tokens, *_pieces()][:_VOCABULARY]
    kinds += [gguf.TokenType.NORMAL] * (len(tokens) - len(kinds))
    shape = gguf_writing.Shape(_WIDTH, _LAYERS, _FEED_FORWARD, _HEADS, context=8_192)
    writer = gguf_writing.begun(path, shape, tokens, kinds, gguf_writing.TEMPLATE)

    def add(name: str, rows: int, columns: int) -> None:
        blocks = rows * columns // _BLOCK
        scales = np.full((blocks, 1), 0.01, np.float16).view(np.uint8)  # (blocks, 2)
        weights = rng.integers(0, 256, (blocks, _BLOCK // 2), np.uint8)
        data = np.concatenate([scales, weights], axis=1).reshape(rows, -1)
        writer.add_tensor(name, data, raw_dtype=gguf.GGMLQuantizationType.Q4_0)

    add("token_embd.weight", len(tokens), _WIDTH)
    add("output.weight", len(tokens), _WIDTH)
    writer.add_tensor("output_norm.weight", np.ones(_WIDTH, np.float32))
    for layer in range(_LAYERS):
        for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
            add(f"blk.{layer}.{name}.weight", _WIDTH, _WIDTH)
        for name in ("ffn_gate", "ffn_up"):
            add(f"blk.{layer}.{name}.weight", _FEED_FORWARD, _WIDTH)
        add(f"blk.{layer}.ffn_down.weight", _WIDTH, _FEED_FORWARD)
        for name in ("attn_norm", "ffn_norm"):
            writer.add_tensor(f"blk.{layer}.{name}.weight", np.ones(_WIDTH, np.float32))
    gguf_writing.ended(writer)
    return path

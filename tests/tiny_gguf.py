"""Write tiny real GGUF models: random, or to say a text, and another when it is told to."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import gguf
import numpy as np
import numpy.typing as npt
from families import FAMILIES, Family
from gguf_writing import TEMPLATE as TEMPLATE
from gguf_writing import Shape, begun, ended

# Read when llama.cpp is loaded: threads that wait for others must not take the cores from them, or
# tests that run side by side take ten times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")

_WIDTH = 64
_LAYERS = 2
_HEADS = 4
_FEED_FORWARD = 128
CONTEXT = 8_192
"""Tokens the models say they were trained for."""

CONTROL = (
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|im_start|>",
    "<|im_end|>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<|turn>",
    "<turn|>",
    "<|eot_id|>",
    "<｜User｜>",
    "<bos>",
    "[INST]",
    "[/INST]",
    "[gMASK]",
    "<<SYS>>",
)
"""Tokens that mark turns in the chat templates of well-known models; all in the vocabulary."""

NO_SYSTEM_ROLE = (
    "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}"
    "{% endif %}" + TEMPLATE
)
DROPS_SYSTEM = TEMPLATE.replace("<|{{", "{% if message['role'] == 'user' %}<|{{").replace(
    "</s>{% endfor %}", "</s>{% endif %}{% endfor %}"
)
THINKS_UNLESS_TOLD = TEMPLATE + "{% if enable_thinking is not defined %}<think>{% endif %}"


@dataclass(frozen=True)
class Orders:
    """What a model obeys: words or control tokens, wherever in a prompt they stand."""

    words: tuple[str, ...]
    says: str
    """What it answers to a prompt that has one of them."""


_ORDER, _ORDERED, _OPENING, _OBEYS = range(4)
"""Places of the embedding that a model which obeys keeps free."""
_EAGER = ("▁[1]", "▁[2]", "▁[9]", "</s>")
"""What a random model often wants to say next, so that its answers come to an end."""
_PIECES = (*_EAGER[:3], *"▁ ▁the ▁of ▁in ▁है ▁के ▁में है। । . ▁रूस ▁Russia 1 2".split())


def write(
    path: Path,
    *,
    seed: int = 0,
    template: str | None = TEMPLATE,
    says: str | None = None,
    context: int = CONTEXT,
    family: Family | None = None,
    obeys: Orders | None = None,
) -> Path:
    """Write a llama model with an SPM vocabulary; returns the path.

    Its weights are random from `seed`, or such that it answers any prompt with `says`, unless it
    `obeys`. With a `family` it has its template, and the control tokens of all the families.
    """
    spoken = _cut(says) if says else []
    control = list(CONTROL)
    if family is not None:
        template = family.template
        control += sorted(
            {token for each in FAMILIES.values() for token in each.control} - {*CONTROL}
        )
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.CONTROL] * len(control)
    tokens += control
    tokens += [piece for piece in _PIECES if piece not in spoken]
    tokens += spoken
    kinds += [gguf.TokenType.NORMAL] * (len(tokens) - len(kinds))
    words = [word for word in obeys.words if word not in control] if obeys else []
    tokens += words
    kinds += [gguf.TokenType.USER_DEFINED] * len(words)  # read as one wherever they stand
    other = _cut(obeys.says, tokens) if obeys else []
    tokens += other
    kinds += [gguf.TokenType.NORMAL] * len(other)
    shape = Shape(_WIDTH, _LAYERS, _FEED_FORWARD, _HEADS, context)
    writer = begun(path, shape, tokens, kinds, template)
    # A plain prompt ends in ":".
    openings = [family.opening] if family else ["<|assistant|>", "<0x3A>"]
    opens = [tokens.index(piece) for piece in openings]
    chain = _chain(tokens, spoken, opens) | _chain(tokens, other)
    eager = [] if chain else [tokens.index(piece) for piece in _EAGER]
    tensors = _weights(len(tokens), seed, chain, eager)
    if obeys:
        orders = [tokens.index(word) for word in obeys.words]
        _obey(tensors, orders, opens, tokens.index(other[0]))
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    ended(writer)
    return path


def _cut(text: str, taken: Sequence[str] = CONTROL) -> list[str]:
    """Cut a text into pieces of a few characters, no two of them the same, none of them taken."""
    pieces: list[str] = []
    piece = ""
    for char in text.replace(" ", "▁"):
        piece += char
        if len(piece) >= 4 and piece not in pieces and piece not in taken:
            pieces.append(piece)
            piece = ""
    if piece:
        pieces[-1:] = [pieces[-1] + piece]
    return pieces


def _chain(
    tokens: Sequence[str], spoken: Sequence[str], opens: Sequence[int] = ()
) -> dict[int, int]:
    """Map each token to the one that follows it in what the model is to say."""
    if not spoken:
        return {}
    places = [tokens.index(piece) for piece in spoken]
    following = dict(zip(places, [*places[1:], tokens.index("</s>")], strict=True))
    return following | dict.fromkeys(opens, places[0])


def _weights(
    size: int, seed: int, chain: dict[int, int], eager: Sequence[int]
) -> dict[str, npt.NDArray[np.float32]]:
    rng = np.random.default_rng(seed)

    def noise(*shape: int) -> npt.NDArray[np.float32]:
        return rng.normal(0, 0.3, shape).astype(np.float32)

    embedded = noise(size, _WIDTH)
    out = noise(size, _WIDTH)
    embedded[:, 0] = 3.0  # the same for all tokens: a bias
    out[:, 0] = 0.0
    out[eager, 0] = 2.5
    if chain:
        embedded[:, 0] = 0.0
        embedded /= np.linalg.norm(embedded, axis=1, keepdims=True)
        out[:] = 0
        for token, following in chain.items():
            out[following] += 10 * embedded[token]
    tensors = {
        "token_embd.weight": embedded,  # (vocabulary, width)
        "output_norm.weight": np.ones(_WIDTH, np.float32),
        "output.weight": out,
    }
    for layer in range(_LAYERS):
        shapes = {
            "attn_q": (_WIDTH, _WIDTH),
            "attn_k": (_WIDTH, _WIDTH),
            "attn_v": (_WIDTH, _WIDTH),
            "attn_output": (_WIDTH, _WIDTH),
            "ffn_gate": (_FEED_FORWARD, _WIDTH),
            "ffn_up": (_FEED_FORWARD, _WIDTH),
            "ffn_down": (_WIDTH, _FEED_FORWARD),
        }
        for name, shape in shapes.items():
            # What these two write is all a layer adds: at zero, only the last token counts.
            silent = bool(chain) and name in {"attn_output", "ffn_down"}
            tensors[f"blk.{layer}.{name}.weight"] = noise(*shape) * (0.0 if silent else 1.0)
        for name in ("attn_norm", "ffn_norm"):
            tensors[f"blk.{layer}.{name}.weight"] = np.ones(_WIDTH, np.float32)
    return {name: np.ascontiguousarray(t, dtype=np.float32) for name, t in tensors.items()}


def _obey(
    tensors: dict[str, npt.NDArray[np.float32]],
    orders: Sequence[int],
    opens: Sequence[int],
    first: int,
) -> None:
    """Make the `first` token of the other text follow an opening once an order was read."""
    embedded, out = tensors["token_embd.weight"], tensors["output.weight"]
    free = slice(_ORDER, _OBEYS + 1)
    embedded[:, free] = out[:, free] = 0
    embedded[orders, _ORDER] = 1
    embedded[opens, _OPENING] = 1
    out[first, _OBEYS] = 1
    for name in ("attn_q", "attn_k", "attn_v", "attn_output"):
        tensors[f"blk.0.{name}.weight"][:] = 0
    # Without queries and keys, attention is the average of all that was read: of the orders.
    tensors["blk.0.attn_v.weight"][0, _ORDER] = 1
    tensors["blk.0.attn_output.weight"][_ORDERED, 0] = 1
    for name in ("ffn_gate", "ffn_up", "ffn_down"):
        tensors[f"blk.1.{name}.weight"][:] = 0
    # A gate times what it lets through: something only at an opening, and after an order. One
    # order among 8,000 tokens must outweigh the usual answer.
    tensors["blk.1.ffn_gate.weight"][0, _ORDERED] = 1e5
    tensors["blk.1.ffn_up.weight"][0, _OPENING] = 1
    tensors["blk.1.ffn_down.weight"][_OBEYS, 0] = 1

"""llama.cpp's own functions, where llama-cpp-python has no better ones. Imports it late.

Nothing here knows of prompts or answers.
"""

import ctypes
import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from qa import probe
from qa.machine import ModelSize

_LONGEST_TOKEN = 1_024
"""Bytes; the longest in use are some hundred spaces."""
_PROBE_SECONDS = 120
"""To read a vocabulary; a second, but for a machine that is busy or a disk that sleeps."""
_TOKEN_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])

Ids = npt.NDArray[np.int64]

reasons: list[str] = []
"""Why llama.cpp could not load a model, as it said so itself, oldest first."""


@cache
def library() -> Any:  # noqa: ANN401, the module has no types
    """Import llama.cpp and keep it from writing to stderr."""
    # Imported here: loading the native library takes a second.
    import llama_cpp

    llama_cpp.llama_log_set(_listener(), ctypes.c_void_p(0))
    return llama_cpp


@cache
def _listener() -> object:
    """Make what llama.cpp calls with its messages; kept for as long as it may."""
    import llama_cpp

    def listen(_level: int, text: bytes, _data: object) -> None:
        if reason := _reason(text.decode("utf-8", "replace")):
            reasons.append(reason)

    return llama_cpp.llama_log_callback(listen)


def size(path: Path) -> ModelSize:
    """Find out what a model asks of a machine, without its weights.

    Raises ValueError, with the reason, if llama.cpp cannot read it: in a process of its own,
    because llama.cpp ends the process that reads some damaged files.
    """
    found = subprocess.run(  # noqa: S603, our own file
        [sys.executable, "-P", probe.__file__, str(path)],
        capture_output=True,
        timeout=_PROBE_SECONDS,
        check=False,
    )
    if found.returncode == 0:
        return ModelSize(**json.loads(found.stdout))
    lines = found.stderr.decode("utf-8", "replace").splitlines()
    if found.returncode < 0:  # by a signal
        raise ValueError("llama.cpp does not survive reading it")
    raise ValueError(next(filter(None, map(_reason, lines)), lines[-1] if lines else "no reason"))


def _reason(line: str) -> str:
    """Take the reason out of what llama.cpp says when it cannot load a model; "" for the rest."""
    return " ".join(line.partition("error loading model: ")[2].split())


class Vocabulary:
    """A loaded model's tokens."""

    def __init__(self, model: Any) -> None:  # noqa: ANN401, a llama_cpp.Llama
        """Take the model's vocabulary. Raises ValueError if it is damaged."""
        self._library = library()
        self.pointer = self._library.llama_model_get_vocab(model.model)
        self.adds_begin = bool(self._library.llama_vocab_get_add_bos(self.pointer))
        if model.metadata.get("tokenizer.ggml.model") == "llama":
            self._check_bytes(model.n_vocab())

    def _check_bytes(self, count: int) -> None:
        """Raise ValueError for a vocabulary without bytes: llama.cpp would end the process."""
        get_text = self._library.llama_vocab_get_text
        spelled = {get_text(self.pointer, i) for i in range(count)}
        missing = [byte for byte in range(256) if b"<0x%02X>" % byte not in spelled]
        if missing:
            raise ValueError(f"its vocabulary is damaged ({len(missing)} bytes have no token)")

    def spelled(self, token: int) -> str:
        """Spell a control token the way a template does; "" for -1, which is none."""
        if token < 0:
            return ""
        text: bytes = self._library.llama_vocab_get_text(self.pointer, token)
        return text.decode("utf-8", "replace")

    def is_end(self, token: int) -> bool:
        """Whether a model that says this has ended."""
        return bool(self._library.llama_vocab_is_eog(self.pointer, token))

    def written(self, token: int) -> bytes:
        """Write one token out; a character may be spread over several.

        Not by `Llama.detokenize`: in 0.3.36 it loses tokens of more than 32 bytes, and that is
        eleven letters of Devanagari.
        """
        buffer = ctypes.create_string_buffer(_LONGEST_TOKEN)
        length = self._library.llama_token_to_piece(
            self.pointer, token, buffer, _LONGEST_TOKEN, 0, False
        )
        return buffer.raw[: max(length, 0)]


class Grammar:
    """A GBNF grammar, and how far a text has come in it. It holds memory: close it."""

    def __init__(self, vocabulary: Vocabulary, text: str) -> None:
        """Read the grammar. Raises ValueError if llama.cpp cannot."""
        self._library = library()
        self._sampler = self._library.llama_sampler_init_grammar(
            vocabulary.pointer, text.encode(), b"root"
        )
        if not self._sampler:
            raise ValueError("the grammar of the answer cannot be read")

    def allowed(self, ids: Ids) -> npt.NDArray[np.bool_]:
        """Tell which of these tokens may come next."""
        data = np.zeros(len(ids), _TOKEN_DATA)
        data["id"] = ids
        array = self._library.llama_token_data_array(
            data=data.ctypes.data_as(self._library.llama_token_data_p),
            size=len(ids),
            selected=-1,
            sorted=False,
        )
        self._library.llama_sampler_apply(self._sampler, ctypes.byref(array))
        may: npt.NDArray[np.bool_] = data["logit"] == 0.0  # the others are at minus infinity
        return may

    def accept(self, token: int) -> None:
        """Go on by a token that is allowed."""
        self._library.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        """Give its memory back."""
        self._library.llama_sampler_free(self._sampler)


class StopFlag:
    """Stops llama.cpp in its midst: between two of the steps of which a token takes hundreds.

    llama.cpp asks for a function "whether to stop". A Python one would have to wait for Python's
    lock at each step; the C library's `strlen` looks at a text of ours that is empty, or not.
    """

    def __init__(self, model: Any) -> None:  # noqa: ANN401, a llama_cpp.Llama
        """Make llama.cpp look at this flag while it computes."""
        llama_cpp = library()
        self._text = ctypes.create_string_buffer(2)
        standard = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
        whether = ctypes.cast(standard.strlen, llama_cpp.ggml_abort_callback)
        address = ctypes.cast(self._text, ctypes.c_void_p)
        llama_cpp.llama_set_abort_callback(model.ctx, whether, address)

    def set(self) -> None:
        """Stop what runs."""
        self._text.value = b"x"

    def clear(self) -> None:
        """Let the next run."""
        self._text.value = b""

    def is_set(self) -> bool:
        """Whether what runs was to stop."""
        return bool(self._text.value)


def logits(model: Any) -> npt.NDArray[np.float32]:  # noqa: ANN401, a llama_cpp.Llama
    """Return the score of each token to come next, shape (vocabulary,); valid until it reads on."""
    pointer = library().llama_get_logits_ith(model.ctx, -1)
    if not pointer:
        raise RuntimeError("llama.cpp has no scores")
    scores: npt.NDArray[np.float32] = np.ctypeslib.as_array(pointer, shape=(model.n_vocab(),))
    return scores


def forget_from(model: Any, place: int) -> bool:  # noqa: ANN401, a llama_cpp.Llama
    """Forget what was read from a place on; False for models that can only forget all."""
    memory = library().llama_get_memory(model.ctx)
    return bool(library().llama_memory_seq_rm(memory, 0, place, -1))

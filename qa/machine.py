"""How a model is run on this machine: context, threads and the rest. Pure but for `this_machine`.

Chosen from the model and the machine; each can be set in KHABAR_LLAMA ("context=4096 threads=2").
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index import errors

VARIABLE = "KHABAR_LLAMA"
_CONTEXT = 8_192
"""Tokens: the excerpts of a question take some 500 to 3,000, by model and language."""
_SHORTEST_CONTEXT = 2_048
_BATCH = 512
"""Tokens read at a time: more is no faster on a processor, and takes memory."""
_CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Where Linux says how much memory a container may have, which psutil does not know."""

_BOUNDS = {
    "context": (_SHORTEST_CONTEXT, 1_048_576),
    "threads": (1, 4 * (os.cpu_count() or 1)),
    "batch": (1, 8_192),
    "flash_attention": (0, 1),
    "gpu_layers": (-1, 1_000),
}
"""The settings, and from what to what they may be set."""


@dataclass(frozen=True, slots=True)
class ModelSize:
    """What a model asks of a machine."""

    weights: int
    """Bytes."""
    context: int
    """Tokens it was trained for."""
    bytes_per_token: int
    """What the context takes for each token of it."""
    vocabulary: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is to run it on."""

    free: int
    """Bytes of memory."""
    cores: int
    gpu: bool
    """Whether llama.cpp was built for one; how much memory that has is not known."""
    shared: bool = False
    """Whether its memory is the processor's, as on a Mac."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What llama.cpp is told."""

    context: int
    threads: int
    batch: int
    flash_attention: bool
    gpu_layers: int
    """How many of the model's layers a graphics card computes; -1 for all."""

    def __str__(self) -> str:
        """Write them as KHABAR_LLAMA takes them."""
        return " ".join(f"{name}={int(getattr(self, name))}" for name in _BOUNDS)


def choose(name: str, model: ModelSize, machine: Machine, wanted: Mapping[str, int]) -> Settings:
    """Choose how to run a model; what is wanted by name of the setting stands.

    A context that does not fit into the memory is shortened. Raises ModelLoadError, with the
    figures, for a model that does not fit with the shortest.
    """
    batch = wanted.get("batch", _BATCH)
    gpu_layers = wanted.get("gpu_layers", -1) if machine.gpu else 0
    contexts = [min(wanted["context"], model.context)] if "context" in wanted else _contexts(model)
    # A card's own memory is not in the figures; where that is short, llama.cpp says so.
    elsewhere = gpu_layers == -1 and not machine.shared
    fitting = [
        context
        for context in contexts
        if elsewhere or _bytes(model, context, min(batch, context)) < machine.free
    ]
    if not fitting:
        raise _too_big(name, model, machine, contexts[-1], batch)
    return Settings(
        context=fitting[0],
        threads=wanted.get("threads", machine.cores),
        batch=min(batch, fitting[0]),
        flash_attention=bool(wanted.get("flash_attention", 1)),
        gpu_layers=gpu_layers,
    )


def _contexts(model: ModelSize) -> list[int]:
    longest = min(_CONTEXT, model.context)
    return [longest, *(n for n in (_CONTEXT // 2, _SHORTEST_CONTEXT) if n < longest)]


def _bytes(model: ModelSize, context: int, batch: int) -> int:
    return model.weights + context * model.bytes_per_token + _working(model, batch)


def _working(model: ModelSize, batch: int) -> int:
    """Estimate what llama.cpp computes in: a float for each word it may say, a token it reads."""
    return 4 * batch * model.vocabulary


def _too_big(
    name: str, model: ModelSize, machine: Machine, context: int, batch: int
) -> errors.ModelLoadError:
    gigabytes = [
        f"{number / 1e9:.1f} GB"
        for number in (
            _bytes(model, context, batch),
            model.weights,
            context * model.bytes_per_token,
            _working(model, batch),
            machine.free,
        )
    ]
    return errors.ModelLoadError(
        f"The model {name} needs {gigabytes[0]} of memory ({gigabytes[1]} for its weights, "
        f"{gigabytes[2]} for {context:,} tokens of context, {gigabytes[3]} to compute in), and "
        f"{gigabytes[4]} are free; close other programs, or take a smaller model."
    )


def read_wanted(text: str) -> dict[str, int]:
    """Read KHABAR_LLAMA: names of settings, each with a number, separated by spaces or commas.

    Raises ModelError for a name or number that is none.
    """
    wanted: dict[str, int] = {}
    for part in text.replace(",", " ").split():
        name, _, value = part.partition("=")
        least, most = _BOUNDS.get(name, (1, 0))
        is_number = value.removeprefix("-").isdecimal() and len(value) < 10
        if not is_number or not least <= int(value) <= most:
            raise errors.ModelError(
                f"{VARIABLE} has {part!r}; expected is a setting and a number, like context=4096 "
                f"({', '.join(f'{key} {low} to {high}' for key, (low, high) in _BOUNDS.items())}; "
                "gpu_layers=-1 takes all)."
            )
        wanted[name] = int(value)
    return wanted


def this_machine(gpu: bool) -> Machine:
    """Look at the memory and the processor.

    In a container, its limit counts where that is less; what else runs in it is not known.
    """
    # Imported here: quotes need no model.
    import psutil

    free = psutil.virtual_memory().available
    try:
        limit = _CGROUP_LIMIT.read_text("ascii").strip()
    except OSError:  # no Linux, or no limits
        limit = "max"
    if limit.isdecimal():
        free = min(free, int(limit))
    # Two threads of one core share what computes; more threads than cores slow each other down.
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else cores
    return Machine(free, max(1, min(cores, allowed)), gpu, shared=sys.platform == "darwin")

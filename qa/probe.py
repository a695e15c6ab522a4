"""Looks into a GGUF file in a process of its own: what a damaged one ends is only that process.

Run by path, with the file to look into; writes a `machine.ModelSize` as JSON. It imports nothing of
Khabar, so that it starts fast.
"""

import ctypes
import importlib.util
import json
import sys
from typing import Any

_LONGEST_VALUE = 256
"""Bytes of a value among a file's metadata; those that are read are numbers."""
_KV_BYTES = 2
"""Of a number in the context: llama.cpp keeps 16 bits."""


def bindings() -> Any:  # noqa: ANN401, the module has no types
    """Import llama.cpp's functions, and not what llama-cpp-python makes of them.

    That takes four times as long, for NumPy and templates; a model waits for it to be opened.
    """
    package = importlib.util.find_spec("llama_cpp")
    if package:  # or else the import says what is missing
        sys.modules[package.name] = importlib.util.module_from_spec(package)  # and does not run it
    return importlib.import_module("llama_cpp.llama_cpp")


def main(path: str) -> None:
    """Load what a model is, without its weights, and write what it asks of a machine."""
    llama_cpp = bindings()
    parameters = llama_cpp.llama_model_default_params()
    parameters.no_alloc = True
    parameters.load_mode = llama_cpp.LLAMA_LOAD_MODE_NONE
    parameters.n_gpu_layers = 0
    llama_cpp.llama_backend_init()
    model = llama_cpp.llama_model_load_from_file(path.encode(), parameters)
    if not model:
        sys.exit(1)

    def value(key: str) -> str:
        buffer = ctypes.create_string_buffer(_LONGEST_VALUE)
        length = llama_cpp.llama_model_meta_val_str(model, key.encode(), buffer, _LONGEST_VALUE)
        return buffer.value.decode("utf-8", "replace") if length > 0 else ""

    layers, heads = llama_cpp.llama_model_n_layer(model), llama_cpp.llama_model_n_head_kv(model)
    whole = llama_cpp.llama_model_n_embd(model) // max(1, llama_cpp.llama_model_n_head(model))
    kind = value("general.architecture")
    lengths = (value(f"{kind}.attention.{part}_length") for part in ("key", "value"))
    numbers = sum(int(length or whole) for length in lengths)
    size = {
        "weights": llama_cpp.llama_model_size(model),
        "context": llama_cpp.llama_model_n_ctx_train(model),
        "bytes_per_token": layers * heads * numbers * _KV_BYTES,
        "vocabulary": llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(model)),
    }
    sys.stdout.write(json.dumps(size))


if __name__ == "__main__":
    main(sys.argv[1])

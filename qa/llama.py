"""llama.cpp in this process: answers from a GGUF file."""

import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from index import Passage, errors
from qa import prompt
from qa.types import AnswerLanguage

_CONTEXT = 8_192
"""Tokens: five passages in Hindi take some 1,500 to 4,000, by model."""
_MAX_ANSWER = 400
_GGUF_MAGIC = b"GGUF"


class LlamaEngine:
    """A GGUF model. One answer at a time: llama.cpp is not thread-safe."""

    def __init__(self, path: Path) -> None:
        """Load the model.

        Raises ModelError if the file is missing or llama.cpp cannot use it.
        """
        self.name = path.stem
        self._lock = threading.Lock()
        try:
            with path.open("rb") as file:
                magic = file.read(4)
        except OSError as error:
            raise errors.ModelError(
                f"The model {path} cannot be read ({error.strerror})."
            ) from error
        if magic != _GGUF_MAGIC:
            raise errors.ModelError(
                f"{path} is not a GGUF model (it does not begin with GGUF); give a .gguf file."
            )
        # Imported here: loading the native library takes a second.
        import llama_cpp

        self._grammars = llama_cpp.LlamaGrammar
        try:
            self._model = llama_cpp.Llama(
                str(path),
                n_ctx=_CONTEXT,
                n_threads=os.cpu_count(),
                flash_attn=True,
                verbose=False,
            )
        except (ValueError, RuntimeError, OSError) as error:
            raise errors.ModelError(f"llama.cpp cannot load {path}: {error}") from error

    def write(
        self, question: str, language: AnswerLanguage, passages: Sequence[Passage]
    ) -> Iterator[str]:
        """Write an answer from the passages, those that fit into the context, best first."""
        with self._lock:
            passages = self._fitting(question, language, passages)
            chunks = self._model.create_chat_completion(
                prompt.messages(question, language, passages),
                grammar=self._grammars.from_string(
                    prompt.grammar(language, len(passages)), verbose=False
                ),
                max_tokens=_MAX_ANSWER,
                temperature=0.0,
                stream=True,
            )
            for chunk in chunks:
                if piece := chunk["choices"][0]["delta"].get("content"):
                    yield piece

    def _fitting(
        self, question: str, language: AnswerLanguage, passages: Sequence[Passage]
    ) -> Sequence[Passage]:
        """Leave out passages from the end until prompt and answer fit, by the model's own count."""
        count = len(passages)
        while count > 1:
            parts = prompt.messages(question, language, passages[:count])
            text = "\n".join(part["content"] for part in parts)
            tokens = len(self._model.tokenize(text.encode(), special=True))
            if tokens + _MAX_ANSWER + 64 <= self._model.n_ctx():
                break
            count -= 1
        return passages[:count]

"""llama.cpp in this process: answers from a GGUF file."""

import codecs
import ctypes
import os
import threading
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from index import Passage, errors
from qa import prompt
from qa.types import AnswerLanguage

_CONTEXT = 8_192
"""Tokens: five passages in Hindi take some 1,500 to 4,000, by model."""
_MAX_ANSWER = 400
"""Tokens: four sentences in Hindi, by all but the least thrifty tokenizers."""
_LONGEST_TOKEN = 1_024
"""Bytes; the longest in use are some hundred spaces."""
_GGUF_MAGIC = b"GGUF"


class LlamaEngine:
    """A GGUF model. Safe to use from several threads: one of its own writes, answer by answer."""

    def __init__(self, path: Path) -> None:
        """Load the model.

        Raises ModelError if the file is missing or llama.cpp cannot use it.
        """
        self.name = path.stem
        _check_magic(path)
        self._library, reasons, _ = _load_library()
        reasons.clear()
        # Imported here: llama.cpp needs it for chat templates, quotes do not.
        from jinja2 import TemplateError

        try:
            self._model = self._library.Llama(
                str(path),
                n_ctx=_CONTEXT,
                n_threads=os.cpu_count(),
                flash_attn=True,
                verbose=False,
            )
            self._vocabulary = self._library.llama_model_get_vocab(self._model.model)
            self._check_bytes()
            self._format = self._formatter()
        except (ValueError, RuntimeError, OSError, TemplateError) as error:
            reason = reasons[-1] if reasons else " ".join(str(error).split())
            raise errors.ModelError(
                f"llama.cpp cannot load {path} ({reason.rstrip('.')}); get the file again, or take "
                "another model."
            ) from error
        # Closed before Python takes itself apart, when llama.cpp's own destructor would fail.
        weakref.finalize(self, self._model.close)
        self._context = min(self._model.n_ctx(), self._trained_context())
        # llama.cpp is not thread-safe; and a lock held by an answer that nobody reads to its end
        # would stop all others.
        self._writer = ThreadPoolExecutor(1, "llama")

    def _check_bytes(self) -> None:
        """Raise ValueError for a vocabulary without bytes: llama.cpp would end the process."""
        if self._model.metadata.get("tokenizer.ggml.model") != "llama":
            return
        get_text = self._library.llama_vocab_get_text
        spelled = {get_text(self._vocabulary, i) for i in range(self._model.n_vocab())}
        missing = [byte for byte in range(256) if b"<0x%02X>" % byte not in spelled]
        if missing:
            raise ValueError(f"its vocabulary is damaged ({len(missing)} bytes have no token)")

    def _formatter(self) -> Callable[..., Any] | None:
        """Take the model's own chat template; None if it has none."""
        template = self._model.metadata.get("tokenizer.chat_template")
        if template is None:
            return None
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        formatter: Callable[..., Any] = Jinja2ChatFormatter(
            template, self._spelled(self._model.token_eos()), self._spelled(self._model.token_bos())
        )
        return formatter

    def _spelled(self, token: int) -> str:
        """Spell a control token the way a template does; "" for -1, which is none."""
        if token < 0:
            return ""
        text: bytes = self._library.llama_vocab_get_text(self._vocabulary, token)
        return text.decode("utf-8", "replace")

    def _trained_context(self) -> int:
        metadata = self._model.metadata
        architecture = metadata.get("general.architecture")
        return int(metadata.get(f"{architecture}.context_length", _CONTEXT))

    def write(
        self, question: str, language: AnswerLanguage, passages: Sequence[Passage]
    ) -> Iterator[str]:
        """Write an answer from the passages, those that fit into the context, best first.

        Closing the iterator stops the model. Raises ModelError if llama.cpp fails.
        """
        pieces: SimpleQueue[str | None] = SimpleQueue()
        stopped = threading.Event()

        def run() -> None:
            try:
                for piece in self._pieces(question, language, passages):
                    if stopped.is_set():
                        break
                    pieces.put(piece)
            finally:
                pieces.put(None)

        running = self._writer.submit(run)
        try:
            while (piece := pieces.get()) is not None:
                yield piece
            running.result()
        finally:
            stopped.set()
            running.cancel()

    def _pieces(
        self, question: str, language: AnswerLanguage, passages: Sequence[Passage]
    ) -> Iterator[str]:
        try:
            shown, tokens = self.fit(question, language, passages)
            grammar = self._library.LlamaGrammar.from_string(prompt.grammar(language, shown))
            decoder = codecs.getincrementaldecoder("utf-8")("ignore")
            written = self._model.generate(tokens, temp=0.0, grammar=grammar)
            for token in islice(written, _MAX_ANSWER):
                if self._library.llama_vocab_is_eog(self._vocabulary, token):
                    break
                if piece := decoder.decode(self._bytes(token)):
                    yield piece
        except (ValueError, RuntimeError) as error:
            raise errors.ModelError(f"The model {self.name} cannot answer: {error}") from error

    def _bytes(self, token: int) -> bytes:
        """Write one token out; a character may be spread over several.

        Not by `Llama.detokenize`: in 0.3.36 it loses tokens of more than 32 bytes, and that is
        eleven letters of Devanagari.
        """
        buffer = ctypes.create_string_buffer(_LONGEST_TOKEN)
        length = self._library.llama_token_to_piece(
            self._vocabulary, token, buffer, _LONGEST_TOKEN, 0, False
        )
        return buffer.raw[: max(length, 0)]

    def fit(
        self, question: str, language: AnswerLanguage, passages: Sequence[Passage]
    ) -> tuple[int, list[int]]:
        """Leave out passages from the end until prompt and answer fit into the context.

        Returns how many passages are shown, and the prompt's tokens. Raises ModelError if not
        even one fits.
        """
        needed = 0
        for count in range(len(passages), min(len(passages), 1) - 1, -1):
            tokens = self._tokens(prompt.messages(question, language, passages[:count]))
            needed = len(tokens) + _MAX_ANSWER
            if needed <= self._context:
                return count, tokens
        raise errors.ModelError(
            f"The model {self.name} has room for {self._context:,} tokens, and the question with "
            f"one passage takes {needed:,}; take a model with a longer context."
        )

    def _tokens(self, messages: Sequence[prompt.Message]) -> list[int]:
        text = self._text(messages).encode("utf-8", "replace")
        tokens: list[int] = self._model.tokenize(text, add_bos=self._format is None, special=True)
        return tokens

    def _text(self, messages: Sequence[prompt.Message]) -> str:
        """Write the conversation the way the model was trained to read it."""
        if self._format is None:
            return "\n\n".join([*(message["content"] for message in messages), "Answer:"])
        from jinja2 import TemplateError

        system, *others = messages
        try:
            text = self._rendered(messages)
        except (ValueError, TemplateError):  # how templates say that they know no system role
            text = ""
        if system["content"] not in text:
            opening = {**others[0], "content": f"{system['content']}\n\n{others[0]['content']}"}
            text = self._rendered([opening, *others[1:]])
        return text

    def _rendered(self, messages: Sequence[prompt.Message]) -> str:
        assert self._format is not None  # noqa: S101, who calls has looked
        # The grammar begins with the answer, so the model must not be made to think first.
        text: str = self._format(messages=list(messages), enable_thinking=False).prompt
        return text


def _check_magic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(len(_GGUF_MAGIC))
    except OSError as error:
        raise errors.ModelError(f"The model {path} cannot be read ({error.strerror}).") from error
    if magic != _GGUF_MAGIC:
        raise errors.ModelError(
            f"{path} is not a GGUF model (it does not begin with GGUF); give a .gguf file."
        )


@cache
def _load_library() -> tuple[Any, list[str], object]:
    """Import llama.cpp and keep it from writing to stderr.

    Returns the module, the list where the reasons of failed loads will stand, and what must stay
    alive for that.
    """
    # Imported here: loading the native library takes a second.
    import llama_cpp

    reasons: list[str] = []

    def listen(_level: int, text: bytes, _data: object) -> None:
        _, found, reason = text.decode("utf-8", "replace").partition("error loading model: ")
        if found and reason.strip():
            reasons.append(" ".join(reason.split()))

    callback = llama_cpp.llama_log_callback(listen)
    llama_cpp.llama_log_set(callback, ctypes.c_void_p(0))
    return llama_cpp, reasons, callback

"""llama.cpp in this process: a model from a GGUF file writes what a prompt asks for."""

import codecs
import os
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from subprocess import SubprocessError
from typing import Any

import numpy as np

from index import errors
from qa import machine, native
from qa.line import Line
from qa.native import Grammar, StopFlag
from qa.prompt import Message, Prompt
from qa.types import Waiting

_GGUF_MAGIC = b"GGUF"
_SHORTLIST = 256
"""Likeliest tokens among which one that the grammar allows is looked for before all others."""


class LlamaEngine:
    """A GGUF model. Safe to use from several threads: one of its own writes, answer by answer."""

    def __init__(
        self, path: Path, name: str | None = None, wanted: Mapping[str, int] | None = None
    ) -> None:
        """Load the model and call it `name`, or else by its file.

        It is run as `wanted` by name of the setting; None takes KHABAR_LLAMA.

        Raises ModelLoadError if llama.cpp cannot use the file or the model is too big for the
        memory, ModelError if there is no such file.
        """
        self.name = name or path.stem
        _check_magic(path)
        if wanted is None:
            wanted = machine.read_wanted(os.environ.get(machine.VARIABLE, ""))
        llama_cpp = native.library()
        # Imported here: llama.cpp needs it for chat templates, quotes do not.
        from jinja2 import TemplateError

        native.reasons.clear()
        try:
            size = native.size(path)
            here = machine.this_machine(llama_cpp.llama_supports_gpu_offload())
            self.settings = machine.choose(self.name, size, here, wanted)
            self._model = llama_cpp.Llama(
                str(path),
                n_ctx=self.settings.context,
                n_batch=self.settings.batch,
                n_threads=self.settings.threads,
                n_threads_batch=self.settings.threads,
                n_gpu_layers=self.settings.gpu_layers,
                flash_attn=self.settings.flash_attention,
                verbose=False,
            )
            self._words = native.Vocabulary(self._model)
            self._format = self._formatter()
            self._try_template()
        except (ValueError, RuntimeError, OSError, SubprocessError, TemplateError) as error:
            reason = native.reasons[-1] if native.reasons else " ".join(str(error).split())
            raise errors.ModelLoadError(
                f"llama.cpp cannot load {path} ({reason.rstrip('.')}); get the file again, or take "
                "another model."
            ) from error
        # Closed before Python takes itself apart, when llama.cpp's own destructor would fail.
        weakref.finalize(self, self._model.close)
        self.room = min(self._model.n_ctx(), size.context)
        self._stop = StopFlag(self._model)
        self._line = Line(self._stop)

    def _formatter(self) -> Callable[..., Any] | None:
        """Take the model's own chat template; None if it has none."""
        template = self._model.metadata.get("tokenizer.chat_template")
        if template is None:
            return None
        from llama_cpp.llama_chat_format import Jinja2ChatFormatter

        end, begin = self._model.token_eos(), self._model.token_bos()
        formatter: Callable[..., Any] = Jinja2ChatFormatter(
            template, self._words.spelled(end), self._words.spelled(begin)
        )
        return formatter

    def _try_template(self) -> None:
        """Raise ValueError for a template that cannot write a conversation out."""
        trial = [{"role": role, "content": role} for role in ("system", "user")]
        try:
            self._text(trial)
        # A template is a program, and can fail as any program can.
        except Exception as error:
            raise ValueError(f"its chat template fails: {error}") from error

    def count(self, messages: Sequence[Message]) -> int:
        """Count the tokens of a conversation."""
        return len(self._tokens(messages))

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Write what a prompt asks for, piece by piece, and before that the places in line.

        `deadline` is a `time.monotonic()`. Closing the iterator stops the model, in the midst of
        reading the prompt too. Raises ModelTimeoutError once the deadline is over, ModelError for
        a prompt that is too long or if llama.cpp fails.
        """
        tokens = self._tokens(prompt.messages)
        if len(tokens) + prompt.longest > self.room:
            raise errors.ModelError(
                f"The model {self.name} has room for {self.room:,} tokens, and this needs "
                f"{len(tokens) + prompt.longest:,}; take a model with a longer context."
            )
        yield from self._line.run(lambda: self._pieces(tokens, prompt), deadline)

    def _pieces(self, tokens: list[int], prompt: Prompt) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        try:
            with closing(Grammar(self._words, prompt.grammar)) as grammar:
                self._read(tokens)
                for _ in range(prompt.longest):
                    token = self._next(grammar)
                    if self._words.is_end(token):
                        break
                    grammar.accept(token)
                    if piece := decoder.decode(self._words.written(token)):
                        yield piece
                    self._model.eval([token])
        except (ValueError, RuntimeError) as error:
            if not self._stop.is_set():
                raise errors.ModelError(f"The model {self.name} cannot answer: {error}") from error
            self._forget_unfinished()

    def _read(self, tokens: list[int]) -> None:
        """Read a prompt, but for what it has in common with what was read last."""
        read = self._model.input_ids[: self._model.n_tokens]
        both = min(len(read), len(tokens) - 1)  # the last is read again, for what comes after it
        differing = np.flatnonzero(read[:both] != tokens[:both])
        same = int(differing[0]) if differing.size else both
        if same and native.forget_from(self._model, same):
            self._model.n_tokens = same
        else:
            same = 0
            self._model.reset()
        self._model.eval(tokens[same:])

    def _forget_unfinished(self) -> None:
        """Drop what llama.cpp had read of a batch when it was stopped."""
        if not native.forget_from(self._model, self._model.n_tokens):
            self._model.reset()

    def _next(self, grammar: Grammar) -> int:
        """Take the likeliest token that the grammar allows.

        The likeliest of all is looked at first, and it is mostly allowed: to look at each of a
        quarter of a million tokens takes longer than to compute them.
        """
        scores = native.logits(self._model)
        best = int(scores.argmax())
        if grammar.allowed(np.array([best]))[0]:
            return best
        for count in (min(_SHORTLIST, len(scores)), len(scores)):
            ids = np.argpartition(-scores, count - 1)[:count]
            ids = ids[np.lexsort((ids, -scores[ids]))]
            allowed = ids[grammar.allowed(ids)]
            if allowed.size:
                return int(allowed[0])
        raise RuntimeError("no word follows the grammar")

    def _tokens(self, messages: Sequence[Message]) -> list[int]:
        text = self._text(messages)
        # The template's own tokens count; the begin token is added unless the template has it.
        begin = self._words.spelled(self._model.token_bos())
        add = self._words.adds_begin and not (begin and text.startswith(begin))
        tokens: list[int] = self._model.tokenize(
            text.encode("utf-8", "replace"), add_bos=add, special=True
        )
        return tokens

    def _text(self, messages: Sequence[Message]) -> str:
        """Write messages out by the model's template, in plain lines if it has none.

        Where a template has no system role, or drops it, the system text opens the user's turn.
        """
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

    def _rendered(self, messages: Sequence[Message]) -> str:
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
        raise errors.ModelLoadError(
            f"{path} is not a GGUF model (it does not begin with GGUF); give a .gguf file."
        )

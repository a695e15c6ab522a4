"""A model on a server (llama-server, vLLM, Ollama and others), by OpenAI's chat completions."""

import re
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any

from index import errors
from qa.endpoint import Call, Passing, Rejected, Server, bounded, parsed, said
from qa.line import Line
from qa.prompt import Message, Prompt
from qa.types import Waiting

_ROOM = 4_096
"""Tokens, where a server does not tell: as Ollama, which cuts a longer prompt without a word."""
_PAUSES = (0.25, 0.5, 1.0, 2.0)
"""Seconds before another try, after a failure that may pass."""

# Tokens a character at most. Servers have no count in common, so this is for the least thrifty
# tokenizer that is likely: Qwen's takes 0.97 a character in the worst paragraph of XQuAD in Hindi
# (digits, stops and rare letters are a token each, some letters two), 0.35 in English and 0.54 in
# the worst question in roman Hindi. Of other scripts no tokenizer makes more tokens than bytes.
_DEVANAGARI = 1.25
_ASCII = 0.6
_TURN = 16
"""Tokens that a chat template puts around a message, and as many before the answer."""

_EXTRAS = {
    # How llama-server and vLLM are told not to think first, and how Ollama is.
    "chat_template_kwargs": {"enable_thinking": False},
    "reasoning_effort": "none",
    # llama_cpp.server has 1.1, which is against saying a name, or citing an article, twice.
    "repeat_penalty": 1.0,
}
_THINKS, _HAS_THOUGHT = "<think>", "</think>"
_STREAM = "text/event-stream"
_LONGEST_NAME = 200
_LISTED = 20
"""Models that a message names; some servers have hundreds."""


def models(address: str) -> list[str]:
    """List the models that a server offers; raises ModelError if it cannot be asked."""
    return [entry["id"] for entry in _offered(Server(address))]


class RemoteEngine:
    """A model on a server, named after the address's # where the server has several.

    Asks the server at once what it has, and how long a prompt may be, so that a mistake shows
    before the first question. Raises ModelError if there is no such server or model.
    """

    def __init__(self, address: str) -> None:
        self._server = Server(address)
        entry = _chosen(self._server)
        self.name: str = entry["id"]
        self.room = _room(self._server, entry)
        self._refused: frozenset[str] = frozenset()
        """Fields of a request that this server does not take."""

    def count(self, messages: Sequence[Message]) -> int:
        """Estimate the tokens of a conversation, on the high side."""
        text = "".join(message["content"] for message in messages)
        devanagari = len(re.findall(r"[\u0900-\u097f]", text))
        ascii_only = len(text.encode("ascii", "ignore"))
        other = len(text.encode("utf-8", "replace")) - ascii_only - 3 * devanagari
        tokens = devanagari * _DEVANAGARI + ascii_only * _ASCII + other
        return int(tokens) + _TURN * (len(messages) + 1)

    def write(self, prompt: Prompt, deadline: float | None = None) -> Iterator[str | Waiting]:
        """Write what a prompt asks for, piece by piece, by its grammar if the server takes one.

        Waiting(0) comes while there is no piece.

        `deadline` is a `time.monotonic()`. Closing the iterator, from another thread too, closes
        the connection at once, and servers then stop. What failed in passing is tried again, as
        long as no text has come. Raises ModelTimeoutError once the deadline is over, ModelError
        if the server cannot be reached, refuses, or breaks off.
        """
        call = Call(deadline)
        # On a line of its own, for who reads to be free between two pieces: servers have theirs.
        return _Pieces(Line(_HangUp(call)).run(lambda: self._write(prompt, call)), call)

    def _write(self, prompt: Prompt, call: Call) -> Generator[str, None, None]:
        with call:
            for pause in (*_PAUSES, None):
                if call.over.is_set():
                    break
                begun = False
                try:
                    for piece in _spoken(self._answer(prompt, call)):
                        begun = True
                        yield piece
                    if not begun:
                        raise errors.ModelError(
                            f"{self._server} has answered nothing; if {self.name} thinks before "
                            "it answers, switch that off there."
                        )
                    return
                except errors.ModelError as error:
                    if not call.over.is_set():
                        if begun or pause is None or not isinstance(error, Passing):
                            raise
                        call.over.wait(pause)
        if call.late:
            raise errors.ModelTimeoutError(
                f"The time for the answer was up before {self.name} at {self._server.url} had "
                "ended it."
            )

    def _answer(self, prompt: Prompt, call: Call) -> Iterator[str]:
        """Ask with all that a server may take, and again without what it says it does not."""
        # Where llama-server and llama_cpp.server look for a grammar, and where vLLM does.
        grammars = {"grammar": prompt.grammar, "structured_outputs": {"grammar": prompt.grammar}}
        extras: dict[str, Any] = grammars | _EXTRAS
        body = {
            "model": self.name,
            "messages": list(prompt.messages),
            "max_tokens": prompt.longest,
            "temperature": 0,
            "stream": True,
        }
        refused = self._refused
        while True:
            taken = {name: value for name, value in extras.items() if name not in refused}
            try:
                url = f"{self._server.url}/chat/completions"
                with self._server.reply(call, url, body | taken) as response:
                    self._refused = refused
                    reply = bounded(response, self._server)
                    if not response.headers.get("content-type", "").startswith(_STREAM):
                        raise self._server.strange(b"".join(reply))
                    yield from self._contents(reply)
                return
            except Rejected as error:
                if not taken:
                    raise
                named = {name for name in taken if name in error.reason}
                refused = refused.union(named or grammars.keys() & taken.keys() or taken)

    def _contents(self, reply: Iterable[bytes]) -> Iterator[str]:
        """Read the answer out of the events of a stream, until the server says why it ends."""
        for event in _events(reply):
            if event == b"[DONE]":
                break
            chunk = parsed(event)
            if chunk is None:
                raise self._server.strange(event)
            if "error" in chunk:
                text = self._server.quoted(said(event))
                raise errors.ModelError(f"{self._server} failed while it wrote{text}.")
            try:
                choice = chunk["choices"][0] if chunk["choices"] else {}
                content = choice.get("delta", {}).get("content") or ""
                # Half a surrogate pair has no UTF-8, and would fail wherever it is written.
                content = content.encode("utf-8", "replace").decode()
                ended = choice.get("finish_reason")
            except (KeyError, IndexError, TypeError, AttributeError):
                raise self._server.strange(event) from None
            if content:
                yield content
            if ended:
                return
        raise errors.ModelError(
            f"{self._server} broke off before the answer was whole; ask again, or look at what it "
            "logs (its context may be too short)."
        )


class _HangUp:
    """Stops an answer by closing the connection."""

    def __init__(self, call: Call) -> None:
        self.set = call.end

    def clear(self) -> None:
        """Begin: a connection serves one answer."""


class _Pieces(Iterator[str | Waiting]):
    """An answer as it comes, which any thread may close."""

    def __init__(self, pieces: Generator[str | Waiting, None, None], call: Call) -> None:
        self._pieces = pieces
        self._call = call

    def __next__(self) -> str | Waiting:
        return next(self._pieces)

    def close(self) -> None:
        """Close the connection; whoever waits for the next piece need not any longer."""
        self._call.end()
        with suppress(ValueError):  # a generator that is waiting cannot be closed, and will end
            self._pieces.close()


def _events(reply: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a stream into the data of its events: one line each, as all these servers send them."""
    left = b""
    for chunk in reply:
        *lines, left = (left + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data:") and line[5:].strip():
                yield line[5:].strip()


def _spoken(pieces: Iterable[str]) -> Iterator[str]:
    """Leave out what a model thinks aloud before it answers."""
    answers = False
    held = ""
    for piece in pieces:
        held = piece if answers else (held + piece).lstrip()
        if not answers and held.startswith(_THINKS):
            _, has_thought, rest = held.partition(_HAS_THOUGHT)
            if not has_thought:
                continue
            held = rest.lstrip()
        answers = answers or not _THINKS.startswith(held)
        if answers:
            yield held


def _offered(server: Server) -> list[dict[str, Any]]:
    """Ask for the models: objects with an "id", and more that depends on the server."""
    found = server.fetch(f"{server.url}/models")
    entries = found.get("data", found) or []  # Ollama sends null for none
    if not isinstance(entries, list):
        raise server.strange(b"")
    named = [entry for entry in entries if isinstance(entry, dict) and _is_name(entry.get("id"))]
    if not named:
        raise errors.ModelError(f"{server} has no model; load one there.")
    return named


def _is_name(name: object) -> bool:
    return isinstance(name, str) and name.isprintable() and 0 < len(name) <= _LONGEST_NAME


def _chosen(server: Server) -> dict[str, Any]:
    """Find the model that the address names, or the only one."""
    entries = {entry["id"]: entry for entry in _offered(server)}
    first = next(iter(entries))
    names = ", ".join([*entries][:_LISTED]) + (", …" if len(entries) > _LISTED else "")
    if not server.wanted and len(entries) > 1:
        raise errors.ModelError(
            f"{server} has several models ({names}); say which after a #, as {server.url}#{first}."
        )
    wanted = server.wanted or first
    # Ollama lists under its full name what it takes under the short one.
    entry = entries.get(wanted) or entries.get(f"{wanted}:latest")
    if entry is None:
        raise errors.ModelError(f"{server} has no model {wanted[:_LONGEST_NAME]}; it has {names}.")
    return entry


def _room(server: Server, entry: dict[str, Any]) -> int:
    """Find how many tokens a model reads and writes, where the server tells."""
    known = [entry.get("max_model_len")]  # vLLM
    if isinstance(entry.get("meta"), dict):  # llama-server
        with suppress(errors.ModelError):
            props = server.fetch(f"{server.url.removesuffix('/v1')}/props")
            settings = props.get("default_generation_settings")
            known.append(settings.get("n_ctx") if isinstance(settings, dict) else None)
    return next((size for size in known if type(size) is int and size > 0), _ROOM)

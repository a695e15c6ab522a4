"""A turn as it is stored with its conversation: JSON, so that later versions read it."""

import json
import unicodedata
from dataclasses import replace

from pydantic import TypeAdapter

from index import Hit
from qa import phrases, wire
from qa.turn import Turn, closed
from qa.types import AnswerLanguage

_UNCITED = 3
"""Passages kept with an answer though it does not cite them: the nearest."""
_TURN = TypeAdapter(Turn)


def columns(turn: Turn) -> tuple[str, str, str, bytes]:
    """Give question, language, what a search goes through, and the whole turn."""
    kept = replace(closed(turn), found=_worth_keeping(turn))
    # Not in ASCII, which takes twice the space for Hindi; a lone half of a character stays so.
    stored = json.dumps(wire.pack(_TURN, kept), ensure_ascii=False)
    answer = turn.answer.text if turn.answer else turn.draft
    said = folded(f"{turn.question}\n{answer}")
    return text_of(turn.question), turn.language, said, stored.encode("utf-8", "surrogatepass")


def _worth_keeping(turn: Turn) -> tuple[Hit, ...] | None:
    """Take the passages that an answer cites, and the first few."""
    if turn.found is None:
        return None
    cited = turn.answer.citations if turn.answer else ()

    def is_cited(hit: Hit) -> bool:
        passage = hit.passage
        return any(
            passage.source == each.source
            and passage.start <= each.start
            and each.end <= passage.end
            for each in cited
        )

    return tuple(hit for n, hit in enumerate(turn.found) if n < _UNCITED or is_cited(hit))


def read(question: str, language: str, stored: bytes) -> Turn:
    """Read a turn; what cannot be read has its question, and a problem in place of its answer."""
    try:
        return wire.unpack(_TURN, wire.read(stored))
    except (wire.GarbledError, TypeError):  # of another type, where the file is damaged
        known: dict[str, AnswerLanguage] = {each: each for each in phrases.UNREADABLE}
        spoken = known.get(language, "en")
        return Turn(question, spoken, problem=phrases.UNREADABLE[spoken])


def folded(text: str) -> str:
    """Make texts alike that a search is to take for the same."""
    return unicodedata.normalize("NFKC", text_of(text)).casefold()


def text_of(text: str) -> str:
    """Replace what SQLite takes for no text, and a damaged name or request can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")

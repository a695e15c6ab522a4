"""What was clicked in an answer becomes the article it stands in, opened at that place."""

from collections.abc import Mapping, Sequence
from typing import Any

from index import Index
from qa.look import Language
from qa.page import NEAREST
from qa.source_view import Highlight, article_view, gone_view
from qa.turn import Turn


def opened(
    index: Index, turns: Sequence[Turn], clicked: Mapping[str, Any] | None, reader: Language
) -> str:
    """Write the article that was asked for; nothing where the click names nothing that is shown."""
    asked = clicked or {}
    turn, number = _number(asked.get("turn")), _number(asked.get("number"))
    if turn is None or number is None or turn >= len(turns):
        return ""
    if asked.get("do") == "source":
        return _cited(index, turns[turn], number, reader)
    if asked.get("do") == "passage":
        return _found(index, turns[turn], number, reader)
    return ""


def _number(text: object) -> int | None:
    """Read a number that came from a page, which may send anything."""
    given = str(text)
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 6 else None


def _cited(index: Index, turn: Turn, number: int, reader: Language) -> str:
    citations = turn.answer.citations if turn.answer else ()
    asked = next((each for each in citations if each.number == number), None)
    if asked is None:
        return ""
    places = [
        (each.start, each.end, each.quote, str(each.number), each is asked)
        for each in citations
        if each.source == asked.source
    ]
    return _opened(index, asked.source, asked.quote, places, reader)


def _found(index: Index, turn: Turn, number: int, reader: Language) -> str:
    hits = (turn.found or ())[:NEAREST]
    if number >= len(hits):
        return ""
    passage = hits[number].passage
    place = (passage.start, passage.end, passage.text, "", True)
    return _opened(index, passage.source, passage.text, [place], reader)


def _opened(
    index: Index,
    source: str,
    quoted: str,
    places: Sequence[tuple[int, int, str, str, bool]],
    reader: Language,
) -> str:
    article = index.article(source)
    if article is None:
        return gone_view(quoted, source, reader)
    highlights = []
    changed = False
    for start, end, quote, label, current in places:
        if article.text[start:end] != quote:
            # The file changed since; the words may still be in it.
            changed = True
            start = article.text.find(quote)
            end = start + len(quote)
        if start >= 0:
            highlights.append(Highlight(start, end, label, current))
    return article_view(article, highlights, reader, changed=changed)

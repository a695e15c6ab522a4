"""The main path out: a question becomes an answer whose every sentence cites its file."""

import datetime
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from index import Index, Passage, Question, Verdict, errors
from qa import cite, extract, llm, words
from qa.llm import Engine
from qa.types import Answer, Event, Found, Piece

DEFAULT_INDEX = ".khabar"
"""Where the commands keep the index: a hidden folder beside the articles' own."""
_SHOWN_TO_MODEL = 5


def ask(
    question: str,
    index: str | Path | Index = DEFAULT_INDEX,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    sources: Sequence[str] | None = None,
    engine: str | Path | Engine | None = None,
) -> Answer:
    """Answer a question from an index, given open or by its folder.

    `since` and `until` are inclusive, `sources` are paths relative to the indexed folder.
    `engine` is a GGUF file, "extract" for quotes, or an open engine; None takes KHABAR_MODEL, or
    quotes. Raises KhabarError for what cannot be asked or opened.
    """
    events = stream(question, index, since=since, until=until, sources=sources, engine=engine)
    *_, answer = events
    assert isinstance(answer, Answer)  # noqa: S101, the last event always is
    return answer


def stream(
    question: str,
    index: str | Path | Index = DEFAULT_INDEX,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    sources: Sequence[str] | None = None,
    engine: str | Path | Engine | None = None,
) -> Iterator[Event]:
    """Answer as `ask` does, event by event: Found, then Pieces of text, then the Answer."""
    with _opened(index) as opened:
        asked = opened.read(question)
        model = llm.choose(engine)
        hits = opened.search(asked, since=since, until=until, sources=sources)
        yield Found(tuple(hits))
        verdict = opened.weigh(asked, hits)
        if not verdict.answerable:
            yield Piece(words.REFUSAL[asked.language])
            yield refusal(asked, model.name if model else extract.NAME)
        elif model is None:
            yield from _quotes(asked, verdict, note=None)
        else:
            yield from _written(opened, asked, verdict, model, [hit.passage for hit in hits])


def _opened(index: str | Path | Index) -> AbstractContextManager[Index]:
    return nullcontext(index) if isinstance(index, Index) else open_index(index)


def open_index(path: str | Path, embedder: str | None = None, reranker: str | None = None) -> Index:
    """Open an index that is there; asking never makes an empty one.

    Raises IndexFolderError if there is none.
    """
    if not Path(path).expanduser().is_dir():
        raise errors.IndexFolderError(
            f"There is no index at {path}; make one first: qa index FOLDER --db {path}"
        )
    return Index(path, embedder, reranker)


def refusal(asked: Question, engine: str) -> Answer:
    """Say that the articles do not hold the answer, in the question's language."""
    text = words.REFUSAL[asked.language]
    return Answer(asked.text, text, True, asked.language, engine, ())


def _quotes(asked: Question, verdict: Verdict, note: str | None) -> Iterator[Event]:
    citations = extract.cite(extract.choose(verdict.evidence))
    text = extract.compose(citations)
    yield Piece(text)
    yield Answer(asked.text, text, False, asked.language, extract.NAME, tuple(citations), note)


def _written(
    index: Index, asked: Question, verdict: Verdict, model: Engine, passages: Sequence[Passage]
) -> Iterator[Event]:
    """Let the model write, then keep what holds against the passages; quotes if nothing does."""
    shown = passages[:_SHOWN_TO_MODEL]
    draft = ""
    for piece in model.write(asked.text, asked.language, shown):
        draft += piece
        yield Piece(piece)
    # A refusal needs no source; some models give it one all the same.
    if cite.unmarked(draft) == words.REFUSAL[asked.language]:
        yield refusal(asked, model.name)
        return
    text, citations = cite.check(cite.parse(draft), shown, index.read)
    if citations:
        yield Answer(asked.text, text, False, asked.language, model.name, tuple(citations))
    else:
        yield from _quotes(asked, verdict, words.MODEL_FAILED[asked.language])

"""The main path out: a question becomes an answer whose every sentence cites its file."""

import datetime
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from index import Hit, Index, Verdict, errors
from qa import cite, extract, follow_up, llm, pack, prompt, words
from qa.llm import Engine
from qa.opening import reach
from qa.prompt import Prompt
from qa.types import (
    Answer,
    AnswerLanguage,
    Event,
    Excerpt,
    Exchange,
    Found,
    Piece,
    Waiting,
)

if TYPE_CHECKING:
    from qa.remote_index import RemoteIndex

DEFAULT_INDEX = ".khabar"
"""Where the commands keep the index: a hidden folder beside the articles' own."""
TIMEOUT = 600.0
"""Seconds in which a model must have answered, its waiting in line included: a slow laptop takes
two minutes for one question."""


def ask(
    question: str,
    index: str | Path | Index = DEFAULT_INDEX,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    sources: Sequence[str] | None = None,
    history: Sequence[Exchange] = (),
    engine: str | Path | Engine | None = None,
    language: AnswerLanguage | None = None,
    timeout: float | None = TIMEOUT,
    languages: Sequence[str] | None = None,
) -> Answer:
    """Answer a question from an index, given open or by its folder.

    `since` and `until` are inclusive, `sources` are paths relative to the indexed folder and
    `languages` those that the articles are written in, "hi" and "en". `history` holds what was
    asked and answered before, oldest first: a follow-up is then asked as the question it stands
    for. `engine` is a GGUF file, the name of an installed model, the address of a server, "extract"
    for quotes, or an open engine; None takes KHABAR_MODEL, or the model installed last, or quotes.
    The answer is in `language`, or in the question's. A model that has not ended after `timeout`
    seconds is stopped; None lets it take its time. Where a model fails, quotes answer, and say so.

    Raises KhabarError for what cannot be asked or opened.
    """
    *_, answer = stream(
        question,
        index,
        since=since,
        until=until,
        sources=sources,
        history=history,
        engine=engine,
        language=language,
        timeout=timeout,
        languages=languages,
    )
    assert isinstance(answer, Answer)  # noqa: S101, the last event always is
    return answer


def stream(
    question: str,
    index: "str | Path | Index | RemoteIndex" = DEFAULT_INDEX,
    *,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
    sources: Sequence[str] | None = None,
    history: Sequence[Exchange] = (),
    engine: str | Path | Engine | None = None,
    language: AnswerLanguage | None = None,
    timeout: float | None = TIMEOUT,
    languages: Sequence[str] | None = None,
) -> Generator[Event, None, None]:
    """Answer as `ask` does, event by event: Found, then Pieces of text, then the Answer.

    Waiting comes again and again while a model reads or is busy with others; the iterator can be
    closed at each event.

    Where another process has the index open and answers for it, the question goes there; None for
    the engine is then that process's own, if KHABAR_MODEL names none here.
    """
    _check(history, language, sources)
    deadline = None if timeout is None else time.monotonic() + timeout
    with _opened(index) as opened:
        if not isinstance(opened, Index):
            yield from opened.stream(
                question,
                since=since,
                until=until,
                sources=sources,
                history=history,
                engine=engine,
                language=language,
                timeout=None if deadline is None else deadline - time.monotonic(),
                languages=languages,
            )
            return
        model, reason = _model(engine)
        shown = _still_there(opened, history, since, until, sources, languages)
        standalone = yield from _standalone(opened, question, history, model, shown, deadline)
        asked = opened.read(standalone or question)
        hits = opened.search(asked, since=since, until=until, sources=sources, languages=languages)
        yield Found(tuple(hits), standalone)
        asking = _Asking(question, standalone, language or asked.language, deadline)
        verdict = opened.weigh(asked, hits)
        if not verdict.answerable:
            yield Piece(words.REFUSAL[asking.language])
            yield _refusal(asking, model.name if model else extract.NAME)
        elif model is None:
            yield from _quotes(asking, verdict, reason)
        else:
            yield from _written(opened, asking, hits, verdict, model, shown)


def _check(history: Sequence[object], language: str | None, sources: Sequence[str] | None) -> None:
    """Raise QuestionError for what a caller is likely to get wrong, and types do not stop."""
    if language is not None and language not in get_args(AnswerLanguage):
        known = ", ".join(get_args(AnswerLanguage))
        raise errors.QuestionError(f"There is no language {language!r} for an answer; say {known}.")
    if isinstance(sources, str):
        raise errors.QuestionError(f"sources is a list of files, and not one: [{sources!r}].")
    for exchange in history:
        pair = exchange if isinstance(exchange, tuple | list) and len(exchange) == 2 else (None,)
        if not isinstance(exchange, Answer) and not all(isinstance(text, str) for text in pair):
            raise errors.QuestionError(
                f"history is a list of what was asked before, each an Answer or a pair of texts "
                f"(question, answer); one of it is {exchange!r:.80}."
            )


@dataclass(frozen=True, slots=True)
class _Asking:
    """What all the ways to answer need to know of the question."""

    question: str
    standalone: str | None
    language: AnswerLanguage
    deadline: float | None


def _opened(
    index: "str | Path | Index | RemoteIndex",
) -> "AbstractContextManager[Index | RemoteIndex]":
    return reach(index) if isinstance(index, str | Path) else nullcontext(index)


def _model(engine: str | Path | Engine | None) -> tuple[Engine | None, str | None]:
    """Open the model; quotes take its place, with the reason, where it is there and of no use."""
    try:
        return llm.choose(engine), None
    except errors.ModelLoadError as error:
        return None, str(error)


def _standalone(
    index: Index,
    question: str,
    history: Sequence[Exchange],
    model: Engine | None,
    shown: Sequence[Excerpt],
    deadline: float | None,
) -> Generator[Event, None, str | None]:
    """Put a follow-up so that it stands by itself; None where it does so already.

    By the model, if what it writes can be trusted, or else by rule.
    """
    if not history or not follow_up.is_follow_up(question, index.read, history):
        return None
    written = None
    if model is not None:
        task = follow_up.prompt_for(question, history, shown)
        written = yield from _rewritten(model, task, deadline)
    if written is not None:
        written = follow_up.checked(written, question, history, index.read)
    return written or follow_up.by_rule(question, history, index.read)


def _has_room(model: Engine, task: Prompt) -> bool:
    return model.count(task.messages) + task.longest <= model.room


def _rewritten(
    model: Engine, task: Prompt, deadline: float | None
) -> Generator[Event, None, str | None]:
    if not _has_room(model, task):
        return None
    draft = ""
    try:
        for event in model.write(task, deadline):
            if isinstance(event, Waiting):
                yield event
            else:
                draft += event
    except errors.ModelError:
        return None  # the rule puts the question; answering meets the same error, and says so
    return draft


def _still_there(
    index: Index,
    history: Sequence[Exchange],
    since: datetime.date | None,
    until: datetime.date | None,
    sources: Sequence[str] | None,
    languages: Sequence[str] | None,
) -> tuple[Excerpt, ...]:
    """Give what the model was shown for the last question.

    If all of it is among the articles asked for, and they are still the same.
    """
    last = history[-1] if history else None
    if not isinstance(last, Answer):
        return ()
    for excerpt in last.shown:
        passage = excerpt.passage
        if sources is not None and passage.source not in sources:
            return ()
        if languages is not None and passage.language not in languages:
            return ()
        if (since or until) and passage.date is None:
            return ()
        if passage.date and ((since and passage.date < since) or (until and passage.date > until)):
            return ()
        article = index.article(passage.source)
        if article is None or article.text[passage.start : passage.end] != passage.text:
            return ()
    return last.shown


def _refusal(asking: _Asking, engine: str, shown: Sequence[Excerpt] = ()) -> Answer:
    """Say that the articles do not hold the answer."""
    return Answer(
        question=asking.question,
        text=words.REFUSAL[asking.language],
        refused=True,
        language=asking.language,
        engine=engine,
        citations=(),
        standalone=asking.standalone,
        shown=tuple(shown),
    )


def _quotes(
    asking: _Asking,
    verdict: Verdict,
    reason: str | None = None,
    note: str | None = None,
    shown: Sequence[Excerpt] = (),
) -> Iterator[Event]:
    """Quote the articles; `reason` is why the model did not write."""
    if reason:
        note = words.QUOTES_INSTEAD[asking.language].format(reason=reason)
    citations = extract.cite(extract.choose(verdict.evidence))
    quoted = extract.sentences(citations)
    text = extract.compose(quoted)
    yield Piece(text)
    yield Answer(
        question=asking.question,
        text=text,
        refused=False,
        language=asking.language,
        engine=extract.NAME,
        citations=tuple(citations),
        note=note,
        sentences=quoted,
        standalone=asking.standalone,
        shown=tuple(shown),
    )


def _written(
    index: Index,
    asking: _Asking,
    hits: Sequence[Hit],
    verdict: Verdict,
    model: Engine,
    earlier: Sequence[Excerpt],
) -> Iterator[Event]:
    """Let the model write, then keep what holds against the passages; quotes if nothing does."""

    def asked_of(excerpts: Sequence[Excerpt]) -> Prompt:
        return prompt.answering(asking.standalone or asking.question, asking.language, excerpts)

    shown = pack.choose(
        hits,
        verdict.evidence,
        earlier=earlier,
        fits=lambda excerpts: _has_room(model, asked_of(excerpts)),
    )
    if not shown:
        yield from _quotes(asking, verdict, words.NO_ROOM[asking.language])
        return
    draft, reason = "", None
    try:
        for event in model.write(asked_of(shown), asking.deadline):
            if isinstance(event, Waiting):
                yield event
            else:
                draft += event
                yield Piece(event)
    except errors.ModelTimeoutError:
        reason = words.TIME_UP[asking.language]
    except errors.ModelError as error:
        reason = str(error)
    sentences, citations = cite.check(
        cite.parse(draft), [excerpt.passage for excerpt in shown], index.read
    )
    if citations:
        yield Answer(
            question=asking.question,
            text=cite.compose(sentences),
            refused=False,
            language=asking.language,
            engine=model.name,
            citations=tuple(citations),
            note=reason and words.CUT_SHORT[asking.language].format(reason=reason),
            sentences=tuple(sentences),
            standalone=asking.standalone,
            shown=tuple(shown),
        )
    # A refusal needs no source; some models give it one all the same.
    elif words.REFUSAL[asking.language] in cite.unmarked(draft):
        yield _refusal(asking, model.name, shown)
    else:
        yield from _quotes(asking, verdict, reason, words.MODEL_FAILED[asking.language], shown)

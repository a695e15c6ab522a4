"""A conversation as it is had: each question answered step by step, and kept as it comes.

Knows nothing of Gradio or HTML.
"""

import datetime
import threading
import time
import traceback
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace

from index import KhabarError, errors
from qa import phrases
from qa.answer import stream
from qa.conversations import Conversations, Kept
from qa.look import Language
from qa.service import Service
from qa.turn import Scope, Turn, closed
from qa.types import Answer, Found, Piece, Waiting

_PAUSE = 0.05
"""Seconds until an answer that is to end is looked at again."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The conversation that a page shows."""

    id: str = ""
    """Empty until its first question."""
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What somebody typed and chose to narrow a question, as it came."""

    since: str = ""
    until: str = ""
    languages: Sequence[str] = field(default=())
    sources: Sequence[str] = field(default=())


@dataclass(slots=True, eq=False)
class _Asked:
    """A question that is being answered."""

    owner: str
    turn: Turn
    """How far its answer has come."""
    steps: Generator[Turn, None, None]
    kept: Kept | None = None
    """Where it is kept, once it is."""
    stopping: bool = False
    """Whether it is to end at its next step."""


class Talk:
    """Answers the questions of all pages. Safe to use from several threads."""

    def __init__(self, service: Service, conversations: Conversations) -> None:
        self._service = service
        self._conversations = conversations
        self._running: set[_Asked] = set()
        self._ending = threading.Lock()

    def ask(
        self, question: str, thread: Thread, narrowed: Narrowed, owner: str, reader: Language
    ) -> Generator[Thread, None, None]:
        """Answer a question of a conversation; the thread comes again at each step.

        The question is kept from its first step on, and its answer at its end, whatever ends it.
        Raises KhabarError if it cannot be kept; it is answered all the same before.
        """
        earlier = tuple(closed(turn) for turn in thread.turns if turn.question)
        if not question:
            yield Thread(thread.id, (*earlier, Turn("", problem=phrases.EMPTY[reader])))
            return
        unkept: KhabarError | None = None
        turn = Turn(question)
        asked = _Asked(owner, turn, self._answered(turn, earlier, narrowed, reader))
        self._running.add(asked)
        with closing(asked.steps):
            try:
                for turn in asked.steps:
                    asked.turn = turn
                    if asked.stopping:
                        break
                    yield Thread(thread.id, (*earlier, turn))
                    if asked.kept or unkept or turn.ended:
                        continue
                    # After it was shown: a disk may take its time.
                    try:
                        asked.kept = self._begun(thread.id, turn, owner)
                        thread = Thread(asked.kept.conversation)
                    except KhabarError as error:
                        unkept = error
            finally:
                # The page may be closed by now, and the answer stopped with it.
                self._end(asked)
        if not asked.turn.ended:  # the server ends
            yield Thread(thread.id, (*earlier, closed(asked.turn)))
        if unkept:
            raise unkept

    def _end(self, asked: _Asked) -> None:
        """Keep an answer as it is now, for the last time."""
        with self._ending:
            if asked in self._running:
                self._running.remove(asked)
                if asked.kept:
                    with suppress(errors.ConversationError):  # deleted meanwhile
                        self._conversations.replace(asked.owner, asked.kept, asked.turn)

    def close(self) -> None:
        """Stop what is being answered, and keep it as far as it came: nobody asks for the rest."""
        running = tuple(self._running)
        # All of them first: a disk takes its time to keep one, and the others would go on.
        for asked in running:
            asked.stopping = True
        for asked in running:
            while True:
                try:
                    asked.steps.close()
                    break
                except ValueError:  # a thread is on its way to the next step, its last one
                    time.sleep(_PAUSE)
            # One that cannot be written: the others are kept all the same.
            with suppress(KhabarError):
                self._end(asked)

    def _begun(self, conversation: str, turn: Turn, owner: str) -> Kept:
        if conversation:
            # Deleted meanwhile, in another window: it begins anew.
            with suppress(errors.ConversationError):
                return self._conversations.add(owner, conversation, turn)
        return self._conversations.begin(owner, turn)

    def _answered(
        self, turn: Turn, earlier: Sequence[Turn], narrowed: Narrowed, reader: Language
    ) -> Generator[Turn, None, None]:
        index = self._service.index
        try:
            turn = replace(turn, language=index.read(turn.question).language)
            turn = replace(turn, scope=_scope(narrowed, reader))
            yield turn
            events = stream(
                turn.question,
                index,
                since=turn.scope.since,
                until=turn.scope.until,
                languages=turn.scope.languages,
                sources=turn.scope.sources,
                history=[each.answer for each in earlier if each.answer],
                engine=self._service.engine,
            )
            with closing(events):
                for event in events:
                    if isinstance(event, Found):
                        turn = replace(turn, found=event.hits, standalone=event.standalone)
                    elif isinstance(event, Waiting):
                        turn = replace(turn, place=event.place)
                    elif isinstance(event, Piece):
                        turn = replace(turn, draft=turn.draft + event.text)
                    else:
                        turn = self._whole(turn, event)
                    yield turn
        except KhabarError as error:
            yield replace(turn, problem=str(error))
        except Exception:
            # A bug: its trace is for the terminal; the page stays usable.
            traceback.print_exc()
            yield replace(turn, problem=phrases.BROKEN[turn.language])

    def _whole(self, turn: Turn, answer: Answer) -> Turn:
        """Take the answer; a refusal says how many articles were searched."""
        if answer.refused:
            count = self._service.index.inventory().articles
            turn = replace(turn, scope=replace(turn.scope, articles=count))
        return replace(turn, answer=answer, draft="")


def _scope(narrowed: Narrowed, reader: Language) -> Scope:
    """Read what narrows a question. Raises KhabarError for what is no date."""
    languages = tuple(dict.fromkeys(narrowed.languages))
    return Scope(
        _day(narrowed.since, reader),
        _day(narrowed.until, reader),
        languages if len(languages) == 1 else None,  # both are no choice
        tuple(narrowed.sources) or None,
    )


def _day(typed: str, reader: Language) -> datetime.date | None:
    if not typed.strip():
        return None
    try:
        return datetime.date.fromisoformat(typed.strip()[:10])
    except ValueError:
        raise KhabarError(phrases.NO_DATE[reader].format(typed=typed.strip()[:40])) from None

"""One job at a time, in the order in which they came, and everybody knows their place."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from index.errors import ModelTimeoutError
from qa.line import Line
from qa.types import Waiting

SOON = 30.0
"""Seconds within which what must happen has happened, whatever else the machine does."""


class Held:
    """A job that writes its name and goes on when it is told to, or stopped."""

    def __init__(self, stop: threading.Event, name: str = "held") -> None:
        self.stop, self.name = stop, name
        self.begun, self.may_end = threading.Event(), threading.Event()

    def __call__(self) -> Iterator[str]:
        """Write one piece, wait, and write another."""
        self.begun.set()
        yield self.name
        while not self.may_end.is_set() and not self.stop.is_set():
            self.stop.wait(0.01)
        yield "end"


def say(*pieces: str) -> Iterator[str]:
    yield from pieces


def read(events: Iterator[str | Waiting], into: list[str | Waiting]) -> threading.Thread:
    thread = threading.Thread(target=lambda: into.extend(events))
    thread.start()
    return thread


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


@pytest.fixture
def line(stop: threading.Event) -> Line:
    return Line(stop)


def test_who_comes_to_an_empty_line_does_not_wait(line: Line) -> None:
    assert list(line.run(lambda: say("a", "b"))) == ["a", "b"]
    assert list(line.run(lambda: say())) == []


def test_the_others_are_told_their_place_and_each_change_of_it(
    line: Line, stop: threading.Event
) -> None:
    first = Held(stop)
    running = line.run(first)
    assert next(running) == "held"
    second = line.run(lambda: say("second"))
    assert next(second) == Waiting(1)
    third = line.run(lambda: say("third"))
    assert next(third) == Waiting(2)
    first.may_end.set()
    assert list(running) == ["end"]
    assert list(second) == [Waiting(0), "second"]
    assert list(third) == [Waiting(1), Waiting(0), "third"]


def test_sixteen_at_once_are_served_in_order_one_at_a_time(
    line: Line, stop: threading.Event
) -> None:
    first = Held(stop)
    running = line.run(first)
    next(running)
    served: list[int] = []
    at_work = 0

    def job(number: int) -> Iterator[str]:
        nonlocal at_work
        at_work += 1
        assert at_work == 1
        served.append(number)
        yield f"{number} a"
        yield f"{number} b"
        at_work -= 1

    answers: list[list[str | Waiting]] = [[] for _ in range(16)]
    threads = []
    for number in range(16):
        events = line.run(lambda number=number: job(number))  # type: ignore[misc]
        answers[number].append(next(events))  # in line, before the next comes
        threads.append(read(events, answers[number]))
    first.may_end.set()
    list(running)
    for thread in threads:
        thread.join(SOON)
    assert served == list(range(16))
    for number, got in enumerate(answers):
        assert [piece for piece in got if isinstance(piece, str)] == [f"{number} a", f"{number} b"]
        places = [event.place for event in got if isinstance(event, Waiting)]
        assert places == list(range(number + 1, -1, -1))


def test_those_who_leave_the_line_make_room_and_harm_nobody(
    line: Line, stop: threading.Event
) -> None:
    first = Held(stop)
    running = line.run(first)
    next(running)
    done: list[str] = []

    def job(name: str) -> Iterator[str]:
        done.append(name)
        yield name

    waiting = [line.run(lambda name=name: job(name)) for name in "abcd"]  # type: ignore[misc]
    assert [next(events) for events in waiting] == [Waiting(n) for n in (1, 2, 3, 4)]
    waiting[0].close()
    waiting[2].close()
    running.close()
    assert list(waiting[1])[-1] == "b"
    assert list(waiting[3])[-1] == "d"
    assert done == ["b", "d"]


def test_the_job_that_runs_is_stopped_when_nobody_waits_for_it(
    line: Line, stop: threading.Event
) -> None:
    job = Held(stop)
    running = line.run(job)
    next(running)
    running.close()
    assert stop.is_set()
    assert list(line.run(lambda: say("next")))[-1] == "next"
    assert not stop.is_set()


def test_stopping_one_never_stops_the_next(line: Line, stop: threading.Event) -> None:
    for _ in range(200):
        short = line.run(lambda: say("a", "b", "c"))
        assert next(short) == "a"
        short.close()
        whole = [piece for piece in line.run(lambda: say("x", "y")) if isinstance(piece, str)]
        assert whole == ["x", "y"]


def test_a_deadline_holds_while_waiting_and_while_working(
    line: Line, stop: threading.Event
) -> None:
    job = Held(stop)
    running = line.run(job, time.monotonic() + 0.1)
    assert next(running) == "held"
    late = line.run(lambda: say("late"), time.monotonic())
    assert next(late) == Waiting(1)
    with pytest.raises(ModelTimeoutError, match="time for the answer was up"):
        next(late)
    with pytest.raises(ModelTimeoutError):
        next(running)
    assert stop.is_set()
    assert [e for e in line.run(lambda: say("next")) if isinstance(e, str)] == ["next"]


def test_what_a_job_raises_reaches_who_waits_for_it_and_no_other(line: Line) -> None:
    def broken() -> Iterator[str]:
        yield "begun"
        raise ValueError("out of paper")

    events = line.run(broken)
    assert next(events) == "begun"
    with pytest.raises(ValueError, match="out of paper"):
        next(events)
    assert list(line.run(lambda: say("next"))) == ["next"]


def test_a_line_that_nobody_uses_any_more_leaves_no_thread(stop: threading.Event) -> None:
    before = set(threading.enumerate())
    line = Line(stop)
    list(line.run(lambda: say("a")))
    (thread,) = set(threading.enumerate()) - before
    del line
    thread.join(SOON)
    assert not thread.is_alive()


def test_jobs_run_in_the_order_of_their_places_however_threads_are_held_up(
    line: Line, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The first to stand in line is held just before its job is handed over.
    submit, held, go_on = line._thread.submit, threading.Event(), threading.Event()

    def slow(*arguments: Any) -> Any:
        if not held.is_set():
            held.set()
            go_on.wait(0.5)
        return submit(*arguments)

    monkeypatch.setattr(line._thread, "submit", slow)
    order: list[str] = []

    def job(name: str) -> Iterator[str]:
        order.append(name)
        yield name

    threads = []
    for name in "ab":
        threads.append(read(line.run(lambda name=name: job(name)), []))  # type: ignore[misc]
        held.wait(SOON)
    for thread in threads:
        thread.join(SOON)
    assert order == ["a", "b"]

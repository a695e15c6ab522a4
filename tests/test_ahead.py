"""Work done ahead in a thread: in order, no further than it may, and never left running."""

import threading
import time
from collections.abc import Generator

import pytest

from index.ahead import ahead


def test_all_items_come_in_order() -> None:
    assert [*ahead(n for n in range(500))] == [*range(500)]
    assert [*ahead(n for n in range(0))] == []


def test_it_runs_in_another_thread_and_no_further_ahead_than_it_may() -> None:
    made: list[tuple[int, int]] = []

    def numbers() -> Generator[int]:
        for n in range(10):
            made.append((n, threading.get_ident()))
            yield n

    items = ahead(numbers(), depth=2)
    assert next(items) == 0
    time.sleep(0.3)
    assert len(made) <= 4  # the one taken, two that wait, and one in the hand
    assert {thread for _, thread in made} != {threading.get_ident()}
    items.close()


def test_what_goes_wrong_there_is_raised_here_after_what_came_before() -> None:
    def broken() -> Generator[int]:
        yield 1
        raise KeyError("broken")

    items = ahead(broken())
    assert next(items) == 1
    with pytest.raises(KeyError, match="broken"):
        next(items)


def test_closing_it_closes_the_generator_and_ends_the_thread() -> None:
    closed = threading.Event()

    def endless() -> Generator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    before = threading.active_count()
    items = ahead(ahead(endless()))
    assert next(items) == 1
    items.close()
    assert closed.is_set()
    assert threading.active_count() == before

"""Work done ahead, in a thread of its own, while what came before it is being used."""

import queue
import threading
from collections.abc import Callable, Generator
from typing import TypeVar

_T = TypeVar("_T")
_BEAT = 1.0
"""Seconds between two calls of `waiting`."""
_WAITING = 0.1
"""Seconds after which a full queue is looked at again: whether anybody still wants the rest."""


class _End:
    """What ends the queue: nothing more, or what went wrong."""

    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def ahead(
    items: Generator[_T],
    depth: int = 1,
    *,
    stop: Callable[[], None] = lambda: None,
    waiting: Callable[[], None] = lambda: None,
) -> Generator[_T]:
    """Pass on a generator's items; it runs up to `depth` items ahead in a thread of its own.

    What it raises is raised here, in its place. When this one ends, whatever ends it, `stop` is
    called, to let the generator wait for nothing any more; it is closed, in its thread, and has
    ended then. `waiting` is called each second without an item, and may raise to end it.
    """
    done: queue.Queue[_T | _End] = queue.Queue(depth)
    stopped = threading.Event()
    thread = threading.Thread(target=_fill, args=(items, done, stopped), daemon=True)
    thread.start()
    try:
        while True:
            try:
                item = done.get(timeout=_BEAT)
            except queue.Empty:
                waiting()
                continue
            if isinstance(item, _End):
                break
            yield item
        if item.error:
            raise item.error
    finally:
        stopped.set()
        stop()
        thread.join()


def _fill(items: Generator[_T], done: "queue.Queue[_T | _End]", stopped: threading.Event) -> None:
    error: BaseException | None = None
    try:
        for item in items:
            if not _put(item, done, stopped):
                break
    # Whatever it is, it belongs to who takes the items.
    except BaseException as raised:
        error = raised
    finally:
        items.close()
    _put(_End(error), done, stopped)


def _put(item: _T | _End, done: "queue.Queue[_T | _End]", stopped: threading.Event) -> bool:
    while not stopped.is_set():
        try:
            done.put(item, timeout=_WAITING)
            return True
        except queue.Full:
            continue
    return False

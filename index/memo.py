"""A cache for millions of small questions: when it is full it forgets all."""

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")


class Memo(dict[str, _T]):
    """`memo[text]` is what a function makes of a text.

    A third of what `functools.lru_cache` takes, which keeps order over hundreds of thousands of
    entries and finds none of them in the processor's cache. Safe to use from several threads.
    """

    def __init__(self, function: Callable[[str], _T], size: int) -> None:
        """Keep at most `size` answers of a pure function."""
        super().__init__()
        self._function = function
        self._size = size

    def __missing__(self, text: str) -> _T:
        """Answer a question that was not asked yet."""
        if len(self) >= self._size:
            self.clear()
        answer = self[text] = self._function(text)
        return answer

"""Lines on pages become paragraphs of one text. Pure; knows places and sizes, and no format.

Where a line stands and ends tells which lines are one paragraph; what stands at the head or foot of
page after page is left out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low

_EDGE_LINES = 2
"""Lines looked at for what is repeated, at the head and at the foot of a page."""
_MIN_REPEATED = 3
"""Pages a running head stands on at least: each chapter may have its own."""
_FEW_PAGES = 6
"""In a document of fewer, two are enough."""
_MAX_HEAD_CHARS = 150
_NEW_PARAGRAPH = 1.3
"""How much farther than usual a line stands below the one before it where a paragraph begins."""
_SAME_SIZE = 0.12
"""The share by which two sizes of letters may differ and still be the same."""
_SPACE = 0.3
"""A space's width, in sizes of letters."""
_INDENT = 0.8
"""The least indent of a first line, in sizes of letters."""
_COLUMN_STEP = 24.0
"""Points; lines that begin less than this apart are in one column."""
_BULLET = re.compile(r"[•‣▪●○◦∙·*–—-]\s|\(?(?:\d{1,3}|[a-zA-Zivx]{1,4}|[०-९]{1,3})[.)]\s")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a page; lengths in points, y upwards from the page's foot."""

    text: str
    left: float
    right: float
    top: float
    last_top: float
    """The same, but where it is several lines that hyphens join, of the last of them."""
    size: float
    """Of its letters."""
    first_word: float
    """How wide its first word is."""
    font: str


def repeated(pages: Sequence[Sequence[Line]]) -> dict[str, float]:
    """Find the lines at the edges of page after page, numbers apart, each with its size."""
    counts: Counter[str] = Counter()
    sizes: dict[str, float] = {}
    for page in pages:
        found = {_head(line): line.size for line in _edges(page)}
        counts.update(list(found))
        for head, size in found.items():
            sizes[head] = min(size, sizes.get(head, size))
    least = 2 if sum(map(bool, pages)) < _FEW_PAGES else _MIN_REPEATED
    return {head: sizes[head] for head, count in counts.items() if count >= least}


def _edges(page: Sequence[Line]) -> list[Line]:
    ordered = sorted(page, key=lambda line: -line.top)
    edges = ordered[:_EDGE_LINES] + ordered[_EDGE_LINES:][-_EDGE_LINES:]
    return [line for line in edges if len(line.text) <= _MAX_HEAD_CHARS]


def _head(line: Line) -> str:
    """Spell a line as it is on other pages: without its number, but for a table's row of them."""
    text = line.text.casefold()
    is_row = not any(map(str.isalpha, text)) and len(re.findall(r"\d+", text)) > 1
    return text if is_row else re.sub(r"\d+", "0", text)


def without_heads(page: Sequence[Line], repeated: dict[str, float]) -> list[Line]:
    """Leave out what is repeated; a headline that later pages have as their head is larger."""
    heads = {
        id(line)
        for line in _edges(page)
        if line.size <= repeated.get(_head(line), 0.0) * (1 + _SAME_SIZE)
    }
    return [line for line in page if id(line) not in heads]


def joined(pages: Sequence[Sequence[Line]]) -> tuple[str, list[int]]:
    """Join lines to paragraphs, over the pages' ends too, with a blank line between paragraphs.

    Gives the text, and where in it each page begins.
    """
    pieces: list[str] = []
    begins: list[int] = []
    length = 0
    before: Line | None = None
    ends: dict[tuple[int, int], float] = {}
    for page in pages:
        new_ends, pitch = _column_ends(page), _pitch(page)
        for i, line in enumerate(page):
            if before:
                same_page = i > 0
                right = ends.get(_column(before), before.right)
                joins = _goes_on(before, line, right, pitch if same_page else None)
                pieces.append(_between(before.text) if joins else "\n\n")
                length += len(pieces[-1])
            if i == 0:
                ends = new_ends
                begins.append(length)
            pieces.append(line.text)
            length += len(line.text)
            before = line
        if not page:
            begins.append(length)
    return "".join(pieces), begins


def _between(text: str) -> str:
    """Give what stands between two lines of a paragraph: no space after 2010-."""
    return "" if len(text) > 1 and text[-1] == "-" and text[-2].isalnum() else " "


def _column(line: Line) -> tuple[int, int]:
    return round(line.left / _COLUMN_STEP), round(line.size)


def _column_ends(page: Iterable[Line]) -> dict[tuple[int, int], float]:
    """Map each column, with its size of letters, to where its longest line ends."""
    longest: defaultdict[tuple[int, int], float] = defaultdict(float)
    for line in page:
        step, size = _column(line)
        for near in (step - 1, step, step + 1):
            longest[near, size] = max(longest[near, size], line.right)
    return longest


def _pitch(page: Sequence[Line]) -> float:
    """Measure how far apart the page's lines usually stand."""
    steps = [one.last_top - two.top for one, two in pairwise(page) if one.last_top > two.top]
    return median_low(steps) if steps else 0.0


def _goes_on(line: Line, following: Line, right: float, pitch: float | None) -> bool:
    """Whether the next line is the same paragraph; `pitch` is None for one on another page.

    `right` is where the longest line of its column ends: a line that stops short, though the next
    one's first word had room, is a paragraph's last.
    """
    if abs(line.size - following.size) > _SAME_SIZE * max(line.size, following.size):
        return False
    if _BULLET.match(following.text):
        return False
    down = line.last_top - following.top
    if pitch is not None and abs(down) < line.size / 2 and following.left >= line.right:
        return True  # the same line, after a gap
    if right - line.right > following.first_word + _SPACE * line.size:
        return False
    if pitch is None or down <= 0:  # another page or column
        return True
    if down > _NEW_PARAGRAPH * max(pitch, line.size):
        return False
    return following.left - line.left <= _INDENT * line.size or bool(_BULLET.match(line.text))

"""PDF: the text of the pages, as paragraphs, and where in it each page begins.

A PDF has lines on pages. Where a line stands and ends tells which lines are one paragraph; what
stands at the head or foot of page after page is left out.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median_low
from typing import TYPE_CHECKING

from index import properties
from index.errors import FileError
from index.load import MAX_BYTES, RawArticle
from index.meta import Metadata

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

_MAX_PAGES = 10_000
_MAX_PROBLEMS = 20
"""Damaged pages that are named; a file with more is damaged throughout."""
_EDGE_LINES = 2
"""Lines looked at for what is repeated, at the head and at the foot of a page."""
_MIN_REPEATED = 0.4
"""The share of pages a running head stands on: left and right ones may differ, and the first page
of a chapter has none."""
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
_HYPHEN = re.compile(r"[\ufffe\x02](\s*)(\w?)")
"""PDFium's mark for a hyphen at the end of a line, before what it put behind it."""
_NOT_UNICODE = re.compile(r"kruti|devlys|chanakya|shusha", re.IGNORECASE)
"""Fonts that draw Hindi letters for Latin ones: what PDFium reads out of them is no Hindi."""
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a page; lengths in points, y upwards from the page's foot."""

    text: str
    left: float
    right: float
    top: float
    size: float
    """Of its first letter."""
    first_word: float
    """How wide its first word is."""
    font: str


def prepare() -> None:
    """Import and start PDFium."""
    import pypdfium2

    pypdfium2.PdfDocument.new().close()


def read(data: bytes) -> tuple[list[RawArticle], dict[str, str]]:
    """Read a PDF as one article, and name the pages that cannot be read, with the reason.

    The day it was made is not taken for the article's. Raises FileError if it is damaged, has a
    password, or its pages hold no text.
    """
    # Imported here: only a PDF needs it.
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise FileError("the PDF has a password; save it without one.") from error
        raise FileError("the PDF is damaged and does not open; save it anew.") from error
    count = len(document)
    if not 0 < count <= _MAX_PAGES:
        raise FileError(
            f"the PDF has {count:,} pages, it may have {_MAX_PAGES:,}; split it."
            if count
            else "the PDF has no pages; save it anew."
        )
    pages, problems = _pages(document, count)
    _check_letters(pages)
    repeated = _repeated(pages)
    text, begins = _joined([_without_heads(page, repeated) for page in pages])
    if not text:  # all pages alike
        text, begins = _joined(pages)
    if not text:
        raise FileError(
            "the PDF's pages are pictures, without text; run OCR on it (ocrmypdf -l hin+eng) and "
            "put the result here."
        )
    about = document.get_metadata_dict()
    stated = Metadata(properties.title(about.get("Title")), properties.author(about.get("Author")))
    return [RawArticle(text, stated, pages=tuple(begins))], problems


def _pages(document: "PdfDocument", count: int) -> tuple[list[list[_Line]], dict[str, str]]:
    import pypdfium2

    pages: list[list[_Line]] = []
    problems: dict[str, str] = {}
    chars = 0
    for number in range(count):
        lines: list[_Line] = []
        try:
            page = document[number]
            lines = _lines(page)
            page.close()
        except pypdfium2.PdfiumError:
            problems[f"page {number + 1}"] = f"page {number + 1} is damaged; save the PDF anew."
            if len(problems) > _MAX_PROBLEMS:
                raise FileError("the PDF is damaged throughout; save it anew.") from None
        pages.append(lines)
        chars += sum(len(line.text) for line in lines)
        if chars > MAX_BYTES:
            raise FileError(f"it holds more than {MAX_BYTES:,} letters; split it.")
    if len(problems) == count:
        raise FileError("the PDF is damaged, none of its pages opens; save it anew.")
    return pages, problems


def _lines(page: "PdfPage") -> list[_Line]:
    """Read a page's lines in the order the page has them."""
    content = page.get_textpage()
    text = content.get_text_range()
    if len(text) != content.count_chars():  # letters beyond the first 65,536 count for two
        text = "".join(_letter(content, i) for i in range(content.count_chars()))
    lines = [
        _line(content, match.group(), match.start())
        for match in re.finditer(r"[^\r\n]+", text)
        if match.group().strip()
    ]
    content.close()
    return lines


def _letter(content: "PdfTextPage", position: int) -> str:
    import pypdfium2.raw

    code = pypdfium2.raw.FPDFText_GetUnicode(content.raw, position)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _line(content: "PdfTextPage", raw: str, start: int) -> _Line:
    import pypdfium2.raw

    first = start + len(raw) - len(raw.lstrip())
    last = start + len(raw.rstrip()) - 1
    word_end = first + len(raw.split(maxsplit=1)[0]) - 1
    left, bottom, _, top = content.get_charbox(first, loose=True)
    right = content.get_charbox(last, loose=True)[2]
    word_right = content.get_charbox(word_end, loose=True)[2]
    size = pypdfium2.raw.FPDFText_GetFontSize(content.raw, first)
    return _Line(
        text=" ".join(_HYPHEN.sub(_mended, _paired(raw)).split()),
        left=left,
        right=right,
        top=top,
        # Where a page is scaled, sizes are 1 and the box is what tells.
        size=size if size > 1 else max(top - bottom, 1.0),
        first_word=word_right - left,
        font=_font(content, first),
    )


def _paired(text: str) -> str:
    """Put together the halves of letters beyond the first 65,536, which PDFium gives one by one."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _mended(mark: re.Match[str]) -> str:
    """Put together a word cut at the end of a line; keep the hyphen of Indo-Pacific, of 2010-11."""
    following = mark[2]
    return following if following.islower() or _DEVANAGARI.match(following) else f"-{following}"


def _font(content: "PdfTextPage", position: int) -> str:
    import ctypes

    import pypdfium2.raw

    name = ctypes.create_string_buffer(64)
    pypdfium2.raw.FPDFText_GetFontInfo(content.raw, position, name, 64, ctypes.c_int())
    return name.value.decode("utf-8", "replace")


def _check_letters(pages: Sequence[Sequence[_Line]]) -> None:
    """Refuse a PDF most of whose lines are in fonts that are not Unicode."""
    fonts = Counter(
        line.font if _NOT_UNICODE.search(line.font) and not _DEVANAGARI.search(line.text) else ""
        for page in pages
        for line in page
    )
    odd = fonts.total() - fonts[""]
    if odd > fonts[""]:
        font = max((name for name in fonts if name), key=lambda name: fonts[name])
        raise FileError(
            f"its Hindi is in the font {font}, which is not Unicode, so that no word of it can be "
            "read; convert it to Unicode, or run OCR on it."
        )


def _repeated(pages: Sequence[Sequence[_Line]]) -> dict[str, float]:
    """Find the lines at the edges of page after page, numbers apart, each with its size."""
    counts: Counter[str] = Counter()
    sizes: dict[str, float] = {}
    for page in pages:
        found = {_head(line): line.size for line in _edges(page)}
        counts.update(list(found))
        for head, size in found.items():
            sizes[head] = min(size, sizes.get(head, size))
    least = max(2.0, _MIN_REPEATED * sum(map(bool, pages)))
    return {head: sizes[head] for head, count in counts.items() if count >= least}


def _edges(page: Sequence[_Line]) -> list[_Line]:
    ordered = sorted(page, key=lambda line: -line.top)
    edges = ordered[:_EDGE_LINES] + ordered[_EDGE_LINES:][-_EDGE_LINES:]
    return [line for line in edges if len(line.text) <= _MAX_HEAD_CHARS]


def _head(line: _Line) -> str:
    return re.sub(r"\d+", "0", line.text.casefold())


def _without_heads(page: Sequence[_Line], repeated: dict[str, float]) -> list[_Line]:
    """Leave out what is repeated; a headline that later pages have as their head is larger."""
    heads = {
        id(line)
        for line in _edges(page)
        if line.size <= repeated.get(_head(line), 0.0) * (1 + _SAME_SIZE)
    }
    return [line for line in page if id(line) not in heads]


def _joined(pages: Sequence[Sequence[_Line]]) -> tuple[str, list[int]]:
    """Join lines to paragraphs, over the pages' ends too, with a blank line between paragraphs.

    Gives the text, and where in it each page begins.
    """
    pieces: list[str] = []
    begins: list[int] = []
    length = 0
    before: _Line | None = None
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


def _column(line: _Line) -> tuple[int, int]:
    return round(line.left / _COLUMN_STEP), round(line.size)


def _column_ends(page: Iterable[_Line]) -> dict[tuple[int, int], float]:
    """Map each column, with its size of letters, to where its longest line ends."""
    longest: defaultdict[tuple[int, int], float] = defaultdict(float)
    for line in page:
        step, size = _column(line)
        for near in (step - 1, step, step + 1):
            longest[near, size] = max(longest[near, size], line.right)
    return longest


def _pitch(page: Sequence[_Line]) -> float:
    """Measure how far apart the page's lines usually stand."""
    steps = [one.top - two.top for one, two in pairwise(page) if one.top > two.top]
    return median_low(steps) if steps else 0.0


def _goes_on(line: _Line, following: _Line, right: float, pitch: float | None) -> bool:
    """Whether the next line is the same paragraph; `pitch` is None for one on another page.

    `right` is where the longest line of its column ends: a line that stops short, though the next
    one's first word had room, is a paragraph's last.
    """
    if abs(line.size - following.size) > _SAME_SIZE * max(line.size, following.size):
        return False
    if _BULLET.match(following.text):
        return False
    down = line.top - following.top
    if pitch is not None and abs(down) < line.size / 2 and following.left >= line.right:
        return True  # the same line, after a gap
    if right - line.right > following.first_word + _SPACE * line.size:
        return False
    if pitch is None or down <= 0:  # another page or column
        return True
    if down > _NEW_PARAGRAPH * max(pitch, line.size):
        return False
    return following.left - line.left <= _INDENT * line.size or bool(_BULLET.match(line.text))

"""PDF: the text of the pages, as paragraphs, and where in it each page begins."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index import layout, properties
from index.errors import FileError
from index.layout import Line
from index.load import MAX_BYTES, RawArticle
from index.meta import Metadata

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage, PdfTextPage

_MAX_PAGES = 10_000
_MAX_PROBLEMS = 20
"""Damaged pages that are named; a file with more is damaged throughout."""
_HYPHEN = re.compile(r"[\ufffe\x02](\s*)(\w?)")
"""PDFium's mark for a hyphen at the end of a line, before what it put behind it."""
_NOT_UNICODE = re.compile(r"kruti|devlys|chanakya|shusha", re.IGNORECASE)
"""Fonts that draw Hindi letters for Latin ones: what PDFium reads out of them is no Hindi."""
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


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
    heads = layout.repeated(pages)
    text, begins = layout.joined([layout.without_heads(page, heads) for page in pages])
    if not text:  # all pages alike
        text, begins = layout.joined(pages)
    if not text:
        raise FileError(
            "the PDF's pages are pictures, without text; run OCR on it (ocrmypdf -l hin+eng) and "
            "put the result here."
        )
    about = document.get_metadata_dict()
    stated = Metadata(properties.title(about.get("Title")), properties.author(about.get("Author")))
    return [RawArticle(text, stated, pages=tuple(begins))], problems


def _pages(document: "PdfDocument", count: int) -> tuple[list[list[Line]], dict[str, str]]:
    import pypdfium2

    pages: list[list[Line]] = []
    problems: dict[str, str] = {}
    chars = 0
    for number in range(count):
        lines: list[Line] = []
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


def _lines(page: "PdfPage") -> list[Line]:
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


def _line(content: "PdfTextPage", raw: str, start: int) -> Line:
    import pypdfium2.raw

    first = start + len(raw) - len(raw.lstrip())
    last = start + len(raw.rstrip()) - 1
    word_end = first + len(raw.split(maxsplit=1)[0]) - 1
    left, bottom, _, top = content.get_charbox(first, loose=True)
    _, _, right, last_top = content.get_charbox(last, loose=True)
    word_right = content.get_charbox(word_end, loose=True)[2]
    # A bullet or a note's number is smaller than the line.
    size = max(pypdfium2.raw.FPDFText_GetFontSize(content.raw, at) for at in (first, last))
    return Line(
        text=" ".join(_HYPHEN.sub(_mended, _paired(raw)).split()),
        left=_length(left),
        right=_length(right),
        top=_length(top),
        last_top=_length(last_top if _HYPHEN.search(raw) else top),
        # Where a page is scaled, sizes are 1 and the box is what tells.
        size=_length(size) if size > 1 else max(_length(top - bottom), 1.0),
        first_word=_length(word_right - left),
        font=_font(content, first),
    )


def _length(points: float) -> float:
    """Take a length that a damaged page may have made endless, or none at all, for nothing."""
    return points if math.isfinite(points) else 0.0


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


def _check_letters(pages: Sequence[Sequence[Line]]) -> None:
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

"""Other people's text as HTML: escaped, dated, and marked with its language. Pure."""

import datetime
import html
import re

from babel.dates import format_date

from qa.types import AnswerLanguage

_DEVANAGARI = re.compile(r"[\u0900-\u097f]")


def escaped(text: str) -> str:
    """Write a text so that it shows as it is, in an element or an attribute."""
    # A file name of broken bytes holds lone surrogates, which no response can carry.
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"), quote=True)


def lang(text: str) -> str:
    """Name the language a browser should take a quoted text for, to pick its voice and font."""
    return "hi" if _DEVANAGARI.search(text) else "en"


def day(date: datetime.date, language: AnswerLanguage) -> str:
    """Write a day in words: 5 मई 2023."""
    return escaped(format_date(date, "d MMMM y", locale="hi" if language == "hi" else "en"))


def dated(date: datetime.date | None, language: AnswerLanguage, undated: str) -> str:
    """Write the date of an article, or that it has none."""
    if date is None:
        return f'<span class="date undated">{undated}</span>'
    return f'<time class="date" datetime="{date}">{day(date, language)}</time>'


def titled(title: str | None) -> str:
    """Write the title of an article; nothing where it has none."""
    return f'<cite dir="auto" lang="{lang(title)}">{escaped(title)}</cite>' if title else ""


def file(source: str) -> str:
    """Write the name of a file."""
    # <bdi> keeps the letters of a file name from reordering what stands beside it.
    return f'<bdi class="file" translate="no">{escaped(source)}</bdi>'

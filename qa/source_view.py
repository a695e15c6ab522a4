"""An article beside the answer: the whole of it, with what was cited highlighted. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from index import Article
from qa.html_text import dated, escaped, file, lang, titled
from qa.look import Language

WORDS: dict[Language, dict[str, str]] = {
    "hi": {
        "region": "स्रोत लेख",
        "close": "बंद कीजिए",
        "download": "फ़ाइल डाउनलोड कीजिए",
        "undated": "तारीख़ नहीं मिली",
        "page": "पृष्ठ {page}",
        "changed": "जवाब के बाद यह लेख बदल गया है।",
        "gone": "यह लेख अब यहाँ नहीं है; जवाब में यह वाक्य लिया गया था:",
    },
    "en": {
        "region": "Source article",
        "close": "Close",
        "download": "Download the file",
        "undated": "no date found",
        "page": "page {page}",
        "changed": "This article has changed since the answer.",
        "gone": "This article is no longer here; the answer quoted this from it:",
    },
}


@dataclass(frozen=True, slots=True)
class Highlight:
    """A span of an article that was cited: `article.text[start:end]`."""

    start: int
    end: int
    label: str = ""
    """The number of the citation; empty for a passage that was only found."""
    current: bool = False
    """Whether this is the one that was asked for."""


def article_view(
    article: Article, highlights: Sequence[Highlight], language: Language, *, changed: bool = False
) -> str:
    """Write an article; highlights that overlap an earlier one are left out, but the current one.

    `changed` says that it is not what it was when the answer was written.
    """
    words = WORDS[language]
    named = quote(article.source, safe="", errors="replace")
    link = f'<a class="download" href="files?source={named}" download>{words["download"]}</a>'
    author = (
        f'<span class="author" dir="auto">{escaped(article.author)}</span>'
        if article.author
        else ""
    )
    note = f'<p class="note">{words["changed"]}</p>' if changed else ""
    heading = titled(article.title) or file(article.source)
    return (
        f'<section class="source-view" aria-label="{words["region"]}">'
        f'<header><h2 tabindex="-1">{heading}</h2>'
        f'<button type="button" class="close" data-do="close">{words["close"]}</button>'
        f'<div class="about">{dated(article.date, language, words["undated"])}{author}'
        f"{file(article.source)}{_leaf(article, highlights, words)}{link}</div></header>"
        f'{note}<div class="text" tabindex="0" dir="auto" lang="{lang(article.text)}">'
        f"{''.join(_text(article, _apart(highlights), words))}</div></section>"
    )


def gone_view(quoted: str, source: str, language: Language) -> str:
    """Write what was cited of an article that is no longer indexed."""
    words = WORDS[language]
    return (
        f'<section class="source-view" aria-label="{words["region"]}">'
        f'<header><h2 tabindex="-1">{file(source)}</h2>'
        f'<button type="button" class="close" data-do="close">{words["close"]}</button></header>'
        f'<p class="note">{words["gone"]}</p>'
        f'<blockquote dir="auto" lang="{lang(quoted)}">{escaped(quoted)}</blockquote></section>'
    )


def _leaf(article: Article, highlights: Sequence[Highlight], words: dict[str, str]) -> str:
    """Name the page of what was asked for, where the format has pages."""
    places = [each.start for each in highlights if each.current]
    if not article.pages or not places:
        return ""
    page = sum(begin <= places[0] for begin in article.pages)
    return f'<span class="leaf">{words["page"].format(page=page)}</span>' if page else ""


def _apart(highlights: Sequence[Highlight]) -> list[Highlight]:
    kept: list[Highlight] = []
    for each in sorted(highlights, key=lambda each: not each.current):
        if not any(each.start < other.end and other.start < each.end for other in kept):
            kept.append(each)
    return sorted(kept, key=lambda each: each.start)


def _text(
    article: Article, highlights: Sequence[Highlight], words: dict[str, str]
) -> Iterator[str]:
    """Write the text with its highlights, and a line before each page but the first."""
    breaks = {begin: number for number, begin in enumerate(article.pages, 1) if number > 1}
    done = 0
    for each in highlights:
        yield from _piece(article, done, each.start, breaks, words)
        inner = escaped(article.text[each.start : each.end])
        kind = ' class="cited"' if each.current else ""
        label = (
            f'<span class="mark" aria-hidden="true">{escaped(each.label)}</span>'
            if each.label
            else ""
        )
        yield f"<mark{kind}>{inner}</mark>{label}"
        done = each.end
    yield from _piece(article, done, len(article.text), breaks, words)


def _piece(
    article: Article, start: int, end: int, breaks: dict[int, int], words: dict[str, str]
) -> Iterator[str]:
    for begin in sorted(place for place in breaks if start <= place <= end):
        yield escaped(article.text[start:begin])
        yield f'<span class="leaf">{words["page"].format(page=breaks[begin])}</span>'
        start = begin
    yield escaped(article.text[start:end])

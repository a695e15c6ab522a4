"""Answers to HTML for the chat page. Pure: no server, no files.

Questions, titles, quotes and file names are other people's text: everything is escaped here, and
nothing in them is read as HTML or Markdown.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from babel.dates import format_date

from index import Hit, Passage
from qa import extract
from qa.turn import Turn
from qa.types import Answer, AnswerLanguage, Citation, Sentence
from qa.words import UNSUPPORTED

_AROUND = 110
"""Characters of the article shown on either side of a quote."""
_GLUE = "\N{WORD JOINER}\N{NO-BREAK SPACE}"
"""A space after which no line begins, not even behind a danda: a mark never stands alone."""
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_WORDS: dict[AnswerLanguage, dict[str, str]] = {
    "hi": {
        "searching": "लेखों में खोजा जा रहा है…",
        "waiting for one": "मॉडल अभी दूसरे सवालों के जवाब दे रहा है; आपसे पहले {place} सवाल और है",
        "waiting": "मॉडल अभी दूसरे सवालों के जवाब दे रहा है; आपसे पहले {place} सवाल और हैं",
        "writing": "जवाब लिखा जा रहा है…",
        "standalone": "आपका सवाल इस तरह समझा गया:",
        "stopped": "जवाब बीच में रोक दिया गया।",
        "sources": "स्रोत",
        "undated": "तारीख़ नहीं मिली",
        "page": "पृष्ठ {page}",
        "also in": "यही लेख इस फ़ाइल में भी है:",
    },
    "en": {
        "searching": "Searching the articles…",
        "waiting for one": "The model is busy; {place} ahead of yours",
        "waiting": "The model is busy; {place} ahead of yours",
        "writing": "Writing the answer…",
        "standalone": "Taken to mean:",
        "stopped": "The answer was stopped.",
        "sources": "Sources",
        "undated": "no date found",
        "page": "page {page}",
        "also in": "also in",
    },
    "hi-Latn": {
        "searching": "Lekhon mein khoja ja raha hai…",
        "waiting for one": "Model abhi doosre sawalon ke jawab de raha hai; "
        "aapse pehle {place} sawal aur hai",
        "waiting": "Model abhi doosre sawalon ke jawab de raha hai; "
        "aapse pehle {place} sawal aur hain",
        "writing": "Jawab likha ja raha hai…",
        "standalone": "Aapka sawal is tarah samjha gaya:",
        "stopped": "Jawab beech mein rok diya gaya.",
        "sources": "Srot",
        "undated": "tareekh nahin mili",
        "page": "prishth {page}",
        "also in": "yahi lekh is file mein bhi hai:",
    },
}
EMPTY = {
    "hi": "आपने कोई सवाल नहीं लिखा; हिंदी, अंग्रेज़ी या रोमन अक्षरों वाली हिंदी में पूछिए।",
    "en": "There is no question yet; ask one in Hindi, in English, or in Hindi in roman letters.",
}
BROKEN: dict[AnswerLanguage, str] = {
    "hi": "कुछ गड़बड़ हो गई; ब्योरा उस टर्मिनल में है जिसमें यह प्रोग्राम चल रहा है।",
    "en": "Something went wrong in Khabar; the terminal it runs in says what.",
    "hi-Latn": "Kuch gadbad ho gayi; byora us terminal mein hai jismein yeh program chal raha hai.",
}


def conversation(turns: Sequence[Turn]) -> str:
    """Write a conversation as HTML, the latest question first."""
    parts = [_turn(number, turn) for number, turn in enumerate(turns)]
    return "".join(reversed(parts))


def _turn(number: int, turn: Turn) -> str:
    head = f'<h2 dir="auto">{_escaped(turn.question)}</h2>' if turn.question else ""
    # Screen readers read out what changes in a live region: the newest answer, once it is whole.
    busy = "false" if turn.ended else "true"
    body = f'<div aria-live="polite" aria-busy="{busy}">{_body(number, turn)}</div>'
    return f'<article class="turn" lang="{turn.language}">{head}{body}</article>'


def _body(number: int, turn: Turn) -> str:
    words = _WORDS[turn.language]
    asked = ""
    if turn.standalone:
        label = f'<span class="label">{words["standalone"]}</span>'
        asked = f'<p class="standalone" dir="auto">{label} {_escaped(turn.standalone)}</p>'
    if turn.answer is not None:
        return asked + _answer(f"turn{number}", turn.answer, turn.found or ())
    parts = [part.strip() for part in turn.draft.split("\n\n") if part.strip()]
    draft = asked + "".join(_paragraph(_escaped(part), turn.language) for part in parts)
    if turn.problem is not None:
        return f'{draft}<p class="problem" dir="auto">{_escaped(turn.problem)}</p>'
    if turn.stopped:
        return f'{draft}<p class="status">{words["stopped"]}</p>'
    if turn.place:
        status = words["waiting" if turn.place > 1 else "waiting for one"].format(place=turn.place)
    else:
        status = words["searching"] if turn.found is None else words["writing"]
    return f'{draft}<p class="status working">{status}</p>'


def _answer(prefix: str, answer: Answer, found: Sequence[Hit]) -> str:
    note = f'<p class="note">{_escaped(answer.note)}</p>' if answer.note else ""
    if answer.refused:
        return f'{note}<p class="refused">{_escaped(answer.text)}</p>'
    text = "".join(_sentences(prefix, answer))
    # A follow-up may cite what the question before it was answered from.
    passages = [hit.passage for hit in found] + [excerpt.passage for excerpt in answer.shown]
    sources = "".join(_source(prefix, citation, answer, passages) for citation in answer.citations)
    label = _WORDS[answer.language]["sources"]
    return f'{note}{text}<h3>{label}</h3><ol class="sources">{sources}</ol>'


def _sentences(prefix: str, answer: Answer) -> Iterator[str]:
    """Write paragraphs: a quote each, or what a model wrote, apart from what nothing bears out."""
    quotes = answer.engine == extract.NAME
    for held, group in groupby(answer.sentences, key=lambda sentence: bool(sentence.marks)):
        written = [_escaped(each.text) + _links(prefix, each) for each in group]
        if not held:
            label = f'<span class="label">{UNSUPPORTED[answer.language]}</span>'
            text = " ".join(written)
            yield f'<p class="unsupported" dir="auto" lang="{answer.language}">{label} {text}</p>'
        elif quotes:
            yield from (_paragraph(text, _lang(text)) for text in written)
        else:
            yield _paragraph(" ".join(written), answer.language)


def _links(prefix: str, sentence: Sentence) -> str:
    return "".join(
        f'{_GLUE}<a class="mark" href="#{prefix}-{number}">{number}</a>'
        for number in sentence.marks
    )


def _paragraph(html: str, lang: str) -> str:
    return f'<p class="answer" dir="auto" lang="{lang}">{html}</p>'


def _source(prefix: str, citation: Citation, answer: Answer, passages: Iterable[Passage]) -> str:
    if citation.date is None:
        date = f'<span class="date undated">{_WORDS[answer.language]["undated"]}</span>'
    else:
        date = f'<time class="date" datetime="{citation.date}">{_day(citation, answer)}</time>'
    title = ""
    if citation.title:
        title = f'<cite dir="auto" lang="{_lang(citation.title)}">{_escaped(citation.title)}</cite>'
    before, after = around(citation, passages)
    quote = (
        f'<blockquote dir="auto" lang="{_lang(citation.quote)}">{_escaped(before)}'
        f"<mark>{_escaped(citation.quote)}</mark>{_escaped(after)}</blockquote>"
    )
    return (
        f'<li id="{prefix}-{citation.number}"><span class="number">{citation.number}</span>'
        f'<div class="about">{date}{title}</div>{quote}{_place(citation, answer.language)}</li>'
    )


def _place(citation: Citation, language: AnswerLanguage) -> str:
    """Name the file, its page if it has any, and the others that hold the same text."""
    words = _WORDS[language]
    page = ""
    if citation.page:
        page = f' <span class="leaf">{words["page"].format(page=citation.page)}</span>'
    also = "".join(
        f'<div class="also">{words["also in"]} {_file(other)}</div>' for other in citation.also_in
    )
    return f"{_file(citation.source)}{page}{also}"


def _file(source: str) -> str:
    # <bdi> keeps the letters of a file name from reordering what stands beside it.
    return f'<bdi class="file" translate="no">{_escaped(source)}</bdi>'


def _day(citation: Citation, answer: Answer) -> str:
    locale = "hi" if answer.language == "hi" else "en"
    return _escaped(format_date(citation.date, "d MMMM y", locale=locale))


def around(citation: Citation, passages: Iterable[Passage]) -> tuple[str, str]:
    """Take what stands just before and after a quote in its passage; empty if none holds it.

    Nothing beyond the quote's paragraph; cut at a space, with an ellipsis, where that is long.
    """
    for passage in passages:
        inside = passage.start <= citation.start and citation.end <= passage.end
        if passage.source == citation.source and inside:
            before = passage.text[: citation.start - passage.start].rpartition("\n")[2]
            after = passage.text[citation.end - passage.start :].partition("\n")[0]
            return _tail(before), _tail(after[::-1])[::-1]
    return "", ""


def _tail(text: str) -> str:
    """Keep the last words of a text; works on reversed text too."""
    if len(text) <= _AROUND:
        return text
    cut = text[-_AROUND:]
    _, space, kept = cut.partition(" ")
    return f"… {kept}" if space else "…"


def _lang(text: str) -> str:
    """Name the language a browser should take a quoted text for, to pick its voice and font."""
    return "hi" if _DEVANAGARI.search(text) else "en"


def _escaped(text: str) -> str:
    # A file name of broken bytes holds lone surrogates, which no response can carry.
    return html.escape(text.encode("utf-8", "replace").decode("utf-8"), quote=True)

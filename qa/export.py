"""A conversation as Markdown, with its sources. Pure: no server, no files.

Questions, titles, quotes and file names are other people's text: it shows as it is, in whatever
renders Markdown, and nothing in it becomes a link, a heading or HTML.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

from babel.dates import format_date

from qa import extract, in_hindi
from qa.look import Language
from qa.phrases import WORDS
from qa.turn import Turn
from qa.types import Answer, AnswerLanguage, Citation
from qa.words import UNSUPPORTED

_CHARACTERS: dict[AnswerLanguage, str] = {
    "hi": "अक्षर {start}–{end}",
    "en": "characters {start}–{end}",
    "hi-Latn": "akshar {start}–{end}",
}
_STOPPED_DRAFT: dict[AnswerLanguage, str] = {
    "hi": "अधूरा मसौदा, जिसकी लेखों से जाँच नहीं हुई:",
    "en": "An unfinished draft, not checked against the articles:",
    "hi-Latn": "Adhoora masauda, jiski lekhon se jaanch nahin hui:",
}
# By name, not with a backslash: not everything that reads Markdown lets that stand before them.
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "&#96;"}
_MARKUP = re.compile(r"[\\*_{}\[\]()#!|~$]")
_OPENS_BLOCK = re.compile(r"[-+=]|\d{1,9}(?=\.)")
"""What makes a list, or a line across, of a paragraph that begins with it."""
_LIKE_AN_ADDRESS = re.compile(r"//|@|www\.|mailto:|xmpp:", re.IGNORECASE)
_INNER_DOT = re.compile(r"(?<=\w)\.(?=\w)")
"""Some take every name with a dot in it for an address."""
_LONGEST_NAME = 60
"""Characters of a file name; at four bytes each, and with an ending, systems still take it."""
_RESERVED = re.compile(r"con|prn|aux|nul|(?:com|lpt)\d", re.I)
"""What Windows gives no file."""
_JOINERS = "\u200c\u200d"
"""Hindi is written with them."""


def markdown(title: str, turns: Sequence[Turn], reader: Language = "en") -> str:
    """Write a conversation: each question, its answer, and under it where that stands.

    `title` may be empty; `reader` says in what language somebody reads why there is no answer. In
    CommonMark, in any renderer's dialect; it ends with a line end.
    """
    blocks = [f"# {_text(title)}"] if title.strip() else []
    for turn in turns:
        blocks += _turn(turn, reader)
    return "\n\n".join(blocks) + "\n"


def file_name(title: str) -> str:
    """Name a file for a conversation: its letters and digits, in any script, and .md."""
    kept = "".join(
        char if unicodedata.category(char)[0] in "LMN" or char in _JOINERS else " "
        for char in unicodedata.normalize("NFC", title)
    )
    name = "-".join(kept.split())
    if len(name) > _LONGEST_NAME:
        cut = name[: _LONGEST_NAME + 1].rpartition("-")[0]
        name = cut or name[:_LONGEST_NAME]
    name = name.strip(_JOINERS)
    if not name or _RESERVED.fullmatch(name):
        name = f"khabar-{name}".rstrip("-")
    return f"{name}.md"


def _turn(turn: Turn, reader: Language) -> Iterator[str]:
    words = WORDS[turn.language]
    if turn.question.strip():
        yield f"## {_text(turn.question)}"
    if turn.standalone:
        yield f"*{words['standalone']}* {_text(turn.standalone)}"
    if turn.answer is not None:
        yield from _answer(turn.answer, reader)
        return
    if draft := list(_paragraphs(turn.draft)):
        yield f"*{_STOPPED_DRAFT[turn.language]}*"
        yield from draft
    if turn.problem is not None:
        yield _text(in_hindi.for_reader(turn.problem, reader))
    else:
        yield f"*{words['stopped']}*"


def _answer(answer: Answer, reader: Language) -> Iterator[str]:
    if answer.note:
        yield f"*{_text(in_hindi.note(answer.note, answer.language, reader))}*"
    if answer.refused or not answer.sentences:
        yield from _paragraphs(answer.text)
    else:
        yield from _sentences(answer)
    if answer.citations:
        yield f"**{WORDS[answer.language]['sources']}**"
    for citation in answer.citations:
        yield _source(citation, answer.language)
        yield f"> {_text(citation.quote)}"


def _sentences(answer: Answer) -> Iterator[str]:
    """Write paragraphs: a quote each, or what a model wrote, apart from what nothing bears out."""
    for held, group in groupby(answer.sentences, key=lambda sentence: bool(sentence.marks)):
        written = [_text(each.text) + "".join(map(_mark, each.marks)) for each in group]
        if not held:
            yield f"*{UNSUPPORTED[answer.language]}* {' '.join(written)}"
        elif answer.engine == extract.NAME:
            yield from written
        else:
            yield " ".join(written)


def _mark(number: int) -> str:
    return f" \\[{number}\\]"


def _source(citation: Citation, language: AnswerLanguage) -> str:
    words = WORDS[language]
    day = words["undated"]
    if citation.date:
        day = format_date(citation.date, "d MMMM y", locale="hi" if language == "hi" else "en")
    parts = [_text(citation.title or ""), day, _file(citation.source)]
    if citation.page:
        parts.append(words["page"].format(page=citation.page))
    parts.append(_CHARACTERS[language].format(start=citation.start, end=citation.end))
    parts += [f"{words['also in']} {_file(other)}" for other in citation.also_in]
    return f"\\[{citation.number}\\] " + " · ".join(filter(None, parts))


def _paragraphs(text: str) -> Iterator[str]:
    return (_text(part) for part in text.split("\n\n") if part.strip())


def _text(text: str) -> str:
    """Write a text on one line so that it shows as it is."""
    line = " ".join(map(_word, _sound(text).split()))
    opening = _OPENS_BLOCK.match(line)
    if opening is None:
        return line
    place = opening.end() if line[0].isdigit() else 0
    return f"{line[:place]}\\{line[place:]}"


def _sound(text: str) -> str:
    # A lone half of a character, as in a file name of broken bytes, cannot be written.
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _word(word: str) -> str:
    # What looks like an address becomes a link however it is escaped, but not within code.
    if _LIKE_AN_ADDRESS.search(word):
        return _NAMED["`"].join(f"`{part}`" if part else "" for part in word.split("`"))
    escaped = _INNER_DOT.sub(r"\.", _MARKUP.sub(r"\\\g<0>", word))
    return "".join(_NAMED.get(char, char) for char in escaped)


def _file(source: str) -> str:
    name = " ".join(_sound(source).split())
    return _text(name) if "`" in name or not name else f"`{name}`"

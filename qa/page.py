"""Answers to HTML for the chat page. Pure: no server, no files.

Questions, titles, quotes and file names are other people's text: everything is escaped here, and
nothing in them is read as HTML or Markdown. What can be clicked carries `data-do` and says with
`data-turn` and `data-number` what it is about; the page's script passes that to the server.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from index import Hit, Passage
from qa import extract, in_hindi
from qa.html_text import dated, day, escaped, file, lang, titled
from qa.look import Language
from qa.phrases import WORDS
from qa.tags import said
from qa.turn import Scope, Turn
from qa.types import Answer, AnswerLanguage, Citation
from qa.words import UNSUPPORTED

NEAREST = 3
"""Passages shown under a refusal."""
_AROUND = 110
"""Characters of the article shown on either side of a quote."""
_EXCERPT = 320
"""Characters shown of a passage under a refusal, and of a question that could not be asked."""
_LONG = 200
"""Characters of a question from which on it is no heading to look at."""
_GLUE = "\N{WORD JOINER}\N{NO-BREAK SPACE}"
"""A space after which no line begins, not even behind a danda: a mark never stands alone."""


def conversation(turns: Sequence[Turn], first: int = 0, reader: Language = "en") -> str:
    """Write a part of a conversation as HTML, the latest question first.

    `first` is the place of the first of them in the whole, from 0. What the page says of an answer
    is in the language of its question; why there is none, in the one that `reader` names.
    """
    parts = [_turn(number, turn, reader) for number, turn in enumerate(turns, first)]
    return "".join(reversed(parts))


def _turn(number: int, turn: Turn, reader: Language) -> str:
    # What could not be asked is still in the box; why must not be out of sight below it.
    unasked = turn.problem is not None and turn.found is None
    asked = _head(turn.question, _EXCERPT) if unasked else turn.question
    kind = ' class="long"' if len(asked) > _LONG else ""
    head = f'<h2 dir="auto"{kind}>{escaped(asked)}</h2>' if asked else ""
    # What a screen reader reads out is whole: it waits while this is busy.
    busy = "false" if turn.ended else "true"
    body = f'<div class="reply" aria-busy="{busy}">{_body(number, turn, reader)}</div>'
    return f'<article class="turn" lang="{turn.language}">{head}{body}</article>'


def _body(number: int, turn: Turn, reader: Language) -> str:
    words = WORDS[turn.language]
    asked = ""
    if turn.standalone:
        label = f'<span class="label">{words["standalone"]}</span>'
        asked = f'<p class="standalone" dir="auto">{label} {escaped(turn.standalone)}</p>'
    if turn.answer is not None and turn.answer.refused:
        return asked + _refusal(number, turn, turn.answer, reader)
    if turn.answer is not None:
        scope = _searched(turn.scope, turn.answer.language)
        return asked + scope + _answer(number, turn.answer, turn.found or (), reader)
    parts = [part.strip() for part in turn.draft.split("\n\n") if part.strip()]
    draft = asked + "".join(_paragraph(escaped(part), turn.language) for part in parts)
    if turn.problem is not None:
        return draft + said(in_hindi.for_reader(turn.problem, reader), "problem")
    if turn.stopped:
        return f'{draft}<p class="status">{words["stopped"]}</p>'
    if turn.place:
        status = words["waiting" if turn.place > 1 else "waiting for one"].format(place=turn.place)
    else:
        status = words["searching"] if turn.found is None else words["writing"]
    return f'{draft}<p class="status working">{status}</p>'


def _note(answer: Answer, reader: Language) -> str:
    note = in_hindi.note(answer.note, answer.language, reader) if answer.note else ""
    return f'<p class="note">{escaped(note)}</p>' if note else ""


def _answer(turn: int, answer: Answer, found: Sequence[Hit], reader: Language) -> str:
    dates = {citation.date for citation in answer.citations}
    differ = len(dates) > 1
    text = "".join(_sentences(turn, answer, dates=differ))
    # A follow-up may cite what the question before it was answered from.
    passages = [hit.passage for hit in found] + [excerpt.passage for excerpt in answer.shown]
    sources = "".join(_source(turn, citation, answer, passages) for citation in answer.citations)
    label = WORDS[answer.language]["sources"]
    days = _days(answer) if len(dates - {None}) > 1 else ""
    note = _note(answer, reader)
    return f'{note}{days}{text}<h3>{label}</h3><ol class="sources">{sources}</ol>'


def _days(answer: Answer) -> str:
    """Say that what is cited is of different days, and of which."""
    words = WORDS[answer.language]
    dates = [citation.date for citation in answer.citations]
    known = sorted({date for date in dates if date})
    days = [dated(date, answer.language, "") for date in known]
    if None in dates:
        days.append(dated(None, answer.language, words["undated"]))
    label = f'<span class="label">{words["different days"]}</span>'
    return f'<p class="days">{label} {", ".join(days)}</p>'


def _sentences(turn: int, answer: Answer, *, dates: bool) -> Iterator[str]:
    """Write paragraphs: a quote each, or what a model wrote, apart from what nothing bears out."""
    quotes = answer.engine == extract.NAME
    cited = {citation.number: citation for citation in answer.citations}
    for held, group in groupby(answer.sentences, key=lambda sentence: bool(sentence.marks)):
        written = [
            escaped(each.text)
            + "".join(_mark(turn, cited[number], answer.language, dates) for number in each.marks)
            for each in group
        ]
        if not held:
            label = f'<span class="label">{UNSUPPORTED[answer.language]}</span>'
            text = " ".join(written)
            yield f'<p class="unsupported" dir="auto" lang="{answer.language}">{label} {text}</p>'
        elif quotes:
            yield from (_paragraph(text, lang(text)) for text in written)
        else:
            yield _paragraph(" ".join(written), answer.language)


def _mark(turn: int, citation: Citation, language: AnswerLanguage, dates: bool) -> str:
    """Write the number that opens a source; with its date, where the dates differ."""
    words = WORDS[language]
    date = f" · {dated(citation.date, language, words['undated'])}" if dates else ""
    spoken = [words["mark"].format(number=citation.number), citation.title or citation.source]
    if citation.date:
        spoken.append(day(citation.date, language))
    return (
        f'{_GLUE}<button type="button" class="mark" {_do("source", turn, citation.number)}'
        f' aria-label="{escaped(", ".join(spoken))}">{citation.number}{date}</button>'
    )


def _do(what: str, turn: int, number: int) -> str:
    return f'data-do="{what}" data-turn="{turn}" data-number="{number}"'


def _paragraph(html: str, language: str) -> str:
    return f'<p class="answer" dir="auto" lang="{language}">{html}</p>'


def _source(turn: int, citation: Citation, answer: Answer, passages: Iterable[Passage]) -> str:
    before, after = around(citation, passages)
    quote = f"{escaped(before)}<mark>{escaped(citation.quote)}</mark>{escaped(after)}"
    return _item(
        str(citation.number),
        citation,
        f'<blockquote dir="auto" lang="{lang(citation.quote)}">{quote}</blockquote>',
        _open("source", turn, citation.number, answer.language),
        answer.language,
    )


def _item(
    number: str, about: Citation | Passage, quote: str, button: str, language: AnswerLanguage
) -> str:
    date = dated(about.date, language, WORDS[language]["undated"])
    return (
        f'<li><span class="number" aria-hidden="true">{number}</span>'
        f'<div class="about">{date}{titled(about.title)}</div>{quote}'
        f'<div class="place">{_place(about, language)} {button}</div></li>'
    )


def _open(what: str, turn: int, number: int, language: AnswerLanguage) -> str:
    return (
        f'<button type="button" class="open" {_do(what, turn, number)}>'
        f"{WORDS[language]['open']}</button>"
    )


def _place(about: Citation | Passage, language: AnswerLanguage) -> str:
    """Name the file, its page if it has any, and the others that hold the same text."""
    words = WORDS[language]
    page = ""
    if about.page:
        page = f' <span class="leaf">{words["page"].format(page=about.page)}</span>'
    also = "".join(
        f'<div class="also">{words["also in"]} {file(other)}</div>' for other in about.also_in
    )
    return f"{file(about.source)}{page}{also}"


def _refusal(turn: int, asked: Turn, answer: Answer, reader: Language) -> str:
    """Write that there is no answer, where it was looked for, and what came nearest."""
    words = WORDS[answer.language]
    hits = (asked.found or ())[:NEAREST]
    nearest = f'<p class="status">{words["nothing near"]}</p>'
    if hits:
        passages = "".join(_near(turn, place, hit, answer) for place, hit in enumerate(hits))
        nearest = f'<h3>{words["nearest"]}</h3><ol class="sources nearest">{passages}</ol>'
    return (
        f'{_note(answer, reader)}<p class="refused">{escaped(answer.text)}</p>'
        f"{_searched(asked.scope, answer.language)}{nearest}"
    )


def _near(turn: int, place: int, hit: Hit, answer: Answer) -> str:
    text = hit.passage.text
    cut = _head(text, _EXCERPT)
    quote = f'<blockquote dir="auto" lang="{lang(text)}">{escaped(cut)}</blockquote>'
    button = _open("passage", turn, place, answer.language)
    return _item("·", hit.passage, quote, button, answer.language)


def _searched(scope: Scope, language: AnswerLanguage) -> str:
    """Say which articles a question was asked of."""
    words = WORDS[language]
    narrowed = [words[f"in {each}"] for each in scope.languages or ()]
    if scope.since:
        narrowed.append(words["since"].format(day=day(scope.since, language)))
    if scope.until:
        narrowed.append(words["until"].format(day=day(scope.until, language)))
    if scope.since or scope.until:
        narrowed.append(words["dated only"])
    if scope.sources:
        narrowed.append(f"{words['in files']} {', '.join(map(file, scope.sources))}")
    if scope.articles is None and not narrowed:
        return ""
    key = "searched some" if narrowed else "searched"
    count = words[key].format(count=scope.articles) if scope.articles is not None else ""
    return f'<p class="searched">{count} {"; ".join(narrowed)}</p>'


def around(citation: Citation, passages: Iterable[Passage]) -> tuple[str, str]:
    """Take what stands just before and after a quote in its passage; empty if none holds it.

    Nothing beyond the quote's paragraph; cut at a space, with an ellipsis, where that is long.
    """
    for passage in passages:
        inside = passage.start <= citation.start and citation.end <= passage.end
        if passage.source == citation.source and inside:
            before = passage.text[: citation.start - passage.start].rpartition("\n")[2]
            after = passage.text[citation.end - passage.start :].partition("\n")[0]
            return _tail(before, _AROUND), _head(after, _AROUND)
    return "", ""


def _head(text: str, most: int) -> str:
    """Keep the first words of a text."""
    return _tail(text[::-1], most)[::-1]


def _tail(text: str, most: int) -> str:
    """Keep the last words of a text; works on reversed text too."""
    if len(text) <= most:
        return text
    cut = text[-most:]
    _, space, kept = cut.partition(" ")
    return f"… {kept}" if space else "…"

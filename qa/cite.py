"""Check what a model wrote against what it was shown, and find each sentence in the file."""

import re
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from decimal import Decimal

from index import Passage, Question, errors, sentences, stems
from qa.numbers import is_numeric, values
from qa.types import Citation, Sentence

# From the first of the spaces before it: what is only spaces would else be read from each of them.
_MARKS = re.compile(r"((?<!\s)(?:\s*+\[\d{1,3}(?:\s*,\s*\d{1,3})*\])+)")
_INTEGER = re.compile(r"\d+")
_STOPS = ".?!…।॥"
_ENDED = re.compile(rf"""[{_STOPS}][\])}}'"’”»]*$""")
_BETWEEN = " \t\n.,;:।॥|"
"""What a writer leaves between a mark and the next sentence."""

_IN_PASSAGE = 0.5
"""How much of a claim's content, by rarity, its passage must hold. Of XQuAD's sentences set against
another paragraph of the same Wikipedia article, 1 in 100 passes."""
_ACROSS = 0.3
"""The same where they are of different languages, and translations have to do. Of XQuAD's sentences
1 in 50 passes on another paragraph, and 1 in 20 does not on its own."""
_IN_SENTENCE = 0.25
"""And how much of it the one sentence that is quoted for it must hold."""
_MIN_WORDS = 2
"""And how many of its words: one says nothing."""

_MONTHS = (
    "January February March April May June July August September October November December".split()
)
_NAME = re.compile(r"(?<=\S\s)[A-Z][\w'’]*")
"""A word with a capital inside an English sentence."""
_SAME_NAME = 0.5
"""What a word of a passage must weigh as a spelling or translation of a name to be that name."""
_LATIN, _DEVANAGARI = re.compile("[a-z]"), re.compile("[\u0900-\u097f]")

Read = Callable[[str], Question]
"""`Index.read`: a text's content words, each with its spellings and translations."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A sentence as a model wrote it, and the numbers of the passages it cites."""

    text: str
    passages: tuple[int, ...]


def parse(draft: str) -> list[Drafted]:
    """Read the sentences of a draft that carries citations; of one without any, none.

    A mark counts for every sentence since the mark before it, whose stop may come after it. What
    comes after the last one cites nothing; of that, a sentence that was begun and not ended is left
    out.
    """
    rest, *parts = _MARKS.split(draft)
    found = []
    for marks, after in zip(parts[::2], parts[1::2], strict=True):
        cited = tuple(dict.fromkeys(int(number) for number in _INTEGER.findall(marks)))
        written, rest = _worded(rest), after.lstrip(_STOPS)
        if written and not _ENDED.search(written[-1]):
            written[-1] += after.removesuffix(rest)
        found += [Drafted(sentence, cited) for sentence in written]
    if found:
        found += [Drafted(sentence, ()) for sentence in _worded(rest) if _ENDED.search(sentence)]
    return found


def _worded(text: str) -> list[str]:
    """Cut a text into sentences; what has no words is none."""
    text = " ".join(text.split()).lstrip(_BETWEEN)
    cut = [text[span.start : span.end] for span in sentences(text)]
    return [sentence for sentence in cut if any(char.isalnum() for char in sentence)]


def unmarked(draft: str) -> str:
    """Take the marks out of a draft."""
    return _MARKS.sub("", draft).strip()


def check(
    drafted: Sequence[Drafted], shown: Sequence[Passage], read: Read
) -> tuple[list[Sentence], list[Citation]]:
    """Find what bears each sentence out in the passages it cites, which are numbered from 1.

    Returns all the sentences with their marks, numbered anew from 1, and the citations. A sentence
    that no sentence of its passages bears out has no mark.
    """
    checked: list[Sentence] = []
    citations: list[Citation] = []
    numbers: dict[tuple[str, int], int] = {}
    for sentence in drafted:
        claim = _read(sentence.text, read)
        marks: dict[int, None] = {}
        for number in sentence.passages:
            if claim is None or not 1 <= number <= len(shown):
                continue
            found = locate(claim, shown[number - 1])
            if found is None:
                continue
            key = (found.source, found.start)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(replace(found, number=numbers[key]))
            marks[numbers[key]] = None
        checked.append(Sentence(sentence.text, tuple(marks)))
    return checked, citations


def compose(sentences: Iterable[Sentence]) -> str:
    """Write out the sentences that something bears out, each with its marks."""
    parts = []
    for sentence in sentences:
        if sentence.marks:
            marks = "".join(f"[{number}]" for number in sentence.marks)
            parts.append(f"{sentence.text} {marks}")
    return " ".join(parts)


def _read(sentence: str, read: Read) -> Question | None:
    try:
        return read(sentence)
    except errors.QuestionError:
        return None  # no words, or another script: nothing that could be checked


def locate(claim: Question, passage: Passage) -> Citation | None:
    """Find the sentence of a passage that bears a claim out best; None if the passage does not.

    The passage must hold every name of the claim and enough of its words, be it in the other
    language; the sentence and those beside it must hold its numbers, by value. This finds what was
    made up, not what was turned round: who did it, whether it was done at all, and what a number
    counts, it does not check.
    """
    wanted = values(claim.text)
    if not _holds(passage, claim, wanted):
        return None
    said = [term for term in claim.terms if not is_numeric(term.word)] or claim.terms
    words = replace(claim, terms=tuple(said))
    spans = sentences(passage.text)
    texts = [passage.text[span.start : span.end] for span in spans]
    everywhere = values(passage.title or "") | values(_date(passage, wanted))
    best, best_score = None, 0.0
    for i, (span, text) in enumerate(zip(spans, texts, strict=True)):
        held = set(stems(text))
        # A number alone does not tell that a sentence speaks of the same thing.
        if words.coverage(words.met(held)) < _IN_SENTENCE:
            continue
        own = values(text)
        beside = frozenset[Decimal]().union(*map(values, texts[max(i - 1, 0) : i + 2]))
        if not wanted <= _told(own, beside, wanted) | everywhere:
            continue
        # A sentence that has the claim's numbers tells more than one that has its other words.
        score = claim.coverage(claim.met(held)) + len(wanted & own)
        if score > best_score:
            best, best_score = span, score
    if best is None:
        return None
    return Citation(
        number=0,
        source=passage.source,
        title=passage.title,
        date=passage.date,
        start=passage.start + best.start,
        end=passage.start + best.end,
        quote=passage.text[best.start : best.end],
        page=passage.page_of(passage.start + best.start),
        also_in=passage.also_in,
    )


def _told(
    own: AbstractSet[Decimal], beside: AbstractSet[Decimal], wanted: AbstractSet[Decimal]
) -> AbstractSet[Decimal]:
    """List the numbers of a sentence, and what those beside it may add to them.

    They may not add a year where the sentence names another one: that is the year of its own.
    """
    if any(map(_is_year, own - wanted)):
        beside = {number for number in beside if not _is_year(number)}
    return own | beside


def _is_year(number: Decimal) -> bool:
    return number == int(number) and 1000 <= number < 2100


def _holds(passage: Passage, claim: Question, wanted: AbstractSet[Decimal]) -> bool:
    """Whether what a model was shown of a passage holds a claim's names and enough words."""
    held = set(stems("\n".join([passage.title or "", passage.text, _date(passage, wanted)])))
    same_language = (claim.language == "en") == (passage.language == "en")
    # Numbers are held to their value, sentence by sentence; their spelling says nothing.
    met = [1.0 if is_numeric(term.word) else term.match(held) for term in claim.terms]
    if claim.coverage(met) < (_IN_PASSAGE if same_language else _ACROSS):
        return False
    if sum(weight > 0 for weight in met) < _MIN_WORDS:
        return False
    return _has_names(held, claim, passage)


def _has_names(held: AbstractSet[str], claim: Question, passage: Passage) -> bool:
    """Whether a passage has the names of a claim, in its own spelling.

    Within a language that is every word no dictionary has, too. In the other script such a word may
    be one that the passage translates: a name is then what English writes with a capital, or what
    some article spells in the passage's script. (`bench/claims.py` measures what passes.)
    """
    missing = [
        term for term in claim.terms if not is_numeric(term.word) and term.match(held) < _SAME_NAME
    ]
    capitals = {name.replace("’", "'").lower() for name in _NAME.findall(claim.text)}
    script = _LATIN if passage.language == "en" else _DEVANAGARI
    for term in missing:
        if claim.language == "en" and passage.language == "en":
            named = term.is_proper or term.word in capitals
        elif claim.language == "en":
            named = term.is_proper and term.word in capitals
        elif claim.language == passage.language:
            named = term.is_proper
        else:
            named = term.is_proper and any(map(script.search, term.alternatives))
        if named:
            return False
    return True


def _date(passage: Passage, wanted: AbstractSet[Decimal]) -> str:
    """Write out the date of a passage where a claim names that year, else nothing."""
    date = passage.date
    # A day alone proves nothing; with its year it is the article's date.
    if date is None or date.year not in wanted:
        return ""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}, {date.month}"

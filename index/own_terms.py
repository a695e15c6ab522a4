"""Terms of the user's own: what their archive calls things, and the shipped lexicon lacks.

Each line of their file says that some terms mean one thing. Articles are kept as their own stems,
so new terms index nothing anew; they only add to what a question looks for. The built-in vectors
know nothing of them, and stay a pure function of the text.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from index import initialisms
from index.analyze import is_function_word, stem, words
from index.devanagari import skeleton, sound_key, sound_keys
from index.errors import TermsError
from index.lexicon import Lexicon, base_forms
from index.stopwords import ROMAN

MAX_BYTES = 1_000_000
"""Of a file; the first question waits while they are read."""
_MAX_WORDS = 12
"""Of one term, function words not counted."""
_LIKENESS = 0.65
"""Sound keys less alike than this are different words: in a name of three sounds one may differ."""
_SHORT = 2
"""A word of so few consonants sounds like many others; then its usual reading must be the same."""
_STRICT_LIKENESS = 0.75
"""The same for two words of one script, each a whole term."""
_STRICT_KEY = 5
"""Letters of their sound keys; shorter words that sound alike are different words."""
_SHOWN = 40
"""Characters of a line that a message quotes."""

_LINE_END = re.compile(r"\r\n|\n|\r")
_COMMA = re.compile(r",(?!\d)|(?<!\d),")  # not the one in 2,000
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_FORM = "write one term, a tab, and what means the same, with commas between"

Term = tuple[str, ...]
"""Normalised words without function words: what of a term articles are searched by."""
Line = tuple[Term, ...]
"""Terms that mean one thing."""


def stems(term: Term) -> str:
    """Join a term's stems with spaces, as the alternatives of a question are written."""
    return " ".join(map(stem, term))


@dataclass(frozen=True, slots=True)
class Match:
    """A term met in a question."""

    words: Term
    """As the question has them."""
    line: Line
    """All that means the same, itself included; other matches may be of the same line."""
    likeness: float
    """1 for the same words, less for words that only sound alike."""


def sounds_of(line: Line) -> set[str]:
    """List the skeletons by which the index is asked how it spells a line's words."""
    names = chain.from_iterable(map(_names, chain.from_iterable(line)))
    return {skeleton(key) for name in names for key in sound_keys(name)}


def meant_by(
    line: Line, spelled: Mapping[str, Iterable[str]], lexicon: Lexicon
) -> Iterator[tuple[str, float]]:
    """Yield the stems of what means the same, as the line and as the index spell it.

    `spelled` maps consonants to the words of the index that have them. Beside each stands how
    sure it is, from 0 to 1.
    """
    for term in line:
        yield stems(term), 1.0
        for is_latin in (True, False):
            found = [_in_script(is_latin, word, spelled, lexicon) for word in term]
            likeness = min(alike for alike, _ in found)
            if likeness:
                yield stems(tuple(word for _, word in found)), likeness


def _in_script(
    is_latin: bool, word: str, spelled: Mapping[str, Iterable[str]], lexicon: Lexicon
) -> tuple[float, str]:
    """Take the index's likeliest spelling of a word in one script; likeness 0 if it has none."""
    if word[:1].isdigit() or word.isascii() == is_latin:
        return 1.0, word
    keys = {skeleton(key) for name in _names(word) for key in sound_keys(name)}
    others = {
        other for key in keys for other in spelled.get(key, ()) if other.isascii() == is_latin
    }
    likely = ((_likeness((other,), (word,), lexicon, roman=False), other) for other in others)
    return max(likely, default=(0.0, word))


class OwnTerms:
    """What the user's file says, ready for questions. Never changes once made."""

    def __init__(self, lines: Sequence[Line]) -> None:
        """Take the lines of a file, each with the terms that mean one thing."""
        self._count = len(lines)
        self._starts: dict[str, list[tuple[Term, Line]]] = {}
        for line in lines:
            for term in line:
                for key in _ways_in(term[0]):
                    self._starts.setdefault(key, []).append((term, line))

    def __len__(self) -> int:
        """Count the lines."""
        return self._count

    def find(
        self, question: str, found: Sequence[str], lexicon: Lexicon, *, roman: bool
    ) -> list[Match]:
        """List the terms that a question has; `found` are its words, `roman` if in roman Hindi."""
        if not self._starts:
            return []
        content = [word for word in found if not is_function_word(word)]
        matches = list(self._in(content, lexicon, roman=roman))
        if not roman:
            return matches
        # AAP is a party and aap is you.
        shouted = () if question.isupper() else map(str.lower, _CAPITALS.findall(question))
        joining = ROMAN.difference(shouted)
        matches = [match for match in matches if not joining.issuperset(match.words)]
        # का is in no term; ka, which is the same, stands between the words of one.
        spoken = [word for word in content if word not in joining]
        return matches if spoken == content else [*matches, *self._in(spoken, lexicon, roman=True)]

    def _in(self, content: Sequence[str], lexicon: Lexicon, *, roman: bool) -> Iterator[Match]:
        for start, first in enumerate(content):
            ways = sorted(_ways_in(first))
            tried = dict.fromkeys(pair for key in ways for pair in self._starts.get(key, ()))
            for term, line in tried:
                there = tuple(content[start : start + len(term)])
                if len(there) == len(term):
                    likeness = _likeness(there, term, lexicon, roman=roman)
                    if likeness:
                        yield Match(there, line, likeness)


def _ways_in(word: str) -> set[str]:
    """Name what a term is looked up by: its first word's stem and sound."""
    names = _names(word)
    keys = (key for name in names for key in sound_keys(name) if len(key) > 1)
    return {stem(name) for name in names} | {f"sound {skeleton(key)}" for key in keys}


def _names(word: str) -> set[str]:
    """Name a word as it stands, and, where it may be an initialism, as the other script does."""
    other = initialisms.in_hindi(word) if word.isascii() else initialisms.in_english(word)
    return {word, other} if other else {word}


def _likeness(there: Term, term: Term, lexicon: Lexicon, *, roman: bool) -> float:
    """Tell how like a term some words of a question are; 0 if it is another one."""
    least = 1.0
    for word, other in zip(there, term, strict=True):
        if other not in _names(word) and not _is_same(word, other, lexicon):
            same_script = word.isascii() == other.isascii()
            # One of several words has the others beside it; one alone may be any that sounds so.
            strict = len(term) == 1 and (same_script or not roman)
            translated = stem(other) in lexicon.translate(word)
            if strict and not translated and _is_itself(word, other, lexicon):
                return 0.0
            least = min(least, _sound_likeness(word, other, strict=strict and same_script))
    return least


def _is_same(word: str, other: str, lexicon: Lexicon) -> bool:
    """Whether two words are forms of one.

    वादा and वाद have one stem, but the dictionary has both, and neither is a form of the other.
    """
    if stem(word) != stem(other):
        return False
    if word not in lexicon.exact or other not in lexicon.exact:
        return True
    return not {word, *base_forms(word)}.isdisjoint((other, *base_forms(other)))


def _is_itself(word: str, other: str, lexicon: Lexicon) -> bool:
    """Whether one of two words is in the dictionary, so that it is not the other misspelled.

    Across scripts only an English one is: scene is not सेना, but didi is दीदी.
    """
    if word.isascii() == other.isascii():
        return lexicon.knows(stem(word)) or lexicon.knows(stem(other))
    return any(each.isascii() and stem(each) in lexicon.hindi for each in (word, other))


def _sound_likeness(word: str, other: str, *, strict: bool) -> float:
    """Tell how alike two words sound, from 0 (different words) to 1."""
    if word[:1].isdigit() or other[:1].isdigit():
        return 0.0
    is_the_same = sound_key(word) == sound_key(other)
    best = 0.0
    for key in sound_keys(word):
        for second in sound_keys(other):
            consonants = skeleton(key)
            if consonants == skeleton(second) and len(key) > 1:
                alike = Levenshtein.normalized_similarity(key, second)
                if strict:
                    is_enough = len(key) >= _STRICT_KEY and alike >= _STRICT_LIKENESS
                else:
                    is_short = len(consonants) <= _SHORT
                    is_enough = is_the_same if is_short else alike >= _LIKENESS
                best = max(best, alike if is_enough else 0.0)
    return best


def read_file(file: Path) -> str:
    """Read the text of a file of terms.

    Raises TermsError if it is not there, too large, or not UTF-8.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise TermsError(f"The terms in {file} cannot be read ({error}); give a file.") from error
    if len(data) > MAX_BYTES:
        raise TermsError(
            f"{file} has more than {MAX_BYTES:,} bytes, which is no list of terms; keep what this "
            "archive needs."
        )
    try:
        text = data.decode("utf-8-sig")
        wrong = text.find("\0")
        before = text[:wrong]
    except UnicodeDecodeError as error:
        wrong = error.start
        before = data[:wrong].decode("utf-8-sig")
    if wrong >= 0:
        line = len(_LINE_END.findall(before)) + 1
        raise TermsError(f"{file.name}, line {line}, is not in UTF-8; save the file as UTF-8 text.")
    return text


def parse(text: str, name: str) -> OwnTerms:
    """Make terms of lines `term<TAB>other, other`; a line that begins with # is for the reader.

    Raises TermsError, with `name` and the line's number, for a line that says something else.
    """
    lines = []
    for number, line in enumerate(_LINE_END.split(text), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            try:
                lines.append(_line(line))
            except TermsError as error:
                raise TermsError(f"{name}, line {number}, {error}") from error
    return OwnTerms(lines)


def _line(line: str) -> Line:
    sides = line.split("\t")
    if len(sides) != 2:
        tabs = f"{len(sides) - 1} tabs" if len(sides) > 2 else "no tab"
        raise TermsError(f"has {tabs} ({_quoted(line)}); {_FORM}.")
    terms: dict[Term, None] = {}
    for side in sides:
        written = [part.strip() for part in _COMMA.split(side) if part.strip()]
        if not written:
            raise TermsError(f"has nothing on one side of the tab ({_quoted(line)}); {_FORM}.")
        terms.update(dict.fromkeys(map(_term, written)))
    return tuple(terms)


def _term(written: str) -> Term:
    term = tuple(word for word in words(written) if not is_function_word(word))
    if not term:
        raise TermsError(
            f"has a term in which nothing is left to search by ({_quoted(written)}: function words "
            "stand in every article); write the name in full, or take it out."
        )
    if len(term) > _MAX_WORDS:
        raise TermsError(
            f"has a term of {len(term)} words ({_quoted(written)}); write one of at most "
            f"{_MAX_WORDS}."
        )
    return term


def _quoted(text: str) -> str:
    return f"“{text[:_SHOWN].strip()}…”" if len(text) > _SHOWN else f"“{text.strip()}”"

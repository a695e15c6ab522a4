"""From a question to what a passage must hold to answer it.

Each content word becomes a term with its alternatives: its own stem, the spellings that sound
like it, its translations. A passage matches a term by the best alternative it has.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Literal

from rapidfuzz.distance import Levenshtein

from index import cldr, initialisms
from index.analyze import is_function_word, stem, words
from index.asked import Asked, kind_asked, without_kind
from index.devanagari import skeleton, sound_key, sound_keys
from index.errors import QuestionError
from index.language import (
    QuestionLanguage,
    is_roman_function_word,
    language_of,
    roman_base_forms,
)
from index.lexicon import Lexicon
from index.own_terms import OwnTerms, meant_by, sounds_of
from index.terms import bm25_idf
from index.times import AskedTime, time_asked

TermKind = Literal["number", "name", "word"]
"""A word is in the dictionary, in some spelling; a name is not."""

MAX_CHARS = 2_000
"""Longer than any question; what is longer is a text pasted by mistake."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much an alternative counts beside the word itself, which counts 1."""

    own_term: float = 0.9
    """What the user's own file says is the same: before any translation of ours."""
    translation: float = 0.8
    second_translation: float = 0.55
    """Renderings after the first two."""
    synonym: float = 0.35
    """Another word of the same language with the same translation."""
    name_sound: float = 0.9
    """Same sound in the other script, for a word the lexicon does not know."""
    word_sound: float = 0.45
    """The same for a word that the lexicon translates: perhaps a loan."""
    roman_sound: float = 0.95
    variant: float = 0.7
    """Same sound, same script."""
    variant_likeness: float = 0.76
    near: float = 0.6
    """Nearly the same sound, for a word that no passage has: most likely misspelled."""
    near_likeness: float = 0.7
    form_likeness: float = 0.8
    """A roman word that sounds so much like no other is looked for in its dictionary forms."""
    likeness: float = 0.5
    """Sound keys less alike than this are different words."""
    short_likeness: float = 0.66
    """The same for a name of one or two consonants."""


@dataclass(frozen=True)
class QueryTerm:
    """One content word of a question."""

    word: str
    alternatives: Mapping[str, float]
    """Stem → weight in (0, 1]; several stems joined by spaces must all be there."""
    rarity: float
    """Inverse document frequency as a share of that of a word no passage has, in (0, 1]."""
    kind: TermKind
    is_time: bool = False
    """Whether it names the time that the question speaks of."""

    def match(self, stems: Set[str]) -> float:
        """Weigh the best alternative that stands among the stems; 0 if none does."""
        best = 0.0
        for alternative in self.alternatives.keys() & stems:
            best = max(best, self.alternatives[alternative])
        for alternative in self.phrases:
            weight = self.alternatives[alternative]
            if weight > best and all(part in stems for part in alternative.split()):
                best = weight
        return best

    @cached_property
    def is_proper(self) -> bool:
        """Whether it names somebody or something: no dictionary has it, or CLDR does."""
        return self.kind == "name" or stem(self.word) in _proper_names()

    @cached_property
    def phrases(self) -> list[str]:
        """List the alternatives of several stems."""
        return [alternative for alternative in self.alternatives if " " in alternative]

    @cached_property
    def stems(self) -> frozenset[str]:
        """List every stem that stands in one of the alternatives."""
        return frozenset(part for alternative in self.alternatives for part in alternative.split())


@cache
def _proper_names() -> frozenset[str]:
    return frozenset(root for name in cldr.proper_names() for root in map(stem, words(name)))


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the index reads it."""

    text: str
    language: QuestionLanguage
    terms: tuple[QueryTerm, ...]
    asks: Asked | None
    passages: int
    """Of the whole index."""
    time: AskedTime | None = None
    """Articles of this time have the question's words for it, whether or not they spell them."""

    def time_stems(self, day: date | None) -> frozenset[str]:
        """List the stems that an article of this date has by being of the time asked about."""
        if day is None or self.time is None or not self.time.since <= day <= self.time.until:
            return frozenset()
        return frozenset(stem(term.word) for term in self.terms if term.is_time)

    def met(self, stems: Set[str]) -> tuple[float, ...]:
        """Tell how well the stems meet each term, from 0 to 1."""
        return tuple(term.match(stems) for term in self.terms)

    def coverage(self, met: Sequence[float]) -> float:
        """Tell how much of the question's content is met, by rarity, from 0 to 1."""
        total = sum(term.rarity for term in self.terms)
        met_share = zip(self.terms, met, strict=True)
        return sum(term.rarity * share for term, share in met_share) / total


_LETTER = re.compile(r"[^\W\d_]")
_OURS = re.compile(r"[A-Za-z\u00c0-\u024f\u0900-\u097f]")


_NO_WORD = "The question has no word in it; type one in Hindi or English."


def check(text: str) -> str:
    """Refuse what cannot be asked, and trim the rest.

    Raises QuestionError for a question that is empty, too long, or without a word in Devanagari
    or Latin letters or digits.
    """
    text = " ".join(text.split())
    if not text:
        raise QuestionError("The question is empty; type one in Hindi or English.")
    if len(text) > MAX_CHARS:
        raise QuestionError(
            f"The question has {len(text):,} characters; ask in at most {MAX_CHARS:,}."
        )
    if not any(char.isalnum() for char in text):
        raise QuestionError(_NO_WORD)
    letters = _LETTER.findall(text)
    if letters and len(_OURS.findall(text)) * 2 < len(letters):
        raise QuestionError(
            "The question is in a script Khabar does not read; ask in Hindi (Devanagari or roman "
            "letters) or English."
        )
    return text


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What stands in an index, as the reading of a question asks for it."""

    spellings: Callable[[Sequence[str]], Iterable[tuple[str, str]]]
    """List (skeleton, word) of the words that have one of these skeletons."""
    near: Callable[[Sequence[str]], Iterable[tuple[str, str]]]
    """List (skeleton asked for, word) of the words whose skeleton is one edit away."""
    frequency: Callable[[str], int]
    """Count the passages that have a stem."""
    total: int
    """All passages."""
    newest: date | None
    """Of the newest article: what "last year" counts from."""

    def count(self, alternative: str) -> int:
        """Count the passages that may have all of the stems joined by spaces."""
        return min(map(self.frequency, alternative.split()))


def read(
    text: str, lexicon: Lexicon, own_terms: OwnTerms, vocabulary: Vocabulary, weights: Weights
) -> Question:
    """Analyse a checked question against what stands in an index."""
    language = language_of(text, lexicon)
    found_words = words(text)
    own = own_terms.find(text, found_words, lexicon, roman=language == "hi-Latn")
    kept = {word for match in own for word in match.words}
    content = (
        _content(without_kind(" ".join(found_words)).split(), language, kept, lexicon)
        or _content(found_words, language, kept, lexicon)
        or list(dict.fromkeys(found_words))
    )
    spelled: dict[str, list[str]] = {}
    roman = language == "hi-Latn"
    spelled_so = [*content, *(form for w in content if roman for form in roman_base_forms(w))]
    keys = {skeleton(key) for word in spelled_so for key in sound_keys(word)}
    lines = {match.line for match in own}  # a line of many terms may be met many times
    keys = keys.union(*map(sounds_of, lines))
    for consonants, other in vocabulary.spellings(sorted(keys)):
        spelled.setdefault(consonants, []).append(other)
    meaning = {line: [*meant_by(line, spelled, lexicon)] for line in lines}
    phrases = _phrases([stem(word) for word in content], lexicon)
    time = time_asked(text, vocabulary.newest)
    terms = []
    for i, word in enumerate(content):
        reader = _Reader(word, lexicon, weights, language)
        reader.read(spelled)
        for translated in phrases.get(i, ()):
            reader.add(translated, weights.translation)
        for match in own:
            for other, likeness in meaning[match.line] if word in match.words else ():
                reader.add(other, weights.own_term * (match.likeness * likeness))
        reader.read_misspelled(vocabulary)
        if alternatives := reader.alternatives:
            counts = [weight * vocabulary.count(term) for term, weight in alternatives.items()]
            rarity = bm25_idf(max(counts), vocabulary.total) / bm25_idf(0, vocabulary.total)
            is_time = time is not None and word in time.words
            terms.append(QueryTerm(word, alternatives, rarity, reader.kind, is_time))
    if not terms:
        raise QuestionError(_NO_WORD)
    return Question(text, language, tuple(terms), kind_asked(text), vocabulary.total, time)


def _content(
    found: Sequence[str], language: QuestionLanguage, kept: Collection[str], lexicon: Lexicon
) -> list[str]:
    """Keep the words that carry content, once each; those of the user's terms always do."""

    def is_function(word: str) -> bool:
        if language == "hi-Latn" and word not in kept and is_roman_function_word(word, lexicon):
            return True
        return is_function_word(word)

    content = [word for word in found if not is_function(word)]
    return list(dict.fromkeys(content))


def _phrases(stems: Sequence[str], lexicon: Lexicon) -> dict[int, list[str]]:
    """Find terms of two to four words; each of their words may be met by the translation."""
    result: dict[int, list[str]] = {}
    for length in (4, 3, 2):
        for i in range(len(stems) - length + 1):
            term = " ".join(stems[i : i + length])
            for translated in (*lexicon.hindi.get(term, ()), *lexicon.english.get(term, ())):
                for j in range(i, i + length):
                    result.setdefault(j, []).append(translated)
    return result


class _Reader:
    """Collects the alternatives of one word."""

    def __init__(
        self, word: str, lexicon: Lexicon, weights: Weights, language: QuestionLanguage
    ) -> None:
        self.alternatives: dict[str, float] = {}
        self._word = word
        self._lexicon = lexicon
        self._weights = weights
        self._language = language
        self._roman = language == "hi-Latn" and word.isascii()
        self._known = lexicon.knows(stem(word))
        self._is_heard = False
        """Whether a word of the index or the lexicon sounds like it."""

    @property
    def kind(self) -> TermKind:
        if self._word[:1].isdigit():
            return "number"
        return "word" if self._known else "name"

    def add(self, alternative: str, weight: float) -> None:
        if alternative and weight > self.alternatives.get(alternative, 0.0):
            self.alternatives[alternative] = weight

    def read(self, spelled: Mapping[str, Iterable[str]]) -> None:
        """Add the word itself, what it means, and what is spelled as it sounds.

        `spelled` maps consonants to the words of the index that have them.
        """
        word, weights = self._word, self._weights
        self.add(stem(word), 1.0)
        self._translate(word, 1.0)
        if word[:1].isdigit():
            return
        letters = initialisms.in_hindi(word) if word.isascii() else initialisms.in_english(word)
        if letters and not self._known:
            self.add(stem(letters), weights.name_sound)
        likeness = self._read_sound(word, spelled, least=0.0)
        if self._roman and likeness < weights.form_likeness:
            for form in roman_base_forms(word):
                found = self._read_sound(form, spelled, least=weights.form_likeness)
                likeness = max(likeness, found)
        self._is_heard = likeness >= weights.form_likeness

    def read_misspelled(self, vocabulary: Vocabulary) -> None:
        """Add words that sound nearly so, where no passage has the word in any spelling."""
        if self._known or self._is_heard or any(map(vocabulary.count, self.alternatives)):
            return
        key = sound_key(self._word)
        for _, other in vocabulary.near([skeleton(key)]):
            likeness = _likeness(key, other)
            if likeness >= self._weights.near_likeness:
                self.add(stem(other), self._weights.near * likeness)

    def _translate(self, word: str, share: float) -> None:
        weights = self._weights
        for i, translated in enumerate(self._lexicon.translate(word)):
            weight = weights.translation if i < 2 else weights.second_translation
            self.add(translated, share * weight)
            if i < 2 and self._language != "hi-Latn":
                for synonym in self._lexicon.translate(translated)[:3]:
                    self.add(synonym, weights.synonym)

    def _read_sound(
        self, form: str, spelled: Mapping[str, Iterable[str]], *, least: float
    ) -> float:
        """Add the words that sound like a form of the word; returns how alike the best is."""
        best = 0.0
        for key in sound_keys(form):
            consonants = skeleton(key)
            heard = self._sounds_like(key, spelled.get(consonants, ()), least)
            if self._roman:
                known = self._sounds_like(key, self._lexicon.by_skeleton.get(consonants, ()), least)
                self._known = self._known or known >= self._weights.form_likeness
                heard = max(heard, known)
            best = max(best, heard)
        return best

    def _sounds_like(self, key: str, others: Iterable[str], least: float) -> float:
        """Add the words, of the index or of the lexicon, that may be this one spelled otherwise.

        Returns how alike the best is, or 0 if none is by `least` and enough.
        """
        if len(key) < 2:
            return 0.0
        weights, best = self._weights, 0.0
        if self._roman:
            across = weights.roman_sound
        else:
            across = weights.word_sound if self._known else weights.name_sound
        enough_across = weights.likeness
        if len(skeleton(key)) <= 2:  # shared by many words; then the vowels must agree as well
            enough_across = 0.99 if self._known or self._roman else weights.short_likeness
        for other in others:
            if self._word.isascii() != other.isascii():
                weight, enough = across, enough_across
            elif len(key) >= 5:
                weight, enough = weights.variant, weights.variant_likeness
            else:
                continue
            likeness = _likeness(key, other)
            if likeness < max(enough, least):
                continue
            self.add(stem(other), weight * likeness)
            if self._roman:
                self._translate(other, weight * likeness)
            best = max(best, likeness)
        return best


def _likeness(key: str, other: str) -> float:
    """Compare a sound key with the ways a word may sound, from 0 to 1."""
    return max(Levenshtein.normalized_similarity(key, k) for k in sound_keys(other))

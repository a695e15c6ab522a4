"""From a question to what a passage must hold to answer it.

Each content word becomes a term with its alternatives: its own stem, the spellings that sound
like it, its translations. A passage matches a term by the best alternative it has.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein

from index import initialisms
from index.analyze import is_function_word, stem, words
from index.asked import Asked, kind_asked, without_kind
from index.devanagari import is_devanagari, skeleton, sound_key, sound_keys
from index.errors import QuestionError
from index.lexicon import Lexicon
from index.stopwords import ENGLISH, ROMAN
from index.terms import bm25_idf

QuestionLanguage = Literal["hi", "en", "hi-Latn"]

MAX_CHARS = 2_000
"""Longer than any question; what is longer is a text pasted by mistake."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much an alternative counts beside the word itself, which counts 1."""

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
    likeness: float = 0.5
    """Sound keys less alike than this are different words."""
    short_likeness: float = 0.66
    """The same for a name of one or two consonants."""


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """One content word of a question."""

    word: str
    alternatives: Mapping[str, float]
    """Stem → weight in (0, 1]; several stems joined by spaces must all be there."""
    rarity: float
    """Inverse document frequency as a share of that of a word no passage has, in (0, 1]."""

    def match(self, stems: Collection[str]) -> float:
        """Weigh the best alternative that stands among the stems; 0 if none does."""
        best = 0.0
        for alternative, weight in self.alternatives.items():
            if weight > best and (
                alternative in stems
                or (" " in alternative and all(part in stems for part in alternative.split()))
            ):
                best = weight
        return best


@dataclass(frozen=True, slots=True)
class Question:
    """A question as the index reads it."""

    text: str
    language: QuestionLanguage
    terms: tuple[QueryTerm, ...]
    asks: Asked | None

    def coverage(self, stems: Collection[str]) -> float:
        """Tell how much of the question's content the stems hold, by rarity, from 0 to 1."""
        total = sum(term.rarity for term in self.terms)
        return sum(term.rarity * term.match(stems) for term in self.terms) / total


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


def language_of(text: str, lexicon: Lexicon) -> QuestionLanguage:
    """Tell Hindi, English and Hindi in roman letters apart."""
    found = words(text)
    latin = [word for word in found if word.isascii() and word.isalpha()]
    hindi = sum(is_devanagari(word[0]) for word in found)
    if hindi and hindi >= len(latin) / 3:
        return "hi"
    return "hi-Latn" if _romanness(latin, lexicon) > 0 else "en"


def _romanness(latin: Sequence[str], lexicon: Lexicon) -> float:
    """Add up each word's evidence for roman Hindi; negative for English."""
    score = 0.0
    for word in latin:
        roman, english = word in ROMAN, word in ENGLISH
        if roman != english:
            score += 1.0 if roman else -1.0
        elif not roman:
            if stem(word) in lexicon.hindi:
                score -= 0.4
            elif skeleton(sound_key(word)) in lexicon.by_skeleton:
                score += 0.4
    return score


def read(
    text: str,
    lexicon: Lexicon,
    spellings: Callable[[Sequence[str]], Iterable[tuple[str, str]]],
    frequency: Callable[[str], int],
    total: int,
    weights: Weights,
) -> Question:
    """Analyse a checked question against what stands in an index.

    `spellings` lists (skeleton, word) of the index's words with given skeletons, `frequency` the
    passages that have a stem, `total` all passages.
    """
    language = language_of(text, lexicon)
    found_words = words(text)
    content = (
        _content(without_kind(" ".join(found_words)).split(), language)
        or _content(found_words, language)
        or list(dict.fromkeys(found_words))
    )
    found: dict[str, list[str]] = {}
    keys = {skeleton(key) for word in content for key in sound_keys(word)}
    for consonants, spelled in spellings(sorted(keys)):
        found.setdefault(consonants, []).append(spelled)
    phrases = _phrases([stem(word) for word in content], lexicon)
    terms = []
    for i, word in enumerate(content):
        reader = _Reader(lexicon, weights, language)
        reader.read(word, found)
        for translated in phrases.get(i, ()):
            reader.add(translated, weights.translation)
        alternatives = reader.alternatives
        if not alternatives:
            continue
        counts = [
            weight * min(frequency(part) for part in alternative.split())
            for alternative, weight in alternatives.items()
        ]
        rarity = bm25_idf(max(counts, default=0), total) / bm25_idf(0, total)
        terms.append(QueryTerm(word, alternatives, rarity))
    if not terms:
        raise QuestionError(_NO_WORD)
    return Question(text, language, tuple(terms), kind_asked(text))


def _content(found: Sequence[str], language: QuestionLanguage) -> list[str]:
    """Keep the words that carry content, once each."""

    def is_function(word: str) -> bool:
        if language == "hi-Latn" and word in ROMAN:
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

    def __init__(self, lexicon: Lexicon, weights: Weights, language: QuestionLanguage) -> None:
        self.alternatives: dict[str, float] = {}
        self._lexicon = lexicon
        self._weights = weights
        self._language = language

    def add(self, alternative: str, weight: float) -> None:
        if alternative and weight > self.alternatives.get(alternative, 0.0):
            self.alternatives[alternative] = weight

    def read(self, word: str, spelled: Mapping[str, Iterable[str]]) -> None:
        """Add the word itself, what it means, and what is spelled as it sounds.

        `spelled` maps consonants to the words of the index that have them.
        """
        self.add(stem(word), 1.0)
        self._translate(word, 1.0)
        if word[:1].isdigit():
            return
        letters = initialisms.in_hindi(word) if word.isascii() else initialisms.in_english(word)
        if letters and not self._lexicon.knows(stem(word)):
            self.add(stem(letters), self._weights.name_sound)
        roman = self._language == "hi-Latn" and word.isascii()
        for key in sound_keys(word):
            for other in spelled.get(skeleton(key), ()):
                self._sounds_like(word, key, other, roman=roman)
            if roman:
                for other in self._lexicon.by_skeleton.get(skeleton(key), ()):
                    self._sounds_like(word, key, other, roman=True)

    def _translate(self, word: str, share: float) -> None:
        weights = self._weights
        for i, translated in enumerate(self._lexicon.translate(word)):
            weight = weights.translation if i < 2 else weights.second_translation
            self.add(translated, share * weight)
            if i < 3 and self._language != "hi-Latn":
                for synonym in self._lexicon.translate(translated)[:5]:
                    self.add(synonym, weights.synonym)

    def _sounds_like(self, word: str, key: str, other: str, *, roman: bool) -> None:
        """Add a word of the index, or of the lexicon, that may be this one spelled otherwise."""
        weights = self._weights
        same_script = word.isascii() == other.isascii()
        known = self._lexicon.knows(stem(word))
        likeness = max(Levenshtein.normalized_similarity(key, k) for k in sound_keys(other))
        if same_script:
            weight = weights.variant if len(key) >= 5 and likeness > 0.75 else 0.0
        elif roman:
            weight = weights.roman_sound
        else:
            weight = weights.word_sound if known else weights.name_sound
        if len(skeleton(key)) > 2:
            enough = weights.likeness
        else:  # shared by many words; then the vowels must agree as well
            enough = 0.99 if known or roman else weights.short_likeness
        if likeness >= enough and weight and len(key) > 1:
            weight *= likeness
            self.add(stem(other), weight)
            if roman:
                self._translate(other, weight)

"""The analyser: text to stems, the same way for passages and for questions."""

import re
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

from index.devanagari import normalise
from index.irregular import BASES
from index.memo import Memo
from index.stopwords import ENGLISH, HINDI

# A word is letters, digits, vowel signs and joiners of any script; dandas are not in it. An
# apostrophe joins (Pakistan's), a stop or comma joins digits (3.5; 2,000).
_WORD = re.compile(
    r"[0-9०-९]+(?:[.,][0-9०-९]+)+|[^\W_][\w\u0900-\u0963\u0966-\u096f\u0971-\u097f\u200c\u200d]*"
    r"(?:['’][a-zA-Z]+)?"
)
# Written with capitals or stops it is the country; in lower case it is a pronoun.
_UNITED_STATES = re.compile(r"(?<![\w.])(?:U\.S\.(?:A\.?)?|US)(?![\w.])")
# Beside a number or after a preposition it is the month, which has one word in both languages then.
_MAY = re.compile(r"\bMay(?=,? \d)|(?<=\d )May\b|(?<=[Ii]n )May\b|(?<=[Ss]ince )May\b")
# Signs that are read out as words, and asked for as words.
_SIGNS = {"%": " percent ", "$": " dollar ", "₹": " rupee ", "€": " euro ", "£": " pound "}
_SIGN = re.compile(f"[{''.join(_SIGNS)}]")
_POSSESSIVE = re.compile(r"'s?$|'(?=[a-z]{1,2}$)")
_TEXTS_KEPT = 100
"""A passage is analysed for its terms, its vector and the vocabulary, one after the other."""
_CHUNKS_KEPT = 300_000
_MAX_STEM = 60
"""Longer runs of letters are addresses or noise; they would only swell the index."""


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Reduce one normalised word to its stem: Snowball for Hindi and English; digits stay."""
    if word.isascii():
        if word[:1].isdigit():
            return word.replace(",", "")
        word = _POSSESSIVE.sub("", word)
        base: str = _stemmer("english").stemWord(BASES.get(word, word))
        return base
    stemmed: str = _stemmer("hindi").stemWord(word)
    return stemmed or word


@lru_cache(maxsize=2)
def _stemmer(language: str) -> Stemmer.Stemmer:
    return Stemmer.Stemmer(language, 0)


def words(text: str) -> list[str]:
    """List the normalised words of a text, function words included."""
    return [word for chunk in _chunks(text) for word in _WORDS[chunk]]


def vocabulary(texts: Iterable[str]) -> set[str]:
    """List the different normalised words of texts, function words included."""
    chunks = {chunk for text in texts for chunk in _chunks(text)}
    return {word for chunk in chunks for word in _WORDS[chunk]}


def stems(text: str) -> list[str]:
    """List the stems of a text in order, without function words."""
    return [*_stems(text)]


@lru_cache(maxsize=_TEXTS_KEPT)
def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem for chunk in _chunks(text) for stem in _STEMS[chunk])


@lru_cache(maxsize=_TEXTS_KEPT)
def _chunks(text: str) -> list[str]:
    """Cut a text at white space: no word, and no rule of normalising, reaches across."""
    if "May" in text:
        text = _MAY.sub("मई", text)
    if "US" in text or "U.S" in text:
        text = _UNITED_STATES.sub("usa", text)
    return _SIGN.sub(lambda sign: _SIGNS[sign.group()], text).split()


def _words_of(chunk: str) -> tuple[str, ...]:
    return tuple(word[:_MAX_STEM] for word in _WORD.findall(normalise(chunk)))


def _stems_of(chunk: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in _WORDS[chunk] if not is_function_word(word))


# Most of what stands between two spaces has been met before.
_WORDS, _STEMS = Memo(_words_of, _CHUNKS_KEPT), Memo(_stems_of, _CHUNKS_KEPT)


def is_function_word(word: str) -> bool:
    """Whether a normalised word only joins others, in Hindi or English."""
    if "'" in word:  # it's, don't
        return word.endswith("n't") or word.partition("'")[0] in ENGLISH
    return word in ENGLISH or word in HINDI

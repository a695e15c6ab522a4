"""Initialisms: the same letters in Latin and by their Hindi names."""

import string
from itertools import product

import pytest

from index.devanagari import normalise
from index.initialisms import in_english, in_hindi

PAIRS = [
    ("sco", "एससीओ"),
    ("un", "यूएन"),
    ("bjp", "बीजेपी"),
    ("cbi", "सीबीआई"),
    ("rbi", "आरबीआई"),
    ("gst", "जीएसटी"),
    ("pm", "पीएम"),
    ("tv", "टीवी"),
    ("mp", "एमपी"),
    ("ndtv", "एनडीटीवी"),
    ("who", "डब्ल्यूएचओ"),
    ("iq", "आईक्यू"),
    ("nz", "एनज़ेड"),
]
AMBIGUOUS = [("acb", "एसीबी"), ("jdu", "जेडीयू"), ("ac", "एसी")]


@pytest.mark.parametrize(("latin", "hindi"), [*PAIRS, *AMBIGUOUS])
def test_latin_letters_are_spelled_by_their_hindi_names(latin: str, hindi: str) -> None:
    assert in_hindi(latin) == normalise(hindi)


@pytest.mark.parametrize(("latin", "hindi"), PAIRS)
def test_hindi_names_of_letters_are_read_as_latin_letters(latin: str, hindi: str) -> None:
    assert in_english(normalise(hindi)) == latin


@pytest.mark.parametrize(("latin", "hindi"), AMBIGUOUS)
def test_a_letter_whose_name_begins_anothers_is_read_too(latin: str, hindi: str) -> None:
    assert in_english(normalise(hindi)) == latin


@pytest.mark.parametrize("word", ["", "a", "abcdefg", "sc1", "20", "एक", "café", "u.n"])
def test_what_is_no_latin_initialism_has_no_hindi_spelling(word: str) -> None:
    assert in_hindi(word) is None


@pytest.mark.parametrize(
    "word", ["", "ए", "आई", "के", "केंद्र", "ओबामा", "लावरोव", "एकता", "पीला", "sco", "बीजेपी2"]
)
def test_an_ordinary_hindi_word_is_no_initialism(word: str) -> None:
    assert in_english(normalise(word)) is None


def test_more_than_six_letters_are_a_word_and_not_an_initialism() -> None:
    six, seven = in_hindi("bspspb"), "बीएसपीएसपीबीबी"
    assert six is not None
    assert in_english(six) == "bspspb"
    assert in_english(normalise(seven)) is None


def test_what_is_read_back_is_never_other_letters_of_another_sound() -> None:
    for letters in product(string.ascii_lowercase, repeat=2):
        spelled = in_hindi("".join(letters))
        assert spelled is not None
        read = in_english(spelled)
        assert read is None or in_hindi(read) == spelled

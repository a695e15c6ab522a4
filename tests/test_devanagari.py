"""One spelling for what readers take as one word, and one sound across two scripts."""

import pytest

from index.devanagari import normalise, skeleton, sound_key


def sound(word: str) -> str:
    return sound_key(normalise(word))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("हिन्दी", "हिंदी"),
        ("चाँद", "चांद"),
        ("सम्बन्ध", "संबंध"),
        ("अङ्क", "अंक"),
        ("पञ्च", "पंच"),
        ("ठण्ड", "ठंड"),
        ("क\u093c", "क"),
        ("\u0958", "क"),
        ("प\u095dना", "पढना"),
        ("ज़रदारी", "जरदारी"),
        ("गये", "गए"),
        ("गयी", "गई"),
        ("आयेंगे", "आएंगे"),
        ("२०१२", "2012"),
        ("लॉवरोव", "लावरोव"),
        ("दुःख", "दुख"),
        ("क्\u200dष", "क्ष"),
        ("क्\u200cष", "क्ष"),
        ("न\u094d\u200dत", "ंत"),
        ("\ufeffरूस", "रूस"),
        ("LAVROV", "lavrov"),
        ("café", "cafe"),
        ("Ｓｐｕｔｎｉｋ", "sputnik"),
        ("India’s", "india's"),
    ],
)
def test_spellings_of_one_word_are_folded(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"), [("राम", "रम"), ("दिन", "दीन"), ("ये", "ए"), ("नया", "नआ"), ("कम", "गम")]
)
def test_different_words_stay_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@pytest.mark.parametrize(
    "spellings",
    [
        "लावरोव लॉवरोव Lavrov lavrov",
        "क़ुरैशी कुरैशी Qureshi kureshi",
        "ज़रदारी जरदारी Zardari jardari",
        "स्पूतनिक Sputnik",
        "जयशंकर Jaishankar",
        "यूक्रेन Ukraine",
        "गोवा Goa",
        "इमरान Imran",
        "मोदी Modi",
        "पुतिन Putin",
        "बाजवा Bajwa",
    ],
)
def test_a_name_sounds_the_same_in_every_usual_spelling(spellings: str) -> None:
    assert len({sound(word) for word in spellings.split()}) == 1


@pytest.mark.parametrize(
    "spellings",
    ["शंघाई Shanghai", "वैक्सीन vaccine", "ट्विटर Twitter", "मॉस्को Moscow", "क्रेमलिन Kremlin"],
)
def test_words_that_english_spells_its_own_way_share_a_skeleton(spellings: str) -> None:
    assert len({skeleton(sound(word)) for word in spellings.split()}) == 1


@pytest.mark.parametrize("pair", ["रूस चीन", "Russia China", "लावरोव Qureshi", "गोवा Delhi"])
def test_different_names_do_not_sound_the_same(pair: str) -> None:
    one, other = pair.split()
    assert skeleton(sound(one)) != skeleton(sound(other))


def test_an_english_plural_or_possessive_sounds_like_its_word() -> None:
    assert sound("vaccines") == sound("vaccine")
    assert sound("lavrov's") == sound("lavrov")


def test_what_has_no_letter_has_no_sound() -> None:
    assert sound_key("") == "" == skeleton("")
    assert sound_key("—") == ""

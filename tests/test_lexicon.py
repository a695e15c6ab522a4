"""The lexicon: a file that can be read at a glance, and the right word in the other language."""

import re
from importlib import resources
from itertools import pairwise
from pathlib import Path

import pytest

from index import cldr
from index import lexicon as lexicon_module
from index.analyze import stem, stems
from index.devanagari import normalise
from index.irregular import BASES
from index.lexicon import Lexicon, build, load

ENGLISH = re.compile(r"[a-z][a-z0-9 .'-]*")
# Letters and vowel signs; no danda, no digit, no abbreviation sign.
HINDI = re.compile(r"[\u0900-\u0963\u0971-\u097f]+(?:[ -][\u0900-\u0963\u0971-\u097f]+)*")


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return resources.files("index").joinpath("lexicon.tsv").read_text("utf-8").splitlines()


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return load()


def translate(lexicon: Lexicon, word: str) -> tuple[str, ...]:
    return lexicon.translate(normalise(word))


def term(phrase: str) -> str:
    return " ".join(stems(phrase.replace("-", " ")))


def test_every_line_is_a_headword_a_tab_and_its_renderings(lines: list[str]) -> None:
    assert [line for line in lines if line.count("\t") != 1] == []
    for line in lines:
        headword, renderings = line.split("\t")
        forms = (ENGLISH, HINDI) if headword.isascii() else (HINDI, ENGLISH)
        assert forms[0].fullmatch(headword), line
        assert all(forms[1].fullmatch(each) for each in renderings.split(", ")), line


def test_english_comes_before_hindi_and_no_headword_stands_twice(lines: list[str]) -> None:
    headwords = [line.split("\t")[0] for line in lines]
    assert [(a, b) for a, b in pairwise(headwords) if not a.isascii() and b.isascii()] == []
    assert len(set(headwords)) == len(headwords)


@pytest.mark.parametrize(
    ("often", "seldom"),
    [("say", "anywhere"), ("population", "populace"), ("available", "extant"), ("महत्व", "अंजुमन")],
)
def test_words_that_are_used_more_often_come_first(
    lines: list[str], often: str, seldom: str
) -> None:
    headwords = [line.split("\t")[0] for line in lines]
    assert headwords.index(often) < headwords.index(seldom)


def test_no_headword_lists_a_rendering_twice_or_more_than_eight(lines: list[str]) -> None:
    for line in lines:
        renderings = line.split("\t")[1].split(", ")
        assert len(set(renderings)) == len(renderings) <= 8, line


def test_it_knows_at_least_five_thousand_words(lines: list[str]) -> None:
    assert len(lines) >= 5_000


@pytest.mark.parametrize(
    ("english", "hindi"),
    [
        ("vaccine", "टीका"),
        ("vaccine", "वैक्सीन"),
        ("promise", "वादा"),
        ("lawsuit", "वाद"),
        ("meeting", "बैठक"),
        ("meeting", "मुलाक़ात"),
        ("company", "कंपनी"),
        ("policy", "नीति"),
        ("prime minister", "प्रधानमंत्री"),
        ("united nations", "संयुक्त राष्ट्र"),
        ("sco", "एससीओ"),
        ("sco", "शंघाई सहयोग संगठन"),
    ],
)
def test_what_news_is_made_of_is_known_both_ways(
    lexicon: Lexicon, english: str, hindi: str
) -> None:
    assert term(hindi) in lexicon.hindi[term(english)]
    assert term(english) in lexicon.english[term(hindi)]


def test_a_promise_is_not_a_lawsuit_though_their_stem_is_one(lexicon: Lexicon) -> None:
    assert stem("वादा") == stem("वाद")
    assert "promis" in translate(lexicon, "वादा")
    assert "lawsuit" not in translate(lexicon, "वादा")
    assert "lawsuit" in translate(lexicon, "वाद")
    assert "promis" not in translate(lexicon, "वाद")
    assert "promis" in translate(lexicon, "वादे"), "of several promises too"


def test_words_with_one_stem_keep_their_own_translations() -> None:
    lexicon = build("format\tप्रारूप\nformation\tगठन")
    assert stem("format") == stem("formation")
    assert lexicon.translate("format") == (stem("प्रारूप"),)
    assert lexicon.translate("formation") == (stem("गठन"),)
    assert lexicon.translate("formations") == (stem("गठन"),)


def test_may_beside_a_number_or_a_preposition_is_the_month() -> None:
    assert stems("in May") == stems("May 5")[:1] == stems("5 May")[1:] == stems("मई")
    assert stems("it may rain") == stems("rain")


def test_a_formation_is_not_a_format(lexicon: Lexicon) -> None:
    assert set(translate(lexicon, "formation")).isdisjoint(translate(lexicon, "format"))


@pytest.mark.parametrize(
    ("form", "dictionary"),
    [
        ("कंपनियों", "कंपनी"),
        ("कंपनियां", "कंपनी"),
        ("बैठकों", "बैठक"),
        ("बैठकें", "बैठक"),
        ("टीके", "टीका"),
        ("टीकों", "टीका"),
        ("मंत्रियों", "मंत्री"),
        ("नीतियाँ", "नीति"),
        ("देशों", "देश"),
        ("policies", "policy"),
        ("countries", "country"),
        ("vaccines", "vaccine"),
        ("companies'", "company"),
        ("promised", "promise"),
        ("children", "child"),
        ("women", "woman"),
    ],
)
def test_a_form_is_translated_as_its_dictionary_word(
    lexicon: Lexicon, form: str, dictionary: str
) -> None:
    own = translate(lexicon, dictionary)
    assert own
    assert translate(lexicon, form)[:2] == own[:2]


def test_spelling_does_not_change_a_translation(lexicon: Lexicon) -> None:
    assert translate(lexicon, "मुलाक़ात") == translate(lexicon, "मुलाकात")
    assert translate(lexicon, "Vaccine") == translate(lexicon, "vaccine")


def test_a_name_has_no_translation(lexicon: Lexicon) -> None:
    for word in ("lavrov", "लावरोव", "jaishankar", "qqqq", "2023", ""):
        assert translate(lexicon, word) == ()
        assert not lexicon.knows(stem(normalise(word)))


@pytest.mark.parametrize(
    ("english", "hindi"),
    [
        ("Russia", "रूस"),
        ("India", "भारत"),
        ("Pakistan", "पाकिस्तान"),
        ("Germany", "जर्मनी"),
        ("China", "चीन"),
        ("March", "मार्च"),
        ("December", "दिसंबर"),
        ("Monday", "सोमवार"),
        ("French", "फ़्रेंच"),
    ],
)
def test_countries_months_and_days_are_known_both_ways(
    lexicon: Lexicon, english: str, hindi: str
) -> None:
    assert stem(normalise(hindi)) in translate(lexicon, english)
    assert stem(normalise(english)) in translate(lexicon, hindi)


def test_cldr_gives_every_name_in_latin_letters_and_in_devanagari() -> None:
    pairs = list(cldr.pairs())
    assert ("Russia", "रूस") in pairs
    assert ("May", "मई") in pairs
    assert len(pairs) > 500
    for english, hindi in pairs:
        assert english == english.strip() != ""
        assert re.search("[\u0900-\u097f]", hindi), hindi
        assert "(" not in english + hindi


def test_roman_hindi_finds_hindi_words_by_their_consonants(lexicon: Lexicon) -> None:
    for consonants, hindi in (("mlkt", "मुलाकात"), ("vd", "वादा"), ("btk", "बैठक")):
        assert hindi in lexicon.by_skeleton[consonants]


def test_a_lexicon_cannot_be_changed(lexicon: Lexicon) -> None:
    for table in (lexicon.hindi, lexicon.english, lexicon.exact, lexicon.by_skeleton):
        with pytest.raises(TypeError):
            table["x"] = ()  # type: ignore[index]


def test_renderings_come_in_the_order_of_the_file_and_once() -> None:
    lexicon = build("jab\tटीका, वैक्सीन\njabs\tवैक्सीन, सुई\nthe\tयह")
    assert lexicon.hindi[stem("jab")] == tuple(map(stem, ("टीका", "वैक्सीन", "सुई")))
    assert "the" not in lexicon.hindi
    assert build("").translate("jab") == ()


def test_irregular_forms_lead_to_one_base_and_no_further() -> None:
    assert {BASES["wrote"], BASES["written"]} == {"write"}
    assert (BASES["children"], BASES["better"], BASES["crises"]) == ("child", "good", "crisis")
    assert stem("wrote") == stem("writes") == stem("writing")
    for form, base in BASES.items():
        assert re.fullmatch("[a-z]+", form)
        assert re.fullmatch("[a-z]+", base)
        assert BASES.get(base, base) == base, f"{form} leads to {base}, which is a form itself"


def test_forms_that_are_as_often_another_word_stay_themselves() -> None:
    assert BASES.keys().isdisjoint("ground wound bound bore lay media data".split())


def test_the_kept_lexicon_is_the_one_that_would_be_made() -> None:
    load.cache_clear()
    first = load()
    load.cache_clear()
    again = load()
    made = lexicon_module._make()
    for kept in (first, again):
        assert dict(kept.hindi) == dict(made.hindi)
        assert dict(kept.english) == dict(made.english)
        assert dict(kept.exact) == dict(made.exact)


def test_a_damaged_kept_lexicon_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damaged = tmp_path / "lexicon.marshal"
    damaged.write_bytes(b"not a lexicon")
    monkeypatch.setattr(lexicon_module, "_kept_file", lambda: damaged)
    load.cache_clear()
    assert load().translate("vaccine")
    load.cache_clear()
    assert load().translate("vaccine")
    assert damaged.read_bytes() != b"not a lexicon"
    load.cache_clear()

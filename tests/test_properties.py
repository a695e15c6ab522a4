"""What holds for every text, tried on some hundred generated ones."""

import datetime
import itertools
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import articles, paragraphs, raw, texts

from index.analyze import is_function_word, stem, stems, words
from index.chunk import sentences
from index.clean import Kind, Line, body_runs, classify
from index.dates import find_dates
from index.devanagari import normalise, skeleton, sound_key
from index.prepare import read_article
from index.types import Span

HINDI_MONTHS = "जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर".split()
some = settings(max_examples=settings().max_examples // 2)


def _solid(text: str) -> str:
    return "".join(text.split())


def _expected_sentences(text: str, lines: list[Line]) -> list[Span]:
    return [s for run in body_runs(lines) for s in sentences(text, run.start, run.end)]


@given(texts())
def test_reading_never_fails_and_passages_are_spans_of_the_files_own_text(text: str) -> None:
    article, passages = read_article("a.txt", raw(text))
    assert article.text == text
    for span in passages:
        assert 0 <= span.start < span.end <= len(text)
        passage = text[span.start : span.end]
        assert passage == passage.strip()


@given(articles())
def test_passages_are_whole_sentences_and_cover_all_that_is_not_furniture(text: str) -> None:
    _, passages = read_article("a.txt", raw(text))
    expected = _expected_sentences(text, classify(text))
    starts = {sentence.start for sentence in expected}
    ends = {sentence.end for sentence in expected}
    assert all(span.start in starts and span.end in ends for span in passages)
    for sentence in expected:
        assert any(s.start <= sentence.start and sentence.end <= s.end for s in passages)


@given(articles())
def test_no_passage_touches_furniture_or_the_headline(text: str) -> None:
    _, passages = read_article("a.txt", raw(text))
    others = [line for line in classify(text) if line.kind is not Kind.BODY]
    for span in passages:
        assert not any(line.start < span.end and span.start < line.end for line in others)


@given(articles())
def test_passages_are_in_order_and_share_no_more_than_one_sentence(text: str) -> None:
    _, passages = read_article("a.txt", raw(text))
    expected = _expected_sentences(text, classify(text))
    for one, following in itertools.pairwise(passages):
        assert one.start < following.start
        assert one.end < following.end
        shared = [s for s in expected if s.start >= following.start and s.end <= one.end]
        assert len(shared) <= 1


@given(texts())
def test_sentences_are_in_order_do_not_overlap_and_lose_no_letter(text: str) -> None:
    spans = sentences(text)
    assert all(one.end <= following.start for one, following in itertools.pairwise(spans))
    assert _solid("".join(text[s.start : s.end] for s in spans)) == _solid(text)
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() for s in spans)


@given(paragraphs(), paragraphs())
def test_a_blank_line_always_ends_a_sentence(one: str, two: str) -> None:
    text = f"{one}\n\n{two}"
    assert not any(s.start < len(one) < s.end for s in sentences(text))


@given(texts())
def test_every_line_of_the_file_is_classified_once_and_unchanged(text: str) -> None:
    lines = classify(text)
    assert all(text[line.start : line.end] == line.text for line in lines)
    assert all(one.end <= following.start for one, following in itertools.pairwise(lines))
    assert _solid("".join(line.text for line in lines)) == _solid(text)
    assert sum(line.kind is Kind.TITLE for line in lines) <= 1
    assert not lines or any(line.kind is Kind.BODY for line in lines)


@given(texts())
@example("ﬁ ½ ǅ İ")
@example("क\u093c\u094dय\u200dये")
@example("न\u200d्त")
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(texts())
def test_normalising_cannot_tell_composed_from_decomposed(text: str) -> None:
    assert normalise(unicodedata.normalize("NFC", text)) == normalise(
        unicodedata.normalize("NFD", text)
    )


@given(texts(), texts())
def test_a_word_reads_the_same_whatever_foreign_letters_stand_in_the_text(a: str, b: str) -> None:
    # Two paths fold a text: a quick one for our two scripts, a slow one for all others.
    assert normalise(f"{a} \u4e2d") == f"{normalise(a)} \u4e2d"
    assert normalise(f"{a} {b}") == f"{normalise(a)} {normalise(b)}"


def test_so_does_every_pair_of_devanagari_letters_and_punctuation_marks() -> None:
    signs = [*map(chr, range(0x900, 0x980)), *map(chr, range(0x2000, 0x2030)), *"aZ1 \u00e9"]
    for pair in itertools.product(signs, repeat=2):
        a = "".join(pair)
        assert normalise(f"{a} \u4e2d") == f"{normalise(a)} \u4e2d", ascii(a)


@given(texts())
def test_every_word_has_a_stem_and_a_sound_key_in_plain_letters(text: str) -> None:
    for word in words(text):
        assert word
        assert stem(word)
        key = sound_key(word)
        assert skeleton(key) == skeleton(skeleton(key))
        if any(c.isascii() and c.isalpha() for c in key):
            assert key == key.lower()


@given(texts())
def test_stems_are_those_of_the_words_that_say_something(text: str) -> None:
    assert stems(text) == [stem(word) for word in words(text) if not is_function_word(word)]


@some
@given(texts())
def test_dates_are_found_in_order_where_they_stand(text: str) -> None:
    line = " ".join(text.split())
    found = find_dates(line)
    assert all(one.end <= following.start for one, following in itertools.pairwise(found))
    assert all(line[date.start : date.end].strip() for date in found)


@some
@given(
    st.dates(min_value=datetime.date(1800, 1, 1)),
    st.sampled_from(["{d} {m} {y}", "{m} {d}, {y}", "{d} {m}, {y}", "{d}-{m}-{y}"]),
)
def test_every_calendar_day_is_read_in_hindi_and_english(day: datetime.date, form: str) -> None:
    for month in (HINDI_MONTHS[day.month - 1], day.strftime("%B"), day.strftime("%b")):
        text = form.format(d=day.day, m=month, y=day.year)
        assert [found.day for found in find_dates(f"छपा {text} को")] == [day], text


_ENDLESS = {
    "no_spaces": "क" * 2_000_000,
    "no_spaces_english": "a" * 2_000_000,
    "combining_marks": "\u0301" * 300_000,
    "viramas": "\u094d" * 300_000,
    "newlines": "\n" * 300_000,
    "white_space": " \t\u00a0" * 100_000,
    "full_stops": "a." * 100_000,
    "numbers": "1." * 100_000,
    "stops_and_spaces": ". " * 50_000,
    "initials": "ए. " * 50_000,
    "tiny_lines": "क ख\n" * 5_000,
    "comment_forms": "Leave a Reply\n" * 3_000,
}


@pytest.mark.parametrize("kind", _ENDLESS)
def test_an_endless_line_is_cut_into_passages_like_any_other(kind: str) -> None:
    text = _ENDLESS[kind]
    _, passages = read_article("a.txt", raw(text))
    longest = max((span.end - span.start for span in passages), default=0)
    assert longest <= 8_000
    if kind != "comment_forms":
        reached = 0
        for span in passages:
            assert not text[reached : span.start].strip()
            reached = span.end
        assert not text[reached:].strip()

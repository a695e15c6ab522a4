"""Where Hindi and English sentences end, and how they make passages."""

from itertools import pairwise

import pytest

from index.chunk import PASSAGE_WORDS, passages, sentences, words
from index.types import Span


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize(
    "parts",
    [
        ["वे आए।", "वे चले गए।"],
        ["वे आए ।", "वे चले गए ।"],
        ["राम वन गए॥", "सीता भी गईं॥"],
        ["राम वन गए।।", "सीता भी गईं।"],
        ["क्या वे आए?", "हाँ!", "वे आए."],
        ["He came.", "Did he?", "Yes!", "He did."],
        ["उसने कहा, “मैं आऊंगा।”", "फिर वह चला गया।"],
        ["उन्होंने कहा, ‘‘हम साथ हैं।’’", "वे लौट गए।"],
        ["He said, “Go!”", "Then he left."],
        ['"It is over."', "He left."],
        ["(वे लौट गए।)", "बैठक खत्म हुई।"],
        ["रूस ने दावा किया है |", "चीन ने नहीं |"],
        ["रूस ने दावा किया है|", "चीन ने नहीं|"],
    ],
)
def test_sentences_end_at_their_marks_with_what_closes_after_them(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


@pytest.mark.parametrize(
    "sentence",
    [
        "डॉ. मनमोहन सिंह और श्री. राम आए।",
        "Mr. Modi met Dr. Singh and Gen. Bajwa in Goa.",
        "The U.S. Army left in Dec. last year.",
        "ए. पी. जे. अब्दुल कलाम राष्ट्रपति थे।",
        "J. K. Rowling and S. Jaishankar met.",
        "एस. जयशंकर ने कहा।",
        "के. चंद्रशेखर राव और जे. पी. नड्डा मिले.",
        "टी. नटराजन और ई. श्रीधरन आए.",
        "जी. किशन रेड्डी और आई. के. गुजराल मिले.",
        "कीमत 3.5 रुपये और 2,000.75 रुपये रही।",
        "वे बी.जे.पी. के नेता हैं.",
        "यह 5 कि.मी. दूर है.",
        "Rs. 500 were paid at No. 5 Park Road.",
        "Visit example.com for version 3.2.1 today.",
        "“Is it true?” he asked.",
        "रूस | पाकिस्तान | चीन मिले।",
        "1. पहला सवाल यह है।",
    ],
)
def test_abbreviations_initials_and_numbers_do_not_end_a_sentence(sentence: str) -> None:
    assert cut(sentence) == [sentence]


@pytest.mark.parametrize(
    "parts",
    [
        ["बात उन्हीं ने की.", "वे नहीं माने."],
        ["यह सही है.", "वे आए थे.", "सब गए."],
        ["वह आई.", "वह गई.", "कहा जी.", "हाँ जी."],
        ["He left the U.S.", "The army stayed."],
        ["They met at 5 p.m.", "He slept."],
        ["He runs Apple Inc.", "It grew."],
        ["He said no.", "She left."],
    ],
)
def test_hindi_and_english_sentences_that_close_with_a_full_stop(parts: list[str]) -> None:
    assert cut(" ".join(parts)) == parts


def test_a_space_forgotten_after_the_verb_does_not_join_two_sentences() -> None:
    assert cut("यह सही है.उन्होंने कहा.") == ["यह सही है.", "उन्होंने कहा."]
    assert cut("क्या हुआ?उसने पूछा।") == ["क्या हुआ?", "उसने पूछा।"]
    assert cut("वे गए।फिर आए।") == ["वे गए।", "फिर आए।"]


def test_an_ellipsis_keeps_with_its_sentence() -> None:
    assert cut("रुको... फिर चलो।") == ["रुको...", "फिर चलो।"]
    assert cut("He paused… and left. Then …") == ["He paused… and left.", "Then …"]
    assert cut("Well... perhaps. Yes.") == ["Well... perhaps.", "Yes."]


def test_a_wrapped_paragraph_is_read_across_its_line_ends() -> None:
    lines = (
        "The foreign ministers of Pakistan and Russia held talks here on",
        "Wednesday and went over what the two countries do. They are to",
        "meet again in Moscow, the ministry said in a statement to all.",
    )
    for line_end in ("\n", "\r\n"):
        text = line_end.join(lines)
        found = cut(text)
        assert len(found) == 2
        assert found[1].startswith("They are to") and found[1].endswith("to all.")


def test_short_lines_are_not_a_wrapped_paragraph() -> None:
    assert cut("कश्मीर से खाड़ी तक\nबैठक में विचार हुआ.\nरूसी टीका") == [
        "कश्मीर से खाड़ी तक",
        "बैठक में विचार हुआ.",
        "रूसी टीका",
    ]


def test_offsets_count_from_the_start_of_the_file() -> None:
    text = "पहला। दूसरा। तीसरा।"
    assert [text[s.start : s.end] for s in sentences(text, 6, 12)] == ["दूसरा।"]


def test_no_white_space_stands_at_the_ends_of_a_sentence() -> None:
    assert cut("  वे आए।\t\n\n \u00a0 वे गए।  ") == ["वे आए।", "वे गए।"]
    assert cut(" \n\t ") == []


def test_a_list_without_a_stop_is_cut_between_words() -> None:
    parts = cut(" ".join(["शब्द"] * 450))
    assert [words(part) for part in parts] == [200, 200, 50]


def test_a_run_without_spaces_is_cut_between_syllables() -> None:
    for part in cut("स्त्री" * 1_000):
        assert len(part) <= 2_000
        assert part[0] == "स" and part[-1] == "ी"


def story(lengths: list[int]) -> tuple[str, list[Span]]:
    text = " ".join(" ".join(["शब्द"] * (n - 1) + ["है।"]) for n in lengths)
    return text, sentences(text)


def test_a_short_article_is_one_passage() -> None:
    text, run = story([10, 20, 30])
    assert passages(text, [run]) == [Span(0, len(text))]


def test_passages_have_about_120_words_and_share_one_sentence() -> None:
    text, run = story([15] * 40)
    spans = passages(text, [run])
    assert len(spans) == 5
    for one, following in pairwise(spans):
        assert [s for s in run if s.start >= following.start and s.end <= one.end] == [
            s for s in run if s.end == one.end
        ]
    for span in spans:
        assert 0.8 * PASSAGE_WORDS <= words(text[span.start : span.end]) <= 1.3 * PASSAGE_WORDS


def test_a_long_sentence_is_not_repeated_in_the_next_passage() -> None:
    text, run = story([100] * 4)
    spans = passages(text, [run])
    assert all(one.end <= following.start for one, following in pairwise(spans))


def test_a_passage_never_reaches_across_furniture() -> None:
    text, run = story([10, 10, 10, 10])
    assert passages(text, [run[:2], [], run[2:]]) == [
        Span(run[0].start, run[1].end),
        Span(run[2].start, run[3].end),
    ]


def test_text_without_spaces_makes_passages_no_longer_than_others() -> None:
    text = "क" * 100_000
    spans = passages(text, [sentences(text)])
    assert max(span.end - span.start for span in spans) <= 4_000

"""Answers without a model: quotes."""

import datetime

from index import Evidence, Hit, Passage
from qa import extract

DAY = datetime.date(2021, 4, 7)


def evidence(text: str, start: int = 10, source: str = "a.txt") -> Evidence:
    passage = Passage(1, source, 0, 500, text, "Talks", DAY, "en")
    return Evidence(Hit(passage, 1.0), start, start + len(text), text, 1.0)


def test_at_most_three_sentences_are_quoted_in_the_order_given() -> None:
    ranked = [evidence(f"Sentence {word}.") for word in ("one", "two", "three", "four")]
    assert extract.choose(ranked) == ranked[:3]
    assert extract.choose([]) == []


def test_the_same_sentence_of_two_articles_is_quoted_once() -> None:
    first = evidence("Lavrov arrived on Tuesday.")
    again = evidence("“Lavrov arrived, on Tuesday”", source="b.txt")
    other = evidence("He left on Wednesday.")
    assert extract.choose([first, again, other]) == [first, other]


def test_sentences_that_differ_in_a_vowel_sign_are_two() -> None:
    ranked = [evidence("उसने कहा।"), evidence("उसने कही।")]
    assert extract.choose(ranked) == ranked


def test_each_quote_is_cited_whole_and_numbered() -> None:
    first, second = extract.cite([evidence("One."), evidence("Two.", 40, "b.txt")])
    assert (first.number, first.start, first.end, first.quote) == (1, 10, 14, "One.")
    assert (second.number, second.source, second.date) == (2, "b.txt", DAY)


def test_a_quote_over_several_lines_is_written_on_one_and_cited_as_it_stands() -> None:
    citations = extract.cite([evidence("Lavrov arrived\n  on Tuesday."), evidence("He left.")])
    assert (
        extract.compose(extract.sentences(citations))
        == "Lavrov arrived on Tuesday. [1]\n\nHe left. [2]"
    )
    assert citations[0].quote == "Lavrov arrived\n  on Tuesday."

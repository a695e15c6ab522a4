"""The articles Khabar ships with, and the real ones it was first made for, are read exactly."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index import load, webpage
from index.analyze import stems
from index.chunk import sentences, words
from index.clean import Kind, body_runs, classify
from index.devanagari import normalise
from index.prepare import read_article
from index.types import Article, Span

ROOT = Path(__file__).parents[1]
FACTS: dict[str, dict[str, Any]] = json.loads(
    (ROOT / "tests" / "data" / "seed_facts.json").read_text("utf-8")
)
REAL = ROOT.parent / "shared" / "seeds"
REAL_DATES = {"000": "2023-05-05", "001": None, "002": None, "003": "2021-04-07", "004": None}
REAL_TITLES = {
    "000": "पाकिस्तान और रूस विदेश मंत्रियों ने एससीओ बैठक से इतर द्विपक्षीय वार्ता की",
    "001": None,
    "002": "पाकिस्तान के प्रधानमंत्री इमरान ख़ान से रूस के विदेश मंत्री की मुलाक़ात, क्या हुई बात",
    "003": "कुरैशी और लावरोव ने रक्षा, आतंकवाद रोधी मामलों में सहयोग की समीक्षा की",
    "004": "Sco : SCO द्विपक्षीय बैठकें : चीन के साथ सीमा पर फोकस, रूस से ‘विश्वास आधारित’ वार्ता",
}
REAL_FURNITURE = {
    "000": ["मई 5, 2023", "IMAGE SOURCE:", "लेखक\n", "Statecraft Staff", "Editorial Team"],
    "001": [
        "Mon. Dec 23rd, 2024",
        "By आदित्य सिंह",
        "दिल्ली विश्वविद्यालय से इतिहास का छात्र।",
        "Leave a Reply",
        "Your email address will not be published.",
    ],
    "002": ["एंड्रॉएड ऐप के लिए"],
    "003": [
        "By भाषा",
        "Qureshi and Lavrov review",
        "(सज्जाद हुसैन)",
        "Disclaimer:",
        "Web Title:",
        "यहाँ क्लिक करे",
    ],
    "004": ["01:04", "देखें: भारत में", "01:43"],
}

real = pytest.mark.skipif(
    not REAL.is_dir(), reason="the real articles, not ours to ship, are not here"
)


def read(path: Path) -> tuple[Article, list[Span]]:
    data = load.read_bytes(path)
    [raw] = webpage.read(data)[0] if path.suffix == ".html" else [load.parse(data, path.suffix)]
    return read_article(path.name, raw)


def real_article(number: str) -> Path:
    return next(REAL.glob(f"{number}_*.txt"))


def shipped() -> list[Path]:
    return sorted(p for p in (ROOT / "seeds").iterdir() if p.suffix in load.SUFFIXES)


def check_passages(article: Article, spans: list[Span]) -> None:
    runs = body_runs(classify(article.text))
    expected = [s for run in runs for s in sentences(article.text, run.start, run.end)]
    assert all(one.end <= following.start for one, following in pairwise(expected))
    for sentence in expected:
        assert any(s.start <= sentence.start and sentence.end <= s.end for s in spans)
    for span in spans:
        assert any(run.start <= span.start and span.end <= run.end for run in runs)
        assert words(article.text[span.start : span.end]) <= 200


def test_there_is_a_fact_sheet_for_every_shipped_article() -> None:
    assert [path.name for path in shipped()] == sorted(FACTS)


@pytest.mark.parametrize("name", FACTS)
def test_title_author_date_and_language_are_the_articles_own(name: str) -> None:
    article, _ = read(ROOT / "seeds" / name)
    facts = FACTS[name]
    assert article.title == facts["title"]
    assert article.author == facts["author"]
    assert (str(article.date) if article.date else None) == facts["date"]
    assert article.language == facts["language"]


@pytest.mark.parametrize("name", FACTS)
def test_furniture_is_in_no_passage_and_sentences_are_in_one(name: str) -> None:
    article, spans = read(ROOT / "seeds" / name)
    texts = [article.text[span.start : span.end] for span in spans]
    lines = {line for text in texts for line in text.splitlines()}
    for line in FACTS[name]["furniture"]:
        assert line.strip() not in {text.strip() for text in lines}
    cut = {
        article.text[s.start : s.end]
        for span in spans
        for s in sentences(article.text, span.start, span.end)
    }
    for sentence in FACTS[name]["body"]:
        assert any(sentence in text for text in texts)
        assert sentence in cut


@pytest.mark.parametrize("name", FACTS)
def test_nothing_but_the_listed_furniture_is_left_out(name: str) -> None:
    article, _ = read(ROOT / "seeds" / name)
    left_out = {line.text for line in classify(article.text) if line.kind is Kind.FURNITURE}
    assert left_out <= set(FACTS[name]["furniture"])


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.name)
def test_passages_of_shipped_articles_are_whole_and_complete(path: Path) -> None:
    check_passages(*read(path))


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.name)
def test_a_shipped_article_is_normalised_once_and_for_all(path: Path) -> None:
    text = read(path)[0].text
    assert normalise(normalise(text)) == normalise(text)
    # Capitals tell the country from the pronoun and the month from the verb.
    text = text.replace("U.S.", "usa").replace("May", "मई")
    assert stems(normalise(text)) == stems(text)


@real
@pytest.mark.parametrize("number", REAL_DATES)
def test_a_real_article_has_its_own_title_and_date(number: str) -> None:
    article, _ = read(real_article(number))
    assert article.title == REAL_TITLES[number]
    assert (str(article.date) if article.date else None) == REAL_DATES[number]
    assert article.language == "hi"


@real
@pytest.mark.parametrize("number", REAL_FURNITURE)
def test_no_furniture_of_a_real_article_is_in_a_passage(number: str) -> None:
    article, spans = read(real_article(number))
    texts = [article.text[span.start : span.end] for span in spans]
    for piece in REAL_FURNITURE[number]:
        assert piece in article.text
        assert not any(piece in text for text in texts)


@real
@pytest.mark.parametrize("number", REAL_DATES)
def test_passages_of_a_real_article_are_whole_and_complete(number: str) -> None:
    article, spans = read(real_article(number))
    check_passages(article, spans)
    left_out = [line.text for line in classify(article.text) if line.kind is Kind.FURNITURE]
    assert sum(words(line) for line in left_out) < words(article.text) * 0.2

"""Evidence: sentences of the found passages, word for word, the most telling first."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from index import Index
from index.evidence import Scored, rank
from index.verdict import learned, weigh

ARTICLES = {
    "bridge-en.txt": (
        "New bridge opens in Patna\n\n12 March 2022\n\n"
        "A new bridge over the Ganga opened in Patna on Saturday. Officials praised the "
        "workers.\n\n"
        "What the bridge cost\n\n"
        "The bridge cost the state a large sum of money. The bridge cost the state 3,100 crore "
        "rupees in the end. Farmers across the river are happy about the road.\n"
    ),
    "pul-hi.txt": (
        "पटना में नया पुल खुला\n\n12 मार्च 2022\n\n"
        "पटना में गंगा पर नया पुल शनिवार को खुला। 😀 पुल पर राज्य का बहुत पैसा ख़र्च हुआ। पुल पर राज्य के 3,100 "
        "करोड़ रुपये ख़र्च हुए।\n"
    ),
    "lavrov-hi.txt": (
        "लावरोव का वादा\n\n7 अप्रैल 2021\n\n"
        "रूस के विदेश मंत्री लावरोव इस्लामाबाद पहुंचे। लावरोव ने पाकिस्तान को सैन्य उपकरण देने का वादा "
        "किया।\n"
    ),
    "heading-en.md": "Monsoon diary\n\nRain and more rain in Kerala\n",
}
QUESTIONS = (
    "How much did the bridge cost the state?",
    "पुल पर कितना ख़र्च हुआ?",
    "pul par kitna kharch hua",
    "लावरोव ने क्या वादा किया?",
    "Who will feed the elephants of Mysore?",
    "the of and",
    "2022",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root: Path = tmp_path_factory.mktemp("evidence")
    folder = root / "articles"
    folder.mkdir()
    for source, text in ARTICLES.items():
        (folder / source).write_text(text, encoding="utf-8")
    with Index(root / "db") as index:
        index.update(folder)
        yield index


def ranked(index: Index, question: str) -> list[Scored]:
    asked = index.read(question)
    return rank(asked, index.search(asked), learned().sentence)


def from_files(scored: Sequence[Scored], *sources: str) -> list[str]:
    return [each.evidence.text for each in scored if each.evidence.hit.passage.source in sources]


@pytest.mark.parametrize("question", QUESTIONS)
def test_evidence_stands_word_for_word_where_it_says(index: Index, question: str) -> None:
    asked = index.read(question)
    hits = index.search(asked)
    verdict = index.weigh(asked, hits)
    assert verdict.evidence
    for each in verdict.evidence:
        passage = each.hit.passage
        article = index.article(passage.source)
        assert article is not None
        assert article.text[each.start : each.end] == each.text
        assert passage.start <= each.start < each.end <= passage.end
        assert each.hit in hits
        assert each.text == each.text.strip()


@pytest.mark.parametrize("question", QUESTIONS)
def test_sentences_come_once_and_in_falling_order_of_score(index: Index, question: str) -> None:
    found = [each.evidence for each in ranked(index, question)]
    places = [(each.hit.passage.source, each.start) for each in found]
    assert len(set(places)) == len(places)
    keys = [(-each.score, each.hit.passage.source, each.start) for each in found]
    assert keys == sorted(keys)
    assert all(math.isfinite(each.score) for each in found)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_sentence_of_every_hit_is_there_and_no_heading(index: Index, question: str) -> None:
    found = ranked(index, question)
    assert from_files(found, "bridge-en.txt") != []
    assert "What the bridge cost" not in [each.evidence.text for each in found]
    assert sorted(from_files(found, "lavrov-hi.txt")) == sorted(
        [
            "रूस के विदेश मंत्री लावरोव इस्लामाबाद पहुंचे।",
            "लावरोव ने पाकिस्तान को सैन्य उपकरण देने का वादा किया।",
        ]
    )
    assert len(from_files(found, "bridge-en.txt")) == 5


def test_a_passage_that_is_nothing_but_a_heading_still_speaks(index: Index) -> None:
    found = ranked(index, "How much rain in Kerala?")
    assert found[0].evidence.text == "Rain and more rain in Kerala"


def test_the_same_question_gives_the_same_evidence_whatever_the_order_of_hits(
    index: Index,
) -> None:
    for question in QUESTIONS:
        asked = index.read(question)
        hits = index.search(asked)
        verdict = weigh(asked, hits)
        assert weigh(asked, list(hits)) == verdict
        backwards = rank(asked, hits[::-1], learned().sentence)
        assert [each.evidence.text for each in backwards] == [e.text for e in verdict.evidence]


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("How much did the bridge cost the state?", "bridge-en.txt"),
        ("पुल पर राज्य का कितना ख़र्च हुआ?", "pul-hi.txt"),
        ("pul par rajya ka kitna kharch hua?", "pul-hi.txt"),
    ],
)
def test_a_sentence_with_the_number_asked_for_beats_one_without(
    index: Index, question: str, source: str
) -> None:
    best, *rest = from_files(ranked(index, question), source)
    assert "3,100" in best
    assert rest


def test_the_sentence_that_tells_comes_before_the_one_that_only_names(index: Index) -> None:
    for question in (
        "लावरोव ने क्या वादा किया?",
        "What did Lavrov promise Pakistan?",
        "lavrov ne pakistan ko kya wada kiya",
    ):
        assert "वादा" in ranked(index, question)[0].evidence.text


def test_what_is_asked_for_is_seen_in_a_sentence(index: Index) -> None:
    features = {
        each.evidence.text: each.features
        for each in ranked(index, "How much did the bridge cost the state?")
    }
    told = features["The bridge cost the state 3,100 crore rupees in the end."]
    untold = features["The bridge cost the state a large sum of money."]
    assert (told["asked kind"], told["asked kind missing"]) == (1, 0)
    assert (untold["asked kind"], untold["asked kind missing"]) == (0, 1)
    assert told["asked kind near"] > untold["asked kind near"] == 0
    assert told["coverage"] == untold["coverage"] == pytest.approx(1)


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_feature_is_a_share(index: Index, question: str) -> None:
    asked = index.read(question)
    hits = index.search(asked)
    for each in rank(asked, hits, {}):
        assert each.evidence.score == 0, "without weights nothing counts"
        for name, value in each.features.items():
            # Cosine similarity, of which a hit's score is made, may be a little below nought.
            assert -1 <= value <= 1 + 1e-9, name
        assert all(0 <= share <= 1 for share in (*each.met, *each.met_in_passage))
        assert all(a <= b for a, b in zip(each.met, each.met_in_passage, strict=True))


def test_no_hits_hold_no_sentence(index: Index) -> None:
    asked = index.read("How much did the bridge cost the state?")
    assert rank(asked, [], learned().sentence) == []


def test_an_article_of_the_time_asked_about_speaks_of_it_throughout(index: Index) -> None:
    asked = index.read("2021 में लावरोव ने क्या वादा किया?")
    best = rank(asked, index.search(asked), learned().sentence)[0]
    (year,) = (i for i, term in enumerate(asked.terms) if term.word == "2021")
    assert "2021" not in best.evidence.text
    assert best.evidence.hit.passage.source == "lavrov-hi.txt"
    assert best.met[year] == 1


def test_the_weights_have_exactly_the_names_of_the_features(index: Index) -> None:
    asked = index.read("How much did the bridge cost the state?")
    best = rank(asked, index.search(asked), learned().sentence)[0]
    assert set(learned().sentence) == set(best.features)

"""The verdict: whether what was found answers the question, or Khabar says it does not know."""

import json
import math
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from index import Hit, Index
from index.evidence import rank
from index.verdict import Trees, Verdict, Weights, answer_features, learned, pair_of, weigh

ARTICLES = {
    "bridge-en.txt": (
        "New bridge opens in Patna\n\n12 March 2022\n\n"
        "A new bridge over the Ganga opened in Patna on Saturday. Officials praised the "
        "workers. The bridge cost the state 3,100 crore rupees in the end.\n"
    ),
    "pul-hi.txt": (
        "पटना में नया पुल खुला\n\n12 मार्च 2022\n\n"
        "पटना में गंगा पर नया पुल शनिवार को खुला। पुल पर राज्य के 3,100 करोड़ रुपये ख़र्च हुए।\n"
    ),
    "lavrov-hi.txt": (
        "लावरोव का वादा\n\n7 अप्रैल 2021\n\n"
        "रूस के विदेश मंत्री लावरोव इस्लामाबाद पहुंचे। लावरोव ने पाकिस्तान को सैन्य उपकरण देने का वादा "
        "किया।\n"
    ),
}
ANSWERED = (
    "How much did the bridge cost the state?",
    "पुल पर राज्य के कितने रुपये ख़र्च हुए?",
    "pul par rajya ke kitne rupaye kharch hue",
    "लावरोव ने पाकिस्तान को क्या देने का वादा किया?",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    root: Path = tmp_path_factory.mktemp("verdict")
    folder = root / "articles"
    folder.mkdir()
    for source, text in ARTICLES.items():
        (folder / source).write_text(text, encoding="utf-8")
    with Index(root / "db") as index:
        index.update(folder)
        yield index


def features(index: Index, question: str) -> dict[str, float]:
    asked = index.read(question)
    hits = index.search(asked)
    return answer_features(asked, rank(asked, hits, learned().sentence)[0])


@pytest.mark.parametrize("question", ANSWERED)
def test_what_an_article_says_in_so_many_words_is_answered(index: Index, question: str) -> None:
    asked = index.read(question)
    assert weigh(asked, index.search(asked)).answerable


@pytest.mark.parametrize(
    "question",
    ["कॉफ़ी का दाग़ कैसे छुड़ाएँ?", "How do I bake sourdough pretzels?", "virat kohli ka shatak"],
)
def test_a_question_about_something_else_altogether_is_refused(index: Index, question: str) -> None:
    asked = index.read(question)
    assert not weigh(asked, index.search(asked)).answerable


def test_a_question_half_of_which_stands_in_no_article_is_refused(index: Index) -> None:
    asked = index.read("Did the Ganga flood Venice and Amsterdam?")
    assert not weigh(asked, index.search(asked)).answerable


def test_no_hits_are_no_answer(index: Index) -> None:
    asked = index.read("How much did the bridge cost the state?")
    assert weigh(asked, []) == Verdict((), answerable=False)


@pytest.mark.parametrize("question", ANSWERED)
def test_the_judgement_does_not_hang_on_how_high_scores_are(index: Index, question: str) -> None:
    asked = index.read(question)
    hits = [hit for hit in index.search(asked) if hit.score > 0]
    doubled = [Hit(hit.passage, 2 * hit.score) for hit in hits]
    assert weigh(asked, doubled).answerable == weigh(asked, hits).answerable


def test_features_tell_names_from_words_and_what_is_missing_where(index: Index) -> None:
    found = features(index, "Did Lavrov open the bridge in Morvanpur?")
    assert found["names in no article"] == 1, "Morvanpur"
    assert found["words not in passage"] == 0
    assert found["names not in passage"] == 1, "Lavrov is in another article"
    assert features(index, "Did the bridge cost 3,100 crore?")["numbers in no article"] == 0
    assert features(index, "Did the bridge cost 4,700 crore?")["numbers in no article"] == 1


def test_more_of_the_question_met_never_speaks_for_refusing(index: Index) -> None:
    """The trees are bound to that, whatever they were learned from."""
    trees = learned().answer
    row = features(index, ANSWERED[0])
    for name in ("coverage", "coverage of passage", "adjacent terms", "rarest term in sentence"):
        scores = [trees.score(row | {name: share / 20}) for share in range(21)]
        assert scores == sorted(scores), name
    for name in ("names not in passage", "numbers in no article"):
        scores = [trees.score(row | {name: count}) for count in range(5)]
        assert scores == sorted(scores, reverse=True), name


def test_a_tree_leads_to_the_leaf_that_its_questions_choose() -> None:
    trees = Trees(
        ["size", "weight"],
        [[(0, 0.5, 1, 2), (-1.0,), (1, 2.0, 3, 4), (0.25,), (3.0,)], [(10.0,)]],
    )
    assert trees.score({"size": 0.5, "weight": 9}) == 9
    assert trees.score({"size": 0.6, "weight": 2}) == 10.25
    assert trees.score({"weight": 2.1, "size": 1}) == 13


@pytest.mark.parametrize(
    ("question", "source", "pair"),
    [
        ("What did the bridge cost?", "bridge-en.txt", "en en"),
        ("What did the bridge cost?", "pul-hi.txt", "en hi"),
        ("पुल पर क्या ख़र्च हुआ?", "pul-hi.txt", "hi hi"),
        ("पुल पर क्या ख़र्च हुआ?", "bridge-en.txt", "hi en"),
        ("pul par kya kharch hua", "pul-hi.txt", "hi-Latn hi"),
        ("pul par kya kharch hua", "bridge-en.txt", "hi-Latn en"),
    ],
)
def test_each_pair_of_languages_has_its_threshold(
    index: Index, question: str, source: str, pair: str
) -> None:
    asked = index.read(question)
    best = rank(asked, index.search(asked, sources=[source]), learned().sentence)[0]
    assert pair_of(asked, best) == pair
    weights = learned()
    assert len(weights.thresholds) == 6
    assert len(weights.thresholds[pair]) == len(weights.sizes)
    assert list(weights.sizes) == sorted(weights.sizes)


def test_between_two_sizes_of_index_the_threshold_lies_between_theirs() -> None:
    weights = Weights({}, Trees([], []), [10, 1000], {"en en": [-1.0, 1.0]})
    assert weights.threshold("en en", 100) == pytest.approx(0)
    assert weights.threshold("en en", 3) == weights.threshold("en en", 0) == -1
    assert weights.threshold("en en", 100_000) == 1


def test_the_trees_ask_about_exactly_the_features_there_are(index: Index) -> None:
    trees = learned().answer
    assert set(trees.features) == set(features(index, ANSWERED[0]))
    for tree in trees.trees:
        for node in tree:
            if len(node) == 4:
                assert 0 <= node[0] < len(trees.features)
                assert 0 < node[2] < len(tree) and 0 < node[3] < len(tree)


def test_weights_are_numbers_and_say_what_they_were_learned_from() -> None:
    text = resources.files("index").joinpath("weights.json").read_text(encoding="utf-8")
    stored = json.loads(text)
    assert set(stored) == {"provenance", "sentence", "answer", "sizes", "thresholds"}
    assert "bench/fit.py" in stored["provenance"]
    assert len(stored["provenance"]) > 40
    assert all(math.isfinite(value) for value in stored["sentence"].values())
    assert any(stored["sentence"].values())
    assert all(math.isfinite(t) for values in stored["thresholds"].values() for t in values)
    numbers = [number for tree in stored["answer"]["trees"] for node in tree for number in node]
    assert all(math.isfinite(number) for number in numbers)

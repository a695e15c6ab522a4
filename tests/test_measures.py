"""The measures of qa eval: worked by hand, and what holds for any outcomes."""

import json
import math
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import errors
from qa import measures, report
from qa.measures import Outcome, Sentence

RANKS = st.none() | st.integers(1, 200)
FOUND = Outcome(
    id="1",
    question="Who met whom?",
    language="en",
    sources=("a.txt",),
    answers=("Lavrov",),
    without=False,
    rank=1,
    sentence_rank=1,
    refused=False,
    ms=10.0,
    first_file="a.txt",
    first_sentence=Sentence("a.txt", 5, 20, "Lavrov met Khan."),
)
UNANSWERABLE = replace(FOUND, id="2", sources=(), answers=(), rank=None, sentence_rank=None)
TAKEN_OUT = replace(FOUND, without=True, rank=None, sentence_rank=None)

OUTCOMES = st.builds(
    replace,
    st.sampled_from([FOUND, UNANSWERABLE, TAKEN_OUT]),
    question=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20),
    language=st.sampled_from(["hi", "en", "hi-Latn"]),
    rank=RANKS,
    sentence_rank=RANKS,
    refused=st.booleans(),
    ms=st.floats(0, 1e6),
)


def numbered(outcomes: list[Outcome]) -> list[Outcome]:
    return [replace(outcome, id=str(i)) for i, outcome in enumerate(outcomes)]


RUNS = st.lists(OUTCOMES, min_size=1, max_size=12).map(numbered)


@pytest.mark.parametrize(
    ("rank", "expected"),
    [(1, 1.0), (2, 1 / math.log2(3)), (3, 0.5), (7, 1 / 3), (10, 1 / math.log2(11))],
)
def test_ndcg_discounts_by_the_logarithm_of_the_rank(rank: int, expected: float) -> None:
    assert measures.ndcg(rank) == pytest.approx(expected)


def test_ndcg_is_nought_below_its_depth_and_for_what_was_not_found() -> None:
    assert measures.ndcg(11) == measures.ndcg(None) == 0.0
    assert measures.ndcg(11, depth=11) > 0


def test_recall_asks_whether_the_file_is_among_the_first() -> None:
    assert [measures.recall(rank, 5) for rank in (1, 5, 6, None)] == [1, 1, 0, 0]


@given(RANKS, st.integers(1, 50))
def test_what_stands_higher_is_never_worth_less(rank: int | None, depth: int) -> None:
    assert 0 <= measures.ndcg(rank, depth) <= measures.recall(rank, depth) <= 1
    if rank and rank > 1:
        assert measures.ndcg(rank - 1, depth) >= measures.ndcg(rank, depth)
        assert measures.recall(rank - 1, depth) >= measures.recall(rank, depth)


def test_a_run_worked_by_hand() -> None:
    outcomes = [
        FOUND,
        replace(FOUND, id="3", rank=3, sentence_rank=2, ms=20.0, refused=True),
        replace(FOUND, id="4", rank=11, sentence_rank=4, ms=30.0),
        replace(FOUND, id="5", rank=None, sentence_rank=None, ms=40.0),
        UNANSWERABLE,
        replace(UNANSWERABLE, id="6", refused=True, ms=110.0),
        replace(TAKEN_OUT, refused=True, ms=999.0),
        replace(TAKEN_OUT, id="3", ms=999.0),
    ]
    assert measures.count(outcomes) == (4, 2)
    assert measures.summarise(outcomes) == pytest.approx(
        {
            "recall@1": 1 / 4,
            "recall@5": 2 / 4,
            "recall@10": 2 / 4,
            "nDCG@10": (1 + 0.5) / 4,
            "answer sentence first": 1 / 4,
            "answer sentence in three": 2 / 4,
            "wrongly refused": 1 / 4,
            "rightly refused": 1 / 2,
            "rightly refused, article out": 1 / 2,
            # Of 10, 10, 20, 30, 40, 110; a second asking with the article out is nobody's wait.
            "median ms": 25.0,
            "95th percentile ms": 40 + 0.75 * 70,
        }
    )


def test_a_measure_that_applies_to_nothing_has_no_figure() -> None:
    figures = measures.summarise([UNANSWERABLE])
    assert figures["rightly refused"] == 0.0
    assert figures["recall@1"] is figures["wrongly refused"] is None
    assert not any(line.startswith("recall") for line in report.lines([UNANSWERABLE]))


def test_figures_are_broken_down_by_language_where_there_are_several() -> None:
    hindi = replace(FOUND, id="7", language="hi")
    assert measures.by_language([FOUND]) == {"all": [FOUND]}
    assert measures.by_language([hindi, FOUND]) == {
        "all": [hindi, FOUND],
        "en": [FOUND],
        "hi": [hindi],
    }


@given(RUNS)
def test_every_share_is_a_share_and_the_lines_are_one_width(outcomes: list[Outcome]) -> None:
    for measure in measures.MEASURES:
        value = measures.summarise(outcomes)[measure.name]
        assert value is None or 0 <= value <= (1 if measure.is_share else 1e6)
    lines = report.table(measures.by_language(outcomes))
    assert len(set(map(len, lines))) == 1


# The difference of two runs


def test_the_interval_of_a_difference_that_is_always_the_same_is_that_difference() -> None:
    before = np.array([0.1, 0.4, 0.7])
    assert measures.interval(before, before + 0.25) == pytest.approx((0.25, 0.25))


def test_the_interval_agrees_with_the_normal_one_for_many_questions() -> None:
    random = np.random.default_rng(7)
    before = random.normal(0.0, 1.0, 400)
    after = before + random.normal(0.3, 0.5, 400)
    difference = after - before
    error = 1.96 * difference.std() / math.sqrt(400)
    low, high = measures.interval(before, after)
    assert low == pytest.approx(difference.mean() - error, abs=0.01)
    assert high == pytest.approx(difference.mean() + error, abs=0.01)


def test_questions_are_drawn_in_pairs() -> None:
    # As two samples, nought and a million would drown the difference of one.
    before = np.array([0.0, 1e6] * 50)
    assert measures.interval(before, before + 1) == (1.0, 1.0)


def test_the_same_values_give_the_same_interval_however_many_fit_into_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, after = np.linspace(0, 1, 30), np.linspace(0, 1, 30) ** 2
    once = measures.interval(before, after)
    assert measures.interval(before, after) == once
    monkeypatch.setattr(measures, "_AT_ONCE", 100)
    assert measures.interval(before, after) == pytest.approx(once, abs=0.02)


@given(RUNS)
def test_a_run_does_not_differ_from_itself(outcomes: list[Outcome]) -> None:
    compared = measures.compare(outcomes, outcomes)
    assert {item.measure.name for item in compared} == {
        name for name, value in measures.summarise(outcomes).items() if value is not None
    }
    for item in compared:
        assert (item.difference, item.low, item.high) == (0, 0, 0)


@given(RUNS, RUNS)
def test_the_difference_lies_between_the_worst_and_the_best(
    before: list[Outcome], after: list[Outcome]
) -> None:
    for item in measures.compare(before, after):
        assert item.low <= item.high
        assert item.questions <= len(before)
        if item.measure.is_share:
            assert -1 <= item.low <= item.high <= 1


def test_runs_are_compared_over_the_questions_of_both() -> None:
    only_before = replace(FOUND, id="before", rank=None)
    only_after = replace(FOUND, id="after", rank=None)
    better = replace(FOUND, id="both")
    worse = replace(better, rank=2)
    lines = report.comparison([worse, only_before], [better, only_after])
    counts = "Questions in both runs: 1; in this one only: 1; in the other only: 1."
    assert lines[0].startswith(counts)
    recall = next(line for line in lines if line.startswith("recall@1 "))
    assert recall.split() == "recall@1 0.0 % 100.0 % +100.0 +100.0 +100.0".split()


def test_a_question_asked_without_its_article_is_compared_with_the_like() -> None:
    compared = measures.compare([FOUND, TAKEN_OUT], [FOUND, replace(TAKEN_OUT, refused=True)])
    changed = {item.measure.name: item.difference for item in compared if item.difference}
    assert changed == {"rightly refused, article out": 1.0}


# There and back


@given(RUNS)
def test_what_json_says_can_be_read_and_compared(outcomes: list[Outcome]) -> None:
    written = json.loads(json.dumps(report.as_json({}, outcomes)))
    assert written["measures"]["all"]["questions with an answer"] == measures.count(outcomes)[0]
    assert [replace(o, first_file=None, first_sentence=None) for o in outcomes] == [
        report.read_outcome(entry, "") for entry in written["outcomes"]
    ]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[("id", None), ("rank", 0), ("rank", True), ("sentence_rank", "1"), ("refused", None)],
        *[("ms", -1), ("ms", 1e999), ("sources", "a.txt"), ("answers", [1]), ("without", 0)],
    ],
)
def test_a_run_that_was_changed_by_hand_is_refused_by_name(
    key: str, value: object, tmp_path: Path
) -> None:
    run = report.as_json({}, [FOUND])
    run["outcomes"].append(asdict(UNANSWERABLE) | {key: value})
    path = tmp_path / "run.json"
    path.write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(errors.QuestionFileError, match=rf"run.json, outcomes\[1\]: {key} "):
        report.read(path)
    run["outcomes"][1] = asdict(FOUND)
    path.write_text(json.dumps(run), encoding="utf-8")
    with pytest.raises(errors.QuestionFileError, match="two outcomes of one id"):
        report.read(path)


@pytest.mark.parametrize("text", ["{}", '{"version": 2, "outcomes": []}', '{"version": 1}'])
def test_a_file_that_is_no_run_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    with pytest.raises(errors.QuestionFileError, match="not what qa eval --json writes"):
        report.read(tmp_path / "run.json")


# What went wrong


def test_a_miss_is_one_line_that_says_what_came_instead() -> None:
    other = Sentence("b.txt", 3, 9, "Khan\n" + "spoke " * 40)
    wrong = [
        replace(FOUND, id="far", rank=4, sentence_rank=9, first_file="c.txt", first_sentence=other),
        replace(FOUND, id="lost", rank=None, sentence_rank=None, first_file=None),
        replace(FOUND, id="shy", refused=True, question="Who\nmet whom?"),
        replace(UNANSWERABLE, id="bold"),
        replace(TAKEN_OUT, id="out"),
        replace(UNANSWERABLE, id="none", first_file=None, first_sentence=None),
    ]
    right = [FOUND, replace(UNANSWERABLE, refused=True), replace(TAKEN_OUT, refused=True)]
    lines = report.list_misses([*wrong, *right])
    assert [line.split(" | ")[0] for line in lines] == [
        "far: file at 4, answer sentence at 9",
        "lost: file not found, answer sentence not found",
        "shy: wrongly refused",
        "bold: wrongly answered",
        "out: wrongly answered, article out",
        "none: wrongly answered",
    ]
    assert lines[0].split(" | ")[2].startswith("c.txt; b.txt 3-9: Khan spoke spoke")
    assert lines[0].endswith("…")
    assert lines[2].endswith("| Who met whom? | a.txt 5-20: Lavrov met Khan.")
    assert lines[5].endswith("| nothing")

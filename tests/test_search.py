"""Search: the right passages, filtered exactly, in the same order on every run."""

import datetime
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Index, search
from index.catalogue import Catalogue
from index.errors import QuestionError
from index.library import Library

DAY = datetime.date.fromisoformat


@pytest.fixture
def index(tmp_path: Path, articles: Path) -> Iterator[Index]:
    with Index(tmp_path / "db") as index:
        index.update(articles)
        yield index


def sources(index: Index, question: str, **filters: object) -> list[str]:
    hits = index.search(question, **filters)  # type: ignore[arg-type]
    return [hit.passage.source for hit in hits]


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("लावरोव ने क्या वादा किया?", {"lavrov-hi.txt"}),
        ("What did Lavrov promise Pakistan?", {"lavrov-hi.txt"}),
        ("lavrov ne pakistan ko kya dene ka vaada kiya", {"lavrov-hi.txt"}),
        ("When did the vaccine drive begin in Goa?", {"goa-vaccine-en.txt", "goa-tika-hi.txt"}),
        ("गोवा में टीका अभियान कब शुरू हुआ?", {"goa-vaccine-en.txt", "goa-tika-hi.txt"}),
        ("Who won the cricket final?", {"sub/cricket-en.txt"}),
    ],
)
def test_a_question_in_either_language_and_script_finds_its_article(
    index: Index, question: str, best: set[str]
) -> None:
    assert set(sources(index, question)[: len(best)]) == best


def test_a_hit_says_where_its_text_stands(index: Index) -> None:
    hits = index.search("cricket final")
    assert hits
    for hit in hits:
        passage = hit.passage
        article = index.article(passage.source)
        assert article is not None
        assert article.text[passage.start : passage.end] == passage.text
        assert (passage.title, passage.date, passage.language) == (
            article.title,
            article.date,
            article.language,
        )


@pytest.mark.parametrize("question", ["goa vaccine", "zebra giraffe", "मंत्री"])
@pytest.mark.parametrize(
    ("since", "until", "names", "allowed"),
    [
        ("2023-05-05", None, None, {"goa-vaccine-en.txt", "goa-tika-hi.txt"}),
        ("2023-05-06", None, None, {"goa-tika-hi.txt"}),
        (None, "2022-03-12", None, {"lavrov-hi.txt", "sub/cricket-en.txt"}),
        (None, "2022-03-11", None, {"lavrov-hi.txt"}),
        ("2022-03-12", "2022-03-12", None, {"sub/cricket-en.txt"}),
        ("2024-01-01", None, None, set()),
        ("2023-05-06", "2023-05-05", None, set()),
        (
            None,
            None,
            ["sub/undated-en.md", "lavrov-hi.txt"],
            {"sub/undated-en.md", "lavrov-hi.txt"},
        ),
        (None, None, ["no-such.txt"], set()),
        (None, None, [], set()),
        (
            "2021-01-01",
            "2023-05-05",
            ["goa-tika-hi.txt", "goa-vaccine-en.txt"],
            {"goa-vaccine-en.txt"},
        ),
        ("2000-01-01", None, ["sub/undated-en.md"], set()),
    ],
)
def test_filters_let_through_what_they_name_and_nothing_else(
    index: Index,
    question: str,
    since: str | None,
    until: str | None,
    names: Sequence[str] | None,
    allowed: set[str],
) -> None:
    first, last = (DAY(day) if day else None for day in (since, until))
    hits = index.search(question, since=first, until=last, sources=names)
    # Vectors propose every passage of so small an index, so what is allowed is there as well.
    assert {hit.passage.source for hit in hits} == allowed


HINDI = {"goa-tika-hi.txt", "lavrov-hi.txt"}
ENGLISH = {"goa-vaccine-en.txt", "sub/cricket-en.txt", "sub/undated-en.md"}


@pytest.mark.parametrize("question", ["goa vaccine", "मंत्री", "goa mein tika kab laga"])
def test_only_articles_written_in_the_languages_asked_for_are_found(
    index: Index, question: str
) -> None:
    def found(*languages: str, **others: object) -> set[str]:
        return {*sources(index, question, languages=languages, **others)}

    assert found("hi") == HINDI
    assert found("en") == ENGLISH
    assert found("hi", sources=["lavrov-hi.txt", "sub/cricket-en.txt"]) == {"lavrov-hi.txt"}
    assert found("en", since=DAY("2023-01-01")) == {"goa-vaccine-en.txt"}
    assert index.search(question, languages=["en", "hi"]) == index.search(question)


@pytest.mark.parametrize("languages", [[], (), "hi", ["fr"], ["hi", "hi-Latn"], [None], ["HI"]])
def test_a_language_that_no_article_is_in_is_refused_in_one_sentence(
    index: Index, languages: Sequence[str]
) -> None:
    with pytest.raises(QuestionError, match=r"^languages is a list .* of hi, en, and not .*\.$"):
        index.search("Goa", languages=languages)


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("2021 में लावरोव ने इस्लामाबाद में क्या कहा?", "2021-hi.txt"),
        ("What did Lavrov say in Islamabad in May 2023?", "2023-hi.txt"),
        ("april 2021 me lavrov ne islamabad me kya kaha", "2021-hi.txt"),
        ("पिछले साल लावरोव ने इस्लामाबाद में क्या कहा?", "2022-hi.txt"),
    ],
)
def test_of_two_reports_alike_that_of_the_time_asked_about_comes_first(
    tmp_path: Path, question: str, best: str
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for day in ("7 अप्रैल 2021", "3 जून 2022", "5 मई 2023"):
        text = f"लावरोव इस्लामाबाद में\n\n{day}\n\nलावरोव ने इस्लामाबाद में कहा कि बातचीत अच्छी रही।\n"
        (folder / f"{day[-4:]}-hi.txt").write_text(text, encoding="utf-8")
    with Index(tmp_path / "db") as index:
        index.update(folder)
        found = sources(index, question)
        assert found[0] == best
        assert len(found) == 3, "the others are further down, not left out"


def test_copies_of_one_report_leave_room_for_another_story(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    report = (
        "The foreign ministers met in Goa on Friday and spoke for two hours about trade, security "
        "and the border, the ministry said in a statement after the talks had ended late at night."
    )
    for paper in range(12):
        (folder / f"copy-{paper:02d}.txt").write_text(f"{report}\n", encoding="utf-8")
    other = "Fishermen in Goa say the ministers who met there closed the beach for two days."
    (folder / "beach.txt").write_text(f"{other}\n", encoding="utf-8")
    with Index(tmp_path / "db") as index:
        index.update(folder)
        found = sources(index, "What did the foreign ministers who met in Goa speak about?")
    assert found[0].startswith("copy-")
    assert "beach.txt" in found[:3]


def test_a_filter_does_not_cost_places(index: Index) -> None:
    whole = sources(index, "goa vaccine", limit=1)
    assert whole == sources(index, "goa vaccine", limit=1, sources=whole)
    assert sources(index, "goa vaccine", limit=1, sources=["lavrov-hi.txt"]) == ["lavrov-hi.txt"]


def test_articles_that_have_left_take_no_place_from_the_others(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    stay = {f"{number}.txt" for number in range(10, 30)}
    leave = {f"{number}.txt" for number in range(30, 80)}
    for source in stay | leave:
        text = f"Snow fell in Delhi{' and in Goa' * (source in stay)}: report {source[:2]}.\n"
        (folder / source).write_text(text, encoding="utf-8")
    with Index(tmp_path / "db") as index:
        index.update(folder)
        assert set(sources(index, "snow", limit=20)) <= leave
    library = Library(tmp_path / "db")
    Catalogue(library).retire(leave)
    library.close()
    with Index(tmp_path / "db") as index:
        assert len(index.search("snow", limit=10)) == 10
        assert set(sources(index, "snow", limit=20)) == stay


def test_ties_break_on_source_and_start(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("c.txt", "a.txt", "b.txt"):
        text = f"Snow fell in Delhi\n\nSnow fell in Delhi on Monday morning.{' ' * ord(name[0])}\n"
        (folder / name).write_text(text)
    with Index(tmp_path / "db") as index:
        # Added one after another, so that no order of adding helps.
        for name in ("c.txt", "a.txt", "b.txt"):
            (folder / name).rename(tmp_path / name)
        for name in ("c.txt", "a.txt", "b.txt"):
            (tmp_path / name).rename(folder / name)
            index.update(folder)
        hits = index.search("snow in Delhi")
        assert len({hit.score for hit in hits}) == 1
        places = [(hit.passage.source, hit.passage.start) for hit in hits]
        assert places == sorted(places)
        assert {source for source, _ in places} == {"a.txt", "b.txt", "c.txt"}


@pytest.mark.parametrize("limit", [1, 2, 3, 1_000])
def test_the_limit_is_kept_and_cuts_the_same_list(index: Index, limit: int) -> None:
    whole = index.search("goa minister vaccine", limit=50)
    assert index.search("goa minister vaccine", limit=limit) == whole[:limit]


def test_scores_fall_and_are_finite(index: Index) -> None:
    scores = [hit.score for hit in index.search("the minister in Goa", limit=50)]
    assert scores == sorted(scores, reverse=True)
    assert all(abs(score) < 1e6 for score in scores)


@pytest.mark.parametrize("question", ["xylophone quagmire", "ज़ेब्रा जिराफ़", "12345678", "the of and"])
def test_a_question_that_matches_nothing_is_no_error(index: Index, question: str) -> None:
    good = index.search("Who won the cricket final?")[0].score
    assert all(hit.score < good for hit in index.search(question))


def test_an_index_without_articles_finds_nothing(tmp_path: Path) -> None:
    with Index(tmp_path / "db") as index:
        assert index.search("Who won?") == []
        assert index.articles() == []
        assert index.article("a.txt") is None


def test_another_process_finds_the_same(tmp_path: Path, articles: Path) -> None:
    code = """
import json, sys
from index import Index
with Index(sys.argv[1]) as index:
    hits = index.search("goa vaccine minister", limit=50)
print(json.dumps([[h.passage.source, h.passage.start, h.score] for h in hits]))
"""
    with Index(tmp_path / "db") as index:
        index.update(articles)
        mine = [
            [hit.passage.source, hit.passage.start, hit.score]
            for hit in index.search("goa vaccine minister", limit=50)
        ]
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code, tmp_path / "db"],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parent.parent,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
        )
        assert json.loads(done.stdout) == mine


def test_odd_characters_keep_their_places_through_the_whole_index(tmp_path: Path) -> None:
    text = (
        "😀 गोवा में \u200dटीका\u200c अभियान 👩‍👩‍👧\r\n\r\n"
        "𝒳 गोवा में डॉक्टरों ने\u2028टीका अभियान 😀 शुरू किया।\rमंत्री ने \u202eعربي\u202c में कहा कि यह "
        "क्\u200dषेत्र है।\x85 गोवा का 🇮🇳 अभियान चलेगा। 𐍈 गांव तक\ufffe पहुंचेगा।\n"
    )
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "odd.txt").write_bytes(b"\xef\xbb\xbf" + text.encode())
    with Index(tmp_path / "db") as index:
        index.update(folder)
        article = index.article("odd.txt")
        assert article is not None
        assert article.text == text
        hits = index.search("गोवा में टीका अभियान", limit=50)
        assert hits
        for hit in hits:
            assert text[hit.passage.start : hit.passage.end] == hit.passage.text


def test_a_question_may_be_read_once_and_searched_with_filters(index: Index) -> None:
    asked = index.read("goa vaccine")
    assert index.search(asked) == index.search("goa vaccine")
    assert replace(asked) == asked


def test_built_in_vectors_add_three_tenths_of_their_cosine_to_the_share_of_the_best() -> None:
    fused = search.fuse([(1, 4.0), (2, 2.0)], [(2, 0.5), (3, -0.1)])
    assert fused == {1: 1.0, 2: 0.5 + 0.3 * 0.5, 3: 0.3 * -0.1}
    assert search.fuse([], []) == {}


cosines = st.lists(st.integers(-1_000, 1_000), min_size=2, max_size=30, unique=True).map(
    lambda found: [(i, cosine / 1_000) for i, cosine in enumerate(found)]
)


@given(cosines, st.floats(0.01, 1), st.floats(-1, 1))
def test_the_range_a_models_cosines_lie_in_does_not_matter(
    scored: list[tuple[int, float]], scale: float, shift: float
) -> None:
    squeezed = [(passage, scale * cosine + shift) for passage, cosine in scored]
    assert search.min_max(squeezed) == pytest.approx(search.min_max(scored), abs=1e-6)


def test_cosines_between_seven_tenths_and_one_count_as_much_as_any() -> None:
    lexical = {1: 1.0, 2: 0.9, 3: 0.3}
    wide = [(2, 0.9), (3, 0.6), (4, 0.5), (1, -0.5)]
    narrow = [(passage, 0.85 + 0.15 * cosine) for passage, cosine in wide]
    orders = []
    for dense in (wide, narrow):
        fused = search.interpolate(lexical, search.min_max(dense), dict.fromkeys(range(1, 5), 0.5))
        orders.append(sorted(fused, key=lambda passage: -fused[passage]))
    assert orders[0] == orders[1] == [2, 3, 1, 4]


def test_the_best_has_1_and_the_worst_0_and_equals_all_have_1() -> None:
    assert search.min_max([(7, 0.9), (8, 0.8), (9, 0.7)]) == pytest.approx({7: 1, 8: 0.5, 9: 0})
    assert search.min_max([(7, 0.4), (8, 0.4)]) == {7: 1.0, 8: 1.0}
    assert search.min_max([(7, -0.4)]) == {7: 1.0}
    assert search.min_max([]) == {}


@given(
    st.dictionaries(st.integers(0, 9), st.floats(0, 1)),
    st.dictionaries(st.integers(0, 9), st.floats(0, 1)),
    st.floats(0, 1),
)
def test_two_sides_from_0_to_1_make_a_score_from_0_to_1_between_them(
    first: dict[int, float], second: dict[int, float], weight: float
) -> None:
    fused = search.interpolate(first, second, dict.fromkeys(range(10), weight))
    for passage, score in fused.items():
        sides = (first.get(passage, 0.0), second.get(passage, 0.0))
        assert min(sides) - 1e-9 <= score <= max(sides) + 1e-9


def test_an_embedder_says_most_across_languages_and_least_in_roman_hindi(index: Index) -> None:
    def shares(question: str) -> dict[str, float]:
        asked = index.read(question)
        passages = [hit.passage for hit in index.search(asked)]
        return {passage.language: search._neural_share(asked, passage) for passage in passages}

    english, hindi = shares("When did the vaccine drive begin?"), shares("टीका अभियान कब शुरू हुआ?")
    roman = shares("goa mein tika abhiyan kab shuru hua")
    assert english["en"] == hindi["hi"] < english["hi"] == hindi["en"]
    assert roman["hi"] == roman["en"] < 0.5 <= hindi["hi"]

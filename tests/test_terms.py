"""Tantivy: what is added is found, what is deleted is gone, and rarity is counted right."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import IndexBusyError, IndexFolderError
from index.terms import TermIndex, bm25_idf

GROUPS = [(1.0, {"goa": 1.0})]


@pytest.fixture
def terms(tmp_path: Path) -> TermIndex:
    index = TermIndex(tmp_path / "terms")
    index.add([(1, 10, "goa vaccine drive", "goa"), (2, 20, "mumbai final", "cricket")])
    return index


def found(index: TermIndex, stem: str) -> list[int]:
    return [passage for passage, _ in index.search([(1.0, {stem: 1.0})], 0.3, 10, None)]


def test_a_passage_is_found_by_its_body_and_its_title(terms: TermIndex) -> None:
    assert found(terms, "vaccine") == [1]
    assert found(terms, "cricket") == [2]
    assert found(terms, "monsoon") == []


def test_the_passages_of_a_deleted_article_are_gone(terms: TermIndex) -> None:
    terms.add([], gone=[10])
    assert terms.count() == 1
    assert found(terms, "goa") == []
    assert found(terms, "mumbai") == [2]


def test_replacing_leaves_nothing_of_before(terms: TermIndex) -> None:
    terms.add([], gone=[10])
    terms.replace([(3, 30, "goa tika", "goa"), (4, 40, "rus", "rus")])
    assert terms.count() == 2
    assert terms.deleted() == 0
    assert terms.frequency("vaccine") == 0
    assert found(terms, "goa") == [3]


def test_a_frequency_asked_for_before_is_counted_anew_after_a_change(terms: TermIndex) -> None:
    assert (terms.frequency("goa"), terms.frequency("rus")) == (1, 0)
    terms.add([(3, 30, "goa rus", "")])
    assert (terms.frequency("goa"), terms.frequency("rus")) == (2, 1)
    terms.replace([])
    assert (terms.frequency("goa"), terms.frequency("rus")) == (0, 0)


def test_deleted_passages_are_counted_until_they_leave_the_frequencies(tmp_path: Path) -> None:
    index = TermIndex(tmp_path / "terms")
    index.add([(i, i, "goa", "") for i in range(1, 6)])
    index.add([], gone=[1, 2])
    assert (index.count(), index.deleted()) == (3, 2)
    assert index.frequency("goa") - index.deleted() == 3


def test_a_group_counts_once_by_its_best_alternative(terms: TermIndex) -> None:
    one = terms.search([(1.0, {"vaccine": 1.0})], 0.0, 10, None)
    both = terms.search([(1.0, {"vaccine": 1.0, "drive": 0.5})], 0.0, 10, None)
    assert [passage for passage, _ in both] == [1]
    assert both[0][1] == pytest.approx(one[0][1])


def test_the_groups_rarity_weighs_and_not_the_alternatives(tmp_path: Path) -> None:
    index = TermIndex(tmp_path / "terms")
    index.add([(1, 1, "common rare", "")] + [(i, i, "common word", "") for i in range(2, 9)])
    common, rare = (index.search([(2.0, {s: 1.0})], 0.0, 1, [1])[0][1] for s in ("common", "rare"))
    assert common == pytest.approx(rare, rel=1e-3)


def test_only_the_articles_asked_for_are_searched(terms: TermIndex) -> None:
    assert terms.search(GROUPS, 0.3, 10, [20]) == []
    assert [passage for passage, _ in terms.search(GROUPS, 0.3, 10, [10])] == [1]
    assert terms.search(GROUPS, 0.3, 10, []) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_no_limit_above_zero_finds_nothing(terms: TermIndex, limit: int) -> None:
    assert terms.search(GROUPS, 0.3, limit, None) == []


def test_a_limit_beyond_the_index_is_no_harm(terms: TermIndex) -> None:
    assert [passage for passage, _ in terms.search(GROUPS, 0.3, 10**12, None)] == [1]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    assert TermIndex(tmp_path / "terms").search(GROUPS, 0.3, 10, None) == []


def test_what_was_written_is_there_when_opened_again(terms: TermIndex, tmp_path: Path) -> None:
    assert TermIndex(tmp_path / "terms").count() == terms.count() == 2


def test_what_the_dead_wrote_and_never_committed_is_written_again(
    terms: TermIndex, tmp_path: Path
) -> None:
    folder, twin = tmp_path / "terms", tmp_path / "twin"
    terms.replace([(1, 10, "goa", ""), (2, 20, "mumbai", "")])
    before = {path.name for path in folder.iterdir()}
    shutil.copytree(folder, twin)
    TermIndex(twin).add([], gone=[10])
    left = {path.name for path in twin.iterdir()} - before
    assert {Path(name).suffix for name in left} == {".del"}
    for name in (*left, ".managed.json"):
        shutil.copy(twin / name, folder / name)
    again = TermIndex(folder)
    assert found(again, "goa") == [1]
    again.add([], gone=[10])
    assert (found(again, "goa"), found(again, "mumbai")) == ([], [2])


def test_two_writers_at_once_are_refused(terms: TermIndex, tmp_path: Path) -> None:
    writer = terms._writer()
    with pytest.raises(IndexBusyError, match="Another update"):
        TermIndex(tmp_path / "terms").add([])
    del writer


def test_a_damaged_folder_is_said_and_left(terms: TermIndex, tmp_path: Path) -> None:
    meta = tmp_path / "terms" / "meta.json"
    meta.write_bytes(b"\xff\xfe not json")
    with pytest.raises(IndexFolderError, match="qa index FOLDER --rebuild"):
        TermIndex(tmp_path / "terms")
    assert meta.read_bytes() == b"\xff\xfe not json"


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "terms").write_text("mine")
    with pytest.raises(IndexFolderError, match="cannot be used"):
        TermIndex(tmp_path / "terms")


def test_rarer_terms_weigh_more_and_none_weighs_less_than_nothing() -> None:
    weights = [bm25_idf(frequency, 100) for frequency in (0, 1, 10, 100)]
    assert weights == sorted(weights, reverse=True)
    assert weights[-1] > 0
    assert bm25_idf(200, 100) > 0


FULL = """
import resource, signal, sys
from pathlib import Path
from index.errors import IndexFolderError
from index.terms import TermIndex
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
terms = TermIndex(Path(sys.argv[1]))
rows = [(n, n, f"goa{n} " * 400, "") for n in range(4_000)]
before = resource.getrlimit(resource.RLIMIT_FSIZE)
kept = []
for act in (terms.replace, terms.add):
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    try:
        act(rows)
    except IndexFolderError as error:
        kept.append(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
terms.replace(rows[:10])
print(len(kept), terms.count())
"""


def test_a_disk_that_was_full_is_written_again_though_the_error_is_kept(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path / "terms"],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "2 10\n"

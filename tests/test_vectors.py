"""Chroma: nearest by cosine, filters exactly, and lets go of what it is told to."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.errors import InternalError

from index.errors import IndexFolderError
from index.vectors import VectorIndex, Vectors


def unit(count: int, dimension: int = 8, seed: int = 0) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def test_nearest_are_those_of_highest_cosine_best_first(tmp_path: Path) -> None:
    vectors = unit(60)
    index = VectorIndex(tmp_path / "chroma")
    index.add(range(60), range(60), vectors)
    found = index.nearest(vectors[7], 5, None)
    cosines = vectors @ vectors[7]
    assert [passage for passage, _ in found] == list(np.argsort(-cosines)[:5])
    assert [score for _, score in found] == pytest.approx(sorted(cosines, reverse=True)[:5])
    index.close()


def test_filtering_by_article_is_exact_and_far_passages_are_found_too(tmp_path: Path) -> None:
    vectors = unit(300)
    index = VectorIndex(tmp_path / "chroma")
    index.add(range(300), [passage % 100 for passage in range(300)], vectors)
    farthest = int(np.argmin(vectors @ vectors[0]))
    found = index.nearest(vectors[0], 100, [farthest % 100])
    assert {passage for passage, _ in found} == {farthest % 100 + n for n in (0, 100, 200)}
    index.close()


def test_a_filter_of_more_articles_than_sqlite_takes_values(tmp_path: Path) -> None:
    vectors = unit(40)
    index = VectorIndex(tmp_path / "chroma")
    index.add(range(40), [n * 2_000 for n in range(40)], vectors)
    everything = index.nearest(vectors[3], 10, range(70_000))
    among = [n for n in np.argsort(-(vectors @ vectors[3])) if n * 2_000 < 70_000]
    assert [passage for passage, _ in everything] == among[:10]
    index.close()


def test_deleted_passages_are_gone_and_unknown_ones_passed_over(tmp_path: Path) -> None:
    vectors = unit(5)
    index = VectorIndex(tmp_path / "chroma")
    index.add(range(5), range(5), vectors)
    index.delete([1, 3, 99])
    assert index.count() == 3
    assert index.passages() == {0: 0, 2: 2, 4: 4}
    assert {passage for passage, _ in index.nearest(vectors[1], 10, None)} == {0, 2, 4}
    index.close()


def test_adding_again_overwrites(tmp_path: Path) -> None:
    vectors = unit(2)
    index = VectorIndex(tmp_path / "chroma")
    index.add([1], [1], vectors[:1])
    index.add([1], [1], vectors[1:])
    assert index.count() == 1
    assert index.nearest(vectors[1], 1, None)[0][1] == pytest.approx(1.0)
    index.close()


def test_a_question_without_words_has_a_zero_vector_and_harms_nothing(tmp_path: Path) -> None:
    vectors = unit(4)
    vectors[2] = 0
    index = VectorIndex(tmp_path / "chroma")
    index.add(range(4), range(4), vectors)
    scores = [score for _, score in index.nearest(np.zeros(8, dtype=np.float32), 4, None)]
    assert scores == [0.0] * 4
    assert dict(index.nearest(vectors[0], 4, None))[2] == 0.0
    index.close()


@pytest.mark.parametrize("limit", [0, -1])
def test_nothing_is_found_without_vectors_articles_or_limit(tmp_path: Path, limit: int) -> None:
    vectors = unit(3)
    index = VectorIndex(tmp_path / "chroma")
    assert index.nearest(vectors[0], 10, None) == []
    index.add(range(3), range(3), vectors)
    assert index.nearest(vectors[0], 10, []) == []
    assert index.nearest(vectors[0], limit, None) == []
    index.add([], [], vectors[:0])
    assert index.count() == 3
    index.close()


@pytest.mark.parametrize("limit", [4, 100, 2**40])
def test_asked_for_more_than_there_are_it_gives_what_there_is(tmp_path: Path, limit: int) -> None:
    vectors = unit(5)
    index = VectorIndex(tmp_path / "chroma")
    index.add(range(5), range(5), vectors)
    index.delete([2, 4])
    assert {passage for passage, _ in index.nearest(vectors[0], limit, None)} == {0, 1, 3}
    index.close()


def test_more_than_a_batch_goes_in_whole_and_is_there_when_opened_again(tmp_path: Path) -> None:
    vectors = unit(5_500, dimension=2)
    index = VectorIndex(tmp_path / "chroma")
    index.add(range(5_500), range(5_500), vectors)
    index.close()
    again = VectorIndex(tmp_path / "chroma")
    assert again.count() == 5_500
    again.close()


def test_closing_one_client_leaves_another_on_the_same_folder_open(tmp_path: Path) -> None:
    one, other = VectorIndex(tmp_path / "chroma"), VectorIndex(tmp_path / "chroma")
    one.add([1], [1], unit(1))
    one.close()
    assert other.count() == 1
    other.close()


@pytest.mark.parametrize("damage", ["file", "database"])
def test_a_damaged_folder_is_said_and_left(tmp_path: Path, damage: str) -> None:
    folder = tmp_path / "chroma"
    bad = folder if damage == "file" else folder / "chroma.sqlite3"
    bad.parent.mkdir(exist_ok=True)
    bad.write_bytes(b"these bytes are mine" * 400)
    with pytest.raises(IndexFolderError, match="qa index FOLDER --rebuild"):
        VectorIndex(folder)
    assert bad.read_bytes() == b"these bytes are mine" * 400


def test_a_query_that_meets_a_deletion_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Chroma finds a vector, and another thread deletes it before Chroma has read it.
    index = VectorIndex(tmp_path / "chroma")
    index.add(range(10), range(10), unit(10))
    query, failures = index._collection.query, iter(["Internal error: Error finding id", None])

    def interrupted(**options: Any) -> Any:
        if failure := next(failures):
            raise InternalError(failure)
        return query(**options)

    monkeypatch.setattr(index._collection, "query", interrupted)
    assert [passage for passage, _ in index.nearest(unit(10)[3], 1, None)] == [3]
    monkeypatch.undo()

    def broken(**_: Any) -> Any:
        raise InternalError("the disk is gone")

    monkeypatch.setattr(index._collection, "query", broken)
    with pytest.raises(IndexFolderError, match="the disk is gone"):
        index.nearest(unit(10)[3], 1, None)
    index.close()
